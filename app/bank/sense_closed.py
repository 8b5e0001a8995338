"""The same questions to the kinds with a closed answer, and to arranged lines: can this be answered and graded?"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.bank.closed import ChoicePart, NumberPart, OrderPart
from app.bank.question import ParsonsPart

Doubt = tuple[tuple[str | int, ...], str]  # the way to the value, and a sentence


def repeats(ids: Sequence[str]) -> Iterator[int]:
    return (index for index, id in enumerate(ids) if id in ids[:index])


def _choice(part: ChoicePart) -> Iterator[Doubt]:
    yield from _unique("options", [option.id for option in part.options])
    right = sum(option.right for option in part.options)
    if right == 0:
        yield ("options",), "no option is right; mark one with `right: true`"
    elif right > 1 and not part.several:
        yield ("options",), "more than one option is right; say `several: true`, or mark only one"
    for index, option in enumerate(part.options):
        if not option.right and option.reply is None:
            yield ("options", index), "a wrong option needs a `reply` to whoever chooses it"


def _number(part: NumberPart) -> Iterator[Doubt]:
    for index, wrong in enumerate(part.wrong):
        if abs(wrong.value - part.value) <= max(part.tolerance, part.relative * abs(part.value)):
            yield ("wrong", index, "value"), "this number counts as right; change it or the tolerance"


def _order(part: OrderPart) -> Iterator[Doubt]:
    ids = [step.id for step in part.steps]
    yield from _unique("steps", ids)
    for index, wrong in enumerate(part.wrong):
        if sorted(wrong.order) != sorted(ids):
            yield ("wrong", index, "order"), f"a wrong order names every step once: {', '.join(ids)}"
        elif list(wrong.order) == ids:
            yield ("wrong", index, "order"), "this is the right order"


def _parsons(part: ParsonsPart) -> Iterator[Doubt]:
    ids = [line.id for line in part.lines] + [line.id for line in part.distractors]
    for index in repeats(ids):
        where = ("lines", index) if index < len(part.lines) else ("distractors", index - len(part.lines))
        yield (*where, "id"), f"two lines have the same id `{ids[index]}`; change one"
    for index, wrong in enumerate(part.wrong):
        for number in repeats([id for id, _ in wrong.lines]):
            yield ("wrong", index, "lines", number), f"the line `{wrong.lines[number][0]}` stands here twice"
        for number, (id, _) in enumerate(wrong.lines):
            if id not in ids:
                yield ("wrong", index, "lines", number), f"`{id}` is no line of this part; there are: {', '.join(ids)}"


def _unique(name: str, ids: Sequence[str]) -> Iterator[Doubt]:
    for index in repeats(ids):
        yield (name, index, "id"), f"two {name} have the same id `{ids[index]}`; change one"


def _nothing(part: Any) -> Iterator[Doubt]:
    return iter(())


CLOSED: dict[str, Callable[[Any], Iterator[Doubt]]] = {
    "choice": _choice, "number": _number, "predict": _nothing, "order": _order, "parsons": _parsons,
}  # fmt: skip
