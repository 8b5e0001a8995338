"""`order`: put the steps in order. What stands in the longest run that is already in order is right; every other step
is told whether it comes too early or too late."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from app.bank.closed import OrderPart
from app.bank.question import Question
from app.grading.kinds import BadAnswer, ProofFault, closed_verdict, fault, ids_of
from app.grading.verdict import Check, Note, Verdict


class Order:
    runs = False

    def how(self, part: OrderPart) -> str:
        return "Graded by the longest run of steps that are in the right order, with early and late ones told apart."

    def read(self, part: OrderPart, value: object) -> list[str]:
        known = [step.id for step in part.steps]
        order = ids_of(value, known, "step")
        if len(order) < len(known):
            missing = len(known) - len(order)
            raise BadAnswer(f"{missing} step{' is' if missing == 1 else 's are'} missing from the order.")
        return order

    def grade(self, question: Question, part: OrderPart, answer: list[str], *_: Any) -> Verdict:
        right = [step.id for step in part.steps]
        kept = longest_run([right.index(id) for id in answer])
        in_place = {answer[place] for place in kept} if len(kept) > 1 else set()  # one alone is in no order
        checks = [_check(part, answer, id, id in in_place) for id in answer]
        score = (len(kept) - 1) / (len(right) - 1)
        notes = [
            Note(id=f"wrong-{index + 1}", says=wrong.reply)
            for index, wrong in enumerate(part.wrong)
            if list(wrong.order) == answer
        ]
        summary = _summary(len(kept), len(right))
        return closed_verdict(question, part, self.how(part), summary, checks, score=score, notes=notes)

    def prove(self, question: Question, part: OrderPart, run: Any) -> Iterator[ProofFault]:
        if not self.grade(question, part, [step.id for step in part.steps]).passed:
            yield fault("the right order does not pass", "steps")
        for index, wrong in enumerate(part.wrong):
            if self.grade(question, part, list(wrong.order)).passed:
                yield fault("this order is meant to be wrong, but it passes", "wrong", index, "order")


def longest_run(places: Sequence[int]) -> list[int]:
    """The positions of a longest rising subsequence, by patience sorting: O(n log n)."""
    ends: list[int] = []  # the smallest last value of a run of each length, and where it stands
    where: list[int] = []
    before: list[int] = []
    for position, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(where[length - 1] if length else -1)
        ends[length : length + 1], where[length : length + 1] = [place], [position]
    run: list[int] = []
    position = where[-1] if where else -1
    while position >= 0:
        run.append(position)
        position = before[position]
    return run[::-1]


def _check(part: OrderPart, answer: list[str], id: str, in_place: bool) -> Check:
    right = [step.id for step in part.steps]
    name = " ".join(part.steps[right.index(id)].text.split()).rstrip(".")
    if in_place:
        return Check(id=id, passed=True, says=f"“{name}” is in order.")
    return Check(id=id, passed=False, says=f"“{name}” comes too {'early' if _early(answer, right, id) else 'late'}.")


def _early(answer: list[str], right: list[str], id: str) -> bool:
    """Before its place; or at it by number, but before something that has to come first."""
    place, wanted = answer.index(id), right.index(id)
    return place < wanted or (place == wanted and any(answer.index(other) > place for other in right[:wanted]))


def _summary(kept: int, all_of_them: int) -> str:
    if kept == all_of_them:
        return "Right: every step is in its place."
    if kept == 1:
        return "Not yet: this is the order backwards."
    moved = all_of_them - kept
    have = "one has" if moved == 1 else f"{moved} have"
    return f"Not yet: {kept} of {all_of_them} steps are in the right order; {have} to move."
