"""`choice`: one option, or all that are right. Whoever chooses a wrong one hears its author's reply."""

from collections.abc import Iterator
from typing import Any

from app.bank.closed import ChoicePart
from app.bank.question import Question
from app.grading.kinds import BadAnswer, ProofFault, closed_verdict, fault, ids_of, structured
from app.grading.verdict import Check, Note, Verdict


class Choice:
    runs = False

    def how(self, part: ChoicePart) -> str:
        if part.several:
            return "Graded by comparing: each right option earns a share and each wrong one costs a share."
        return "Graded by comparing your choice with the right one."

    def read(self, part: ChoicePart, value: object) -> list[str]:
        """An option's id, or a list of ids."""
        known = [option.id for option in part.options]
        chosen = structured(value)
        ids = ids_of([chosen] if isinstance(chosen, str) else chosen, known, "option")
        if not ids:
            raise BadAnswer("Nothing is chosen yet.")
        if len(ids) > 1 and not part.several:
            raise BadAnswer("Only one option can be chosen here.")
        return ids

    def grade(self, question: Question, part: ChoicePart, answer: list[str], *_: Any) -> Verdict:
        chosen = [option for option in part.options if option.id in answer]
        right = [option for option in part.options if option.right]
        missing = sum(option not in chosen for option in right)
        checks = [Check(id=option.id, passed=option.right, says=_one_line(option.text)) for option in chosen]
        if part.several:
            checks.append(Check(id="all-of-them", passed=not missing, says=_missing(missing)))
        hits = sum(option.right for option in chosen)
        score = max(0.0, (hits - (len(chosen) - hits)) / len(right))
        notes = [Note(id=option.id, says=option.reply) for option in chosen if option.reply]
        summary = _summary(part, len(chosen) - hits, missing)
        return closed_verdict(question, part, self.how(part), summary, checks, score=score, notes=notes)

    def prove(self, question: Question, part: ChoicePart, run: Any) -> Iterator[ProofFault]:
        right = [option.id for option in part.options if option.right]
        if not self.grade(question, part, right).passed:
            yield fault("the right options do not pass", "options")
        for index, option in enumerate(part.options):
            if not option.right and self.grade(question, part, [option.id]).passed:
                yield fault("this wrong option passes", "options", index)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _missing(count: int) -> str:
    if not count:
        return "Nothing that is right is missing."
    return "One right option is still missing." if count == 1 else f"{count} right options are still missing."


def _summary(part: ChoicePart, wrong: int, missing: int) -> str:
    if not wrong and not missing:
        return "Right: these and no others." if part.several else "Right."
    if not part.several:
        return "Not yet: that is not it."
    told = [f"{wrong} of your choices {'is' if wrong == 1 else 'are'} wrong"] if wrong else []
    told += [f"{missing} right {'one is' if missing == 1 else 'ones are'} missing"] if missing else []
    return f"Not yet: {' and '.join(told)}."
