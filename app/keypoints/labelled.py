"""Answers labelled by hand: what each covers, what it gets wrong, and whether there is anything to assess.

`labelled.jsonl` holds one answer a line. A point that is named neither in `covered` nor in `maybe` is not found. They
train the model (`selfgrad bench prose --fit`) and measure it, each question by a model that has not seen that question.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("labelled.jsonl")


@dataclass(frozen=True)
class Labelled:
    question: str
    kind: str  # paraphrase, typos, negation, stuffing …: how it was made
    text: str
    covered: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    says: frozenset[str] = frozenset()  # misconceptions that it states
    assessed: bool = True

    def state(self, point: str) -> str:
        return "covered" if point in self.covered else "maybe" if point in self.maybe else "not_found"


def labelled() -> tuple[Labelled, ...]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(_answer(json.loads(line)) for line in lines if line.strip())


def _answer(row: dict[str, object]) -> Labelled:
    sets = {name: frozenset(row.pop(name, ())) for name in ("covered", "maybe", "says")}  # type: ignore[call-overload]
    return Labelled(**row, **sets)  # type: ignore[arg-type]
