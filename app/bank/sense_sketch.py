"""The same questions to a part that is drawn: do its properties lie on its grid, and can they be told apart?"""

from collections.abc import Iterator

from app.bank.sense_closed import Doubt, repeats
from app.bank.sketch import DrawPart, Property, Span

FAR = 1_000_000


def draw(part: DrawPart) -> Iterator[Doubt]:
    for key, ends in (("x", part.x), ("y", part.y)):
        if ends[1] - ends[0] < 1 or max(map(abs, ends)) > FAR:  # heights are told with two digits
            yield (key,), f"a grid is 1 wide and high or more, and goes no further than {FAR:,} from 0"
    ids = [demanded.id for demanded in part.properties]
    for index in repeats(ids):
        yield ("properties", index, "id"), f"two properties have the same id `{ids[index]}`; change one"
    for index, demanded in enumerate(part.properties):
        for key, message in _off_grid(part, demanded):
            yield ("properties", index, key), message
    for index, wrong in enumerate(part.wrong):
        if wrong.curve.strip() == part.curve.strip():
            yield ("wrong", index, "curve"), "this is the right curve"


def _off_grid(part: DrawPart, demanded: Property) -> Iterator[tuple[str, str]]:
    for key in ("covers", "rises", "falls", "over"):
        span = getattr(demanded, key)
        if span is not None and not all(_within(end, part.x) for end in span):
            yield key, f"this range leaves the grid, where x goes from {part.x[0]:g} to {part.x[1]:g}"
    if demanded.passes is not None and not (
        _within(demanded.passes[0], part.x) and _within(demanded.passes[1], part.y)
    ):
        yield "passes", "this point is not on the grid"
    if demanded.kink is not None and not _within(demanded.kink, part.x):
        yield "kink", f"this is off the grid, where x goes from {part.x[0]:g} to {part.x[1]:g}"
    if demanded.level is not None and not _within(demanded.level, part.y):
        yield "level", f"this is off the grid, where y goes from {part.y[0]:g} to {part.y[1]:g}"


def _within(value: float, span: Span) -> bool:
    return span[0] <= value <= span[1]
