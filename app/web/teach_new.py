"""The questions as their authors see them: a list with drafts and conflicts, a new question from an example or a file,
and the guide to question files."""

import asyncio
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.bank.bank import chapter_title
from app.bank.fault import FileFault
from app.bank.load import decoded
from app.bank.schema import schema_text
from app.store import written
from app.web.authoring import Sent, Sheet, check_chapter, keep
from app.web.deciding import waiting
from app.web.deps import Rooms, RoomsDep, WhoDep, now
from app.web.looking import MADE, TEXT, fault_views
from app.web.problems import NotAnAnswer, NotHere
from app.web.rights import Thing, demand_change, demand_see
from app.web.starters import kinds, on_a_page, starter
from app.web.teach_edit import HOME, page
from app.web.views import TITLES

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    slug: str
    number: int
    title: str
    origin: str  # file, browser, or both


@dataclass
class Chapter:
    name: str
    title: str
    rows: list[Row] = field(default_factory=list)


@router.get("/teach/edit")
def index(rooms: RoomsDep, who: WhoDep) -> Response:
    demand_see(who, Thing.TEACH)
    with rooms.database.read() as connection:
        drafts = written.mine(connection, who.learner)
    shelf = rooms.bank.shelf
    filed = {read.good.question.id for read in shelf.files.values() if read.good}
    chapters: dict[str, Chapter] = {}
    for id, source in shelf.by_id.items():
        origin = ("both" if id in filed else "browser") if source.written else "file"
        name = shelf.chapter(id)
        row = Row(id, source.question.number, source.question.title, origin)
        chapters.setdefault(name, Chapter(name, chapter_title(name))).rows.append(row)
    return rooms.pages.page(
        "teach_bank.html", "teach", who=who, chapters=list(chapters.values()), drafts=drafts, parted=waiting(rooms),
        faults=[(f"{fault.path.parent.name}/{fault.path.name}", fault) for fault in shelf.faults],
    )  # fmt: skip


@router.get("/teach/edit/new")
def new(rooms: RoomsDep, who: WhoDep, kind: str = "", chapter: str = "") -> Response:
    """Choose a kind; or, with one, the editor with its example."""
    demand_see(who, Thing.TEACH)
    chapter = chapter or next(iter(rooms.bank.chapters), "first-chapter")
    if not kind:
        return choose(rooms, who, chapter)
    if kind not in kinds():
        raise NotHere
    check_chapter(rooms, chapter)
    return page(rooms, who, blank(fresh(), chapter, starter(kind, next_number(rooms, chapter))))


def choose(rooms: Rooms, who: WhoDep, chapter: str, **more: object) -> Response:
    names = [(kind, TITLES[kind]) for kind in kinds()]
    context = {"kinds": names, "chapter": chapter, "chapters": rooms.bank.chapters, "faults": [], "slug": fresh()}
    code = 422 if more else 200
    return rooms.pages.page("teach_new.html", "teach", code=code, who=who, **context | more)


@router.post("/teach/edit/new")
async def upload(request: Request, rooms: RoomsDep, who: WhoDep) -> Response:
    """A file becomes a draft, whatever is wrong with it; one that is no text at all is refused with its fault."""
    demand_change(who, Thing.TEACH)
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file, slug, chapter = form.get("file"), str(form.get("slug") or ""), str(form.get("chapter") or "")
            data = await file.read() if isinstance(file, UploadFile) else str(form.get("text") or "").encode()
    except HTTPException:
        raise
    except Exception:  # whatever the parser of a damaged body comes upon, it is the body's fault
        raise HTTPException(400) from None
    check_chapter(rooms, chapter)
    if not MADE.fullmatch(slug):
        raise NotAnAnswer("The form is damaged: open the page again.")
    text = decoded(TEXT, data)
    if isinstance(text, FileFault):
        return choose(rooms, who, chapter, faults=fault_views("", [text]))
    if not text.strip():
        raise NotAnAnswer("Choose a file, or paste a text.")
    sent = Sent(text, chapter)
    await asyncio.to_thread(keep, rooms, who, slug, sent, now())
    return RedirectResponse(f"{HOME}/{quote(slug)}", 303)


def fresh() -> str:
    """The address of a question that has no id yet."""
    return f"~{secrets.token_hex(6)}"


def blank(slug: str, chapter: str, text: str) -> Sheet:
    """A question that nothing is stored of."""
    return Sheet(
        slug=slug, chapter=chapter, text=text, base=0, filed="", version=0, summary="", saved=None, served=False,
        written=False, file=None, moved=False, others=[], answered=False,
    )  # fmt: skip


def next_number(rooms: Rooms, chapter: str) -> int:
    shelf = rooms.bank.shelf
    taken = [one.number for one in shelf.questions if shelf.chapter(one.id) == chapter]
    return max(taken, default=0) + 1


@router.get("/about/questions")
def how_to_write(rooms: RoomsDep, who: WhoDep) -> Response:
    return rooms.pages.page("about_questions.html", "teach", who=who, guide=on_a_page())


@router.get("/about/question.schema.json")
def schema() -> Response:
    return Response(schema_text(), media_type="application/schema+json", headers={"Cache-Control": "no-cache"})
