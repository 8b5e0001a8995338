"""How grading works, on this machine."""

from fastapi import APIRouter
from starlette.responses import Response

from app.web.deps import RoomsDep, WhoDep

router = APIRouter(include_in_schema=False)


@router.get("/about/grading")
def about_grading(rooms: RoomsDep, who: WhoDep) -> Response:
    return rooms.pages.page("about_grading.html", "about", who=who, level=rooms.pages.level())
