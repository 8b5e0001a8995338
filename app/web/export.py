"""Downloads for those who teach: everybody's grades, those of a class, and the questions in the forms of other
programs. What is long is made while it is sent."""

import io
import zipfile
from collections.abc import Iterator
from itertools import islice

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.exchange.anki import anki
from app.exchange.gift import gift
from app.exchange.moodle import moodle_xml
from app.web import gradebook, outgoing
from app.web.classes import taught
from app.web.deps import Rooms, RoomsDep, WhoDep
from app.web.problems import NotHere
from app.web.rights import Thing, demand_see

router = APIRouter(include_in_schema=False)
QUESTIONS = {  # what it is, the end of the file's name, and its type
    "files": ("the question files themselves, a folder a chapter, as a .zip", "zip", "application/zip"),
    "moodle": ("Moodle XML: choices, numbers, predictions, and essays with their key points", "xml", "application/xml"),
    "gift": ("GIFT, which many programs read: the same as plain text", "gift", "text/plain"),
    "anki": ("cards for Anki: the question in front, its answer on the back", "txt", "text/plain"),
}
LINES = 200
TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


@router.get("/teach/export")
def export(rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    return rooms.pages.page("teach_export.html", "teach", who=who, grades=gradebook.FORMS, questions=QUESTIONS)


@router.get("/teach/export/grades/{form}")
def grades(form: str, request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """With `?class=ID` those of a class. Raises NotHere and NoCourse."""
    demand_see(who, Thing.TEACH)
    if form not in gradebook.FORMS:
        raise NotHere
    site = str(request.base_url).rstrip("/")
    with rooms.database.read() as connection:
        if id := request.query_params.get("class"):
            course = taught(connection, who, id)
            asked, name = gradebook.of_class(connection, course, rooms.bank.questions, site), f"class-{course.code}"
        else:
            asked, name = gradebook.of_all(connection, rooms.bank.questions, site), "grades"
    suffix = gradebook.FORMS[form][1]
    lines = gradebook.pieces(form, rooms.database, asked)
    return attached(gathered(lines), f"selfgrad-{name}-{form}.{suffix}", TYPES[suffix])


@router.get("/teach/export/questions/{form}")
def questions(form: str, rooms: RoomsDep, who: WhoDep) -> Response:
    """Raises NotHere, Busy."""
    demand_see(who, Thing.TEACH)
    if form not in QUESTIONS:
        raise NotHere
    _, suffix, kind = QUESTIONS[form]
    return attached(iter([made(form, rooms)]), f"selfgrad-questions.{suffix}", kind)


def made(form: str, rooms: Rooms) -> bytes:
    placed = [(rooms.bank.chapter(question.id), question) for question in rooms.bank.questions]
    if form == "files":
        return zipped(rooms)
    if form == "anki":
        return anki(outgoing.cards(placed)).encode()
    chapters = outgoing.chapters(placed, rooms.desk.pool.run)
    return (moodle_xml if form == "moodle" else gift)(chapters).encode()


def zipped(rooms: Rooms) -> bytes:
    """As they were read: a file that is at fault now leaves in its last good version."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in rooms.bank.texts().items():
            archive.writestr(name, text)
    return held.getvalue()


def gathered(lines: Iterator[str]) -> Iterator[bytes]:
    """Many lines a piece: each piece costs a way to another thread and back."""
    while some := "".join(islice(lines, LINES)):
        yield some.encode()


def attached(pieces: Iterator[bytes], name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    text = "; charset=utf-8" if kind.startswith("text/") else ""
    return StreamingResponse(pieces, headers=headers, media_type=f"{kind}{text}")
