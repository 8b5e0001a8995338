"""What no type can say about a question and needs no run to be seen: can its prose part be graded and tested?."""

from collections.abc import Iterator

from app.bank.question import ProsePart, Question

Doubt = tuple[tuple[str | int, ...], str]  # the way to the value, and a sentence


def doubts(question: Question) -> Iterator[Doubt]:
    for index, part in enumerate(question.parts):
        if isinstance(part, ProsePart):
            for where, message in _prose(part):
                yield ("parts", index, *where), message


def _prose(part: ProsePart) -> Iterator[Doubt]:
    covered = [len(set(sample.covers)) for sample in part.samples]
    if len(part.points) not in covered:
        yield ("samples",), "no sample covers every point; add a full answer"
    if not any(0 < count < len(part.points) for count in covered):
        yield ("samples",), "no sample covers some of the points; add a partial answer"
    if 0 not in covered:
        yield ("samples",), "no sample is wrong; add one with `covers: []`"
    for index, point in enumerate(part.points):
        for number, group in enumerate(point.required_terms):
            if not any(term.strip() for term in group):
                yield ("points", index, "required_terms", number), "this group has no word, so nothing could cover it"
    seen: set[str] = set()
    for index, wrong in enumerate(part.misconceptions):
        if wrong.id in seen:
            yield ("misconceptions", index, "id"), f"two misconceptions have the id `{wrong.id}`"
        seen.add(wrong.id)
