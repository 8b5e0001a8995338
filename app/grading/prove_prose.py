"""Proof of a prose part: what its samples, short answers and misconceptions claim is what the engine says of them."""

from collections.abc import Iterator

from app.bank.question import ProsePart, Question
from app.grading.kinds import ProofFault, fault
from app.grading.prose import grade_prose


def prove_prose(question: Question, part: ProsePart) -> Iterator[ProofFault]:
    """The samples get what they say they cover, each accepted short answer counts, and no sentence that states a
    misconception makes the point that it contradicts."""
    known = {point.id for point in part.points}
    for at, sample in enumerate(part.samples):
        covers = set(sample.covers)
        for place, covered in enumerate(sample.covers):
            if covered not in known:
                yield fault(f"`{covered}` is no point of this part", "samples", at, "covers", place)
        for message in _sample_faults(question, part, sample.text, covers & known):
            yield fault(message, "samples", at, "text")
    for at, text in enumerate(part.accept_short):
        if "covered" not in _states(question, part, text).values():
            yield fault("this accepted short answer makes no point", "accept_short", at)
    for at, one in enumerate(part.misconceptions):
        for place, text in enumerate(one.refs):
            if _states(question, part, text).get(one.contradicts or "") == "covered":
                yield fault(
                    f"this makes the point `{one.contradicts}`, which it contradicts",
                    "misconceptions",
                    at,
                    "refs",
                    place,
                )


def _sample_faults(question: Question, part: ProsePart, text: str, covers: set[str]) -> Iterator[str]:
    states = _states(question, part, text)
    if not states:
        yield "this sample is not assessed, so it tests nothing"
    for point, state in states.items():
        if point in covers and state != "covered":
            yield f"the point `{point}` is not recognised in it ({state}): add a reference that is nearer to its words"
        elif point not in covers and state == "covered":
            yield f"the point `{point}` is seen in it, and `covers` does not name it"


def _states(question: Question, part: ProsePart, text: str) -> dict[str, str]:
    """The suggested state of each point; empty where nothing is assessed."""
    points = grade_prose(question, part, text).points or ()
    return {point.id: point.state for point in points if point.state is not None}
