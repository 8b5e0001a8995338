"""A found question as the text of a question file: complete but for what only its author can know.

What must be filled in is left empty, so that `selfgrad check` asks for just that, at its line; it and everything that
was guessed is marked with a comment that begins `# LOOK:`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.exchange.guess import Guess, guess, not_defined, parameters_told, points, slug, title
from app.exchange.questionnaire import Found, Questionnaire

LOOK = "# LOOK: "
NAMED = 6  # names that a mark tells


@dataclass(frozen=True)
class Draft:
    """`looks`: the marked lines of the file, each with its number, counted from 1."""

    name: str
    id: str
    number: int
    kind: str
    line: int  # of the question in the text it was taken from
    text: str
    looks: tuple[tuple[int, str], ...]


def drafts(found: Questionnaire, origin: str) -> list[Draft]:
    """`origin` is what the file is called that the text came from."""
    taken: set[str] = set()
    return [_draft(one, slug(one.question, taken, one.number), origin) for one in found.questions]


def _draft(found: Found, id: str, origin: str) -> Draft:
    made = guess(found)
    text = "\n".join(_lines(found, made, id, origin)) + "\n"
    looks = [(at, line.split(LOOK, 1)[1]) for at, line in enumerate(text.split("\n"), 1) if LOOK in line]
    name = f"{found.number:02}-{id}.yaml"
    return Draft(name, id, found.number, made.kind, found.line, text, tuple(looks))


def _lines(found: Found, made: Guess, id: str, origin: str) -> Iterator[str]:
    yield f"# A draft from {comment(origin)}, line {found.line}. Look at each place marked LOOK, then delete the mark;"
    yield "# `selfgrad check` tells what is still missing."
    for look in found.looks:
        yield LOOK + comment(look)
    yield f"id: {id}"
    yield f"number: {found.number}"
    yield f"title: {quoted(title(found.question))}  {LOOK}the question itself; a few words are a better title"
    yield from block("prompt", found.question, 0)
    yield f"topics: [draft]  {LOOK}one or more words in lower case, joined by dashes"
    yield "hints:"
    yield f"  -  {LOOK}a mild hint: where to begin"
    yield f"  -  {LOOK}a stronger one"
    yield "parts:"
    yield from PARTS[made.kind](found, made)
    for look in found.answer.looks:
        yield f"{LOOK}{comment(look)}"
    if missing := not_defined(found.answer.programs):
        more = ", …" if len(missing) > NAMED else ""
        yield f"{LOOK}the Python of the answer makes no {', '.join(missing[:NAMED])}{more}: it cannot run as it is"
    if found.answer.programs:
        yield f"{LOOK}the Python of the answer is run, as one program; mark a block that is not meant to run `text`"
    if found.answer.text:
        yield from block("answer", found.answer.text, 0)
    else:
        yield f"answer:  {LOOK}the answer, in Markdown"


def _prose(found: Found, made: Guess) -> Iterator[str]:
    told = points(found.answer.text)
    yield "  - id: explain"
    yield f"    kind: prose  {LOOK}guessed; `docs/questions.md` has the other kinds"
    yield from block("ask", found.question, 4)
    own = "; these are sentences of the answer" if told else ""
    yield f"    {LOOK}two to five points, which a good answer makes{own}"
    yield "    points:"
    for number, text in enumerate(told or ["", ""], 1):
        yield f"      - id: point-{number}"
        yield f"        text: {quoted(text)}" if text else f"        text:  {LOOK}one thing that a good answer says"
    yield f"    misconceptions: []  {LOOK}typical mistakes: id, refs, contradicts, reply"
    yield f"    {LOOK}written answers, and the points that they cover: a full one, a partial one, a wrong one"
    yield "    samples:"
    names = [f"point-{number}" for number in range(1, len(told or "12") + 1)]
    yield from _sample(" ".join(told), names, "an answer that makes all points")
    yield from _sample(told[0] if told else "", names[:1], "an answer that makes the first point only")
    yield from _sample("", [], "an answer that makes no point")


def _sample(text: str, covers: Sequence[str], wanted: str) -> Iterator[str]:
    yield f"      - text: {quoted(text)}" if text else f"      - text:  {LOOK}{wanted}"
    yield f"        covers: [{', '.join(covers)}]"


def _number(found: Found, made: Guess) -> Iterator[str]:
    yield "  - id: calculate"
    yield f"    kind: number  {LOOK}guessed: {made.why}"
    yield from block("ask", found.question, 4)
    yield f"    value: {made.value}  {LOOK}taken from the answer"
    yield "    wrong:"
    yield f"      - value:  {LOOK}a number that is likely to be given, and wrong"
    yield f"        reply:  {LOOK}what you say to whoever gives it"


def _code(found: Found, made: Guess) -> Iterator[str]:
    yield "  - id: write"
    yield f"    kind: code  {LOOK}guessed: {made.why}"
    yield f"    {LOOK}`ask` says everything that the grade looks at: the names, and what is given and returned"
    yield from block("ask", found.question, 4)
    if made.solution:
        yield f"    {LOOK}the solution is code of the answer"
        yield from block("solution", made.solution, 4)
    else:
        yield f"    solution:  {LOOK}the code, for it was not found in the answer"
    if made.function:
        yield f"    function: {made.function}"
        yield "    cases:"
        yield f"      - args:  {LOOK}a list with what {made.function} gets: {parameters_told(made.parameters)}"
        yield f"      - args:  {LOOK}another one, which nobody sees before they answer"
        yield "        hidden: true"
    elif made.variables:
        yield f"    variables: [{', '.join(made.variables)}]  {LOOK}what is read after the program has run"
    else:
        yield f"    variables:  {LOOK}a list of names to be read after the program has run, or `function` and `cases`"
    yield "    wrong:"
    yield f"      - code:  {LOOK}a typical wrong program"
    yield f"        why:  {LOOK}its mistake"


PARTS = {"prose": _prose, "number": _number, "code": _code}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def comment(text: str) -> str:
    return " ".join(text.split())


def block(key: str, text: str, indent: int) -> Iterator[str]:
    """A text as a `|` block: its lines are lines of the file."""
    lines = [line.rstrip() for line in re.sub(r"\n{4,}", "\n\n\n", text).strip("\n").split("\n")]
    sign = "2" if lines[0].startswith(" ") else ""
    yield f"{' ' * indent}{key}: |{sign}"
    yield from (f"{' ' * (indent + 2)}{line}" if line else "" for line in lines)
