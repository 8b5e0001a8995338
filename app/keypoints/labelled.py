"""Answers labelled by hand: what each covers, what it gets wrong, and whether there is anything to assess.

`labelled.jsonl` holds one answer a line. A point that is named neither in `covered` nor in `maybe` is not found. They
train the model (`selfgrad bench prose --fit`) and measure it, each question by a model that has not seen that question.

`heldout.jsonl` was written by somebody who had seen the questions and the wording of the points, but neither the
references nor the engine nor the other answers. Nothing is ever fitted to it. It was measured once before anybody had
looked at a single result; the features were improved after that, so it is no longer blind. Its last 46 answers, nearly
half of them with swapped roles, were written after the features and measured once. Which misconceptions its answers
state is not labelled.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("labelled.jsonl")
HELD_OUT = Path(__file__).with_name("heldout.jsonl")


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


def labelled(file: Path = FILE) -> tuple[Labelled, ...]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_answer(json.loads(line)) for line in lines if line.strip())


def _answer(row: dict[str, object]) -> Labelled:
    sets = {name: frozenset(row.pop(name, ())) for name in ("covered", "maybe", "says")}  # type: ignore[call-overload]
    return Labelled(**row, **sets)  # type: ignore[arg-type]
