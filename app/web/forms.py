"""How each kind of answer looks on a page: what its form shows, and what a form that comes back says.

An answer is kept as text everywhere: code, words, numbers and predictions as they were typed, the others as JSON. A
form works without JavaScript; its buttons that move a line (`move=up:loss`) come here too, and give the text after it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from app.bank.closed import ChoicePart, OrderPart, PredictPart
from app.bank.question import CodePart, ParsonsPart, Part
from app.bank.sketch import DrawPart
from app.grading.grade import KINDS
from app.grading.kinds import TEXTS, BadAnswer
from app.grading.parsons import DEEPEST
from app.web.problems import NotAnAnswer

Form = Mapping[str, Sequence[str]]
Fields = dict[str, Any]
Item = TypeVar("Item")
VALUES = ("choice", "order", "parsons", "draw")  # kinds whose text is JSON


def as_text(value: object) -> str:
    """A value as it is stored, and as a browser writes it."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def text_of_answer(part: Part, value: object) -> str:
    """An answer that came as JSON, as it is stored. Raises NotAnAnswer."""
    if not isinstance(value, str) and (part.kind in TEXTS or value is None):
        raise NotAnAnswer("`answer` has to be text in this part.")
    return as_text(value)


def answer_of(kind: str, text: str) -> object:
    """The answer as a program gets it back: for some kinds a JSON value, else text."""
    if kind in VALUES and text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def mixed(part_id: str, ids: Sequence[str]) -> list[str]:
    """Always the same order, which has nothing to do with the right one, and is never it."""
    order = sorted(ids, key=lambda id: hashlib.sha256(f"{part_id}/{id}".encode()).digest())
    return order[1:] + order[:1] if order == list(ids) else order


def begun(part: Part, text: str) -> str:
    """What stands in the form of a part to which nothing has been answered yet, or else the answer."""
    if text:
        return text
    if isinstance(part, CodePart):
        return part.starter
    if isinstance(part, OrderPart):
        return as_text(mixed(part.id, [step.id for step in part.steps]))
    return ""


def _read(part: Part, text: str) -> Any:
    """The answer in its own form; None where the text is none, as an old draft of a changed question may be."""
    try:
        return KINDS[part.kind].read(part, text)
    except BadAnswer:
        return None


def _choice(part: ChoicePart, text: str) -> Fields:
    chosen = _read(part, text) or []
    options = {option.id: option.text for option in part.options}
    shown = [{"id": id, "text": options[id], "chosen": id in chosen} for id in mixed(part.id, list(options))]
    return {"options": shown, "several": part.several}


def _predict(part: PredictPart, text: str) -> Fields:
    return {"snippet": part.snippet, "shape": part.shape}


def _order(part: OrderPart, text: str) -> Fields:
    texts = {step.id: step.text for step in part.steps}
    order = _read(part, text) or mixed(part.id, list(texts))
    return {"steps": [{"id": id, "text": texts[id]} for id in order]}


def _parsons(part: ParsonsPart, text: str) -> Fields:
    arranged = _read(part, text)
    texts: dict[str, str] = {line.id: line.text for line in part.lines}
    texts |= {line.id: line.text for line in part.distractors}
    used = arranged.lines if arranged else ()
    taken = {id for id, _ in used}
    left = [id for id in mixed(part.id, list(texts)) if id not in taken]
    return {
        "program": [{"id": id, "text": texts[id], "indent": indent} for id, indent in used],
        "left": [{"id": id, "text": texts[id]} for id in left],
    }


def _draw(part: DrawPart, text: str) -> Fields:
    return {"x": list(part.x), "y": list(part.y)}


FIELDS: dict[str, Callable[[Any, str], Fields]] = {
    "choice": _choice, "predict": _predict, "order": _order, "parsons": _parsons,
    "draw": _draw,
}  # fmt: skip


def fields(part: Part, text: str) -> Fields:
    """What the form of this kind shows besides the text."""
    make = FIELDS.get(part.kind)
    return make(part, text) if make else {}


def program_of(part: Part, text: str) -> str | None:
    """The program that an answer is, if it is one."""
    if isinstance(part, ParsonsPart):
        arranged = _read(part, text)
        return arranged.source if arranged else None
    return text if part.kind == "code" else None


def answer_in(form: Form, part: Part) -> str:
    """The answer that a form holds, as text. Raises NotAnAnswer."""
    if isinstance(part, ChoicePart):
        chosen = list(form.get("choice", ()))
        if not chosen:
            raise NotAnAnswer("Nothing is chosen yet. Choose first, then hand in.")
        return as_text(chosen) if part.several else chosen[0]
    if isinstance(part, DrawPart) and "y" in form:
        return as_text(_table(form))
    values = form.get("answer", ())
    if len(values) != 1:
        raise NotAnAnswer("The form has to hold one `answer`.")
    return values[0]


def _table(form: Form) -> list[list[float]]:
    """The points of a curve from the fields of its table, without those that are left blank. Raises NotAnAnswer."""
    pairs = list(zip(form.get("x", ()), form["y"], strict=False))
    points = [[_number("x", x), _number(f"height at x = {x}", y)] for x, y in pairs if y.strip()]
    if not points:
        raise NotAnAnswer("There is no curve yet: no height is filled in.")
    return points


def _number(name: str, typed: str) -> float:
    try:
        return float(typed.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        raise NotAnAnswer(f"The {name[:40]} is no number: “{typed[:40]}”.") from None


def moved(part: Part, text: str, move: str) -> str:
    """The answer after one of the form's own buttons was pressed: `up:id`, `down:id`, and for lines of a program also
    `use:id`, `drop:id`, `in:id`, `out:id`. Raises NotAnAnswer."""
    what, _, id = move.partition(":")
    if isinstance(part, OrderPart):
        order: list[str] = _read(part, text) or mixed(part.id, [step.id for step in part.steps])
        return as_text(_shifted(order, [one == id for one in order], what))
    if isinstance(part, ParsonsPart):
        arranged = _read(part, text)
        return as_text(_rearranged(part, list(arranged.lines) if arranged else [], what, id))
    raise NotAnAnswer("There is nothing to move in this part.")


def _rearranged(part: ParsonsPart, lines: list[tuple[str, int]], what: str, id: str) -> list[tuple[str, int]]:
    known = {line.id for line in part.lines} | {line.id for line in part.distractors}
    places = [index for index, (one, _) in enumerate(lines) if one == id]
    if what == "use" and id in known and not places:
        return [*lines, (id, lines[-1][1] if lines else 0)]
    if not places:
        raise NotAnAnswer("That line is not in your program.")
    place, indent = places[0], lines[places[0]][1]
    if what == "drop":
        return lines[:place] + lines[place + 1 :]
    if what in ("in", "out"):
        return [*lines[:place], (id, min(max(indent + (1 if what == "in" else -1), 0), DEEPEST)), *lines[place + 1 :]]
    return _shifted(lines, [index == place for index in range(len(lines))], what)


def _shifted(items: list[Item], here: list[bool], what: str) -> list[Item]:
    if what not in ("up", "down") or True not in here:
        raise NotAnAnswer("That cannot be moved.")
    place = here.index(True)
    other = place + (1 if what == "down" else -1)
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    return items
