"""Handing in an answer, for the page and the API alike: what can be an answer, and what becomes of one that is refused.

Nothing that was typed is lost: an answer that is too long, or comes when nothing can be graded, is kept as a draft, and
the page of the refusal gives it back.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.bank.question import Part, Question
from app.grading.grade import KINDS
from app.grading.kinds import BadAnswer
from app.sandbox.job import Busy, Unavailable
from app.store import drafts
from app.store.attempts import Attempt, Keyed
from app.store.db import CannotSave
from app.store.people import new_id
from app.web.deps import Rooms, now
from app.web.desk import Handed
from app.web.problems import NotAnAnswer, TooLong

ANSWER_BYTES = 64 * 1024
FIELDS = 100
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
Form = Mapping[str, Sequence[str]]
EMPTY = {
    "choice": "Nothing is chosen yet.",
    "draw": "The grid is empty. Draw the curve first, or write its heights.",
    "parsons": "Your program has no line yet. Use one from below.",
}


async def hand_in(
    request: Request,
    rooms: Rooms,
    learner: str,
    question: Question,
    part: Part,
    text: str,
    keyed: Keyed | None,
    certainty: int | None = None,
) -> Handed:
    """Raises what `check` and the desk raise, after it has kept the text if it could."""
    request.state.sent = text
    attempt = Attempt(
        id=new_id(),
        learner=learner,
        question=question.id,
        part=part.id,
        kind=part.kind,
        version=rooms.version(question),
        answer=text,
        created=now(),
        certainty=certainty,
    )
    try:
        check(part, text)
        return await rooms.desk.hand_in(attempt, question, part, keyed)
    except (TooLong, Unreadable, Busy, Unavailable):
        request.state.kept = await asyncio.to_thread(_keep, rooms, attempt)
        raise


class Unreadable(NotAnAnswer):
    """It is text, but no answer of this kind: it is kept as a draft."""


def check(part: Part, text: str) -> None:
    """Raises NotAnAnswer, Unreadable and TooLong."""
    check_text(text)
    if not text.strip():
        raise NotAnAnswer(EMPTY.get(part.kind, "The answer is empty. Write something first."))
    try:
        KINDS[part.kind].read(part, text)
    except BadAnswer as error:
        raise Unreadable(str(error)) from None


def check_text(text: str) -> None:
    if "\0" in text:
        raise NotAnAnswer("The text holds a NUL character, which no program or sentence needs.")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise NotAnAnswer("The text holds half of a character (a lone surrogate).") from None
    if size > ANSWER_BYTES:
        raise TooLong(f"An answer has at most {ANSWER_BYTES // 1024} KiB; this one has {size / 1024:.1f} KiB.")


def _keep(rooms: Rooms, attempt: Attempt) -> str:
    try:
        with rooms.database.write() as connection:
            place = (attempt.learner, attempt.question, attempt.part)
            drafts.save(connection, *place, attempt.answer, None, attempt.created)
    except CannotSave:
        return "It could not be saved here. Copy it before you leave this page."
    return "It was not handed in, but it is kept as your draft."


async def read_form(request: Request) -> Form:
    """A native form, in either of the two encodings. Raises HTTPException and NotAnAnswer."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _multipart(request)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS, errors="replace")
    except ValueError:
        raise HTTPException(400) from None
    return _gathered(pairs)


async def _multipart(request: Request) -> Form:
    try:
        async with request.form(max_files=0, max_fields=FIELDS) as form:
            pairs = [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
    except HTTPException:
        raise
    except Exception:  # whatever the parser of a damaged body comes upon, it is the body's fault
        raise HTTPException(400) from None
    return _gathered(pairs)


def _gathered(pairs: Sequence[tuple[str, str]]) -> Form:
    """A form sends its line ends as CR LF, whatever was typed."""
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return form


def text_of(form: Form, name: str) -> str:
    """Raises NotAnAnswer."""
    values = form.get(name, ())
    if len(values) != 1:
        raise NotAnAnswer(f"The form has to hold one `{name}`.")
    return values[0]


def certainty_in(form: Form) -> int | None:
    """How sure the learner said to be; saying nothing is as good."""
    said = next(iter(form.get("certainty", ())), "")
    return int(said) if said in ("1", "2", "3") else None


def form_keyed(request: Request, form: Form, text: str) -> Keyed | None:
    """The page's once-only key. It stands for this text alone: whoever goes back, changes it and hands it in again has
    made another answer."""
    key = next(iter(form.get("key", ())), "")
    if not FORM_KEY.fullmatch(key):
        return None
    print_ = hashlib.sha256(f"{request.scope['path']}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    return Keyed(f"{key}:{print_}", print_)
