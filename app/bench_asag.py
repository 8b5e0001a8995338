"""SciEntsBank, the short answers of a shared task graded by people: a check on texts that nobody here wrote.

The answers are not part of this program; the option names the archive they lie in. The model for them is trained on the
archive's own training questions, since they ask for one whole reference answer and not for key points. The test is the
split of unseen domains: other questions, from other fields than the training's.
"""

import xml.etree.ElementTree as xml
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.keypoints.find import look
from app.keypoints.model import fit
from app.keypoints.task import Point, Task
from app.keypoints.worth import Reason
from app.terminal import Usage, progress

TRAIN = "training/3way/sciEntsBank/"
UNSEEN = "test/3way/sciEntsBank/test-unseen-domains/"
WORST = 20_000_000  # bytes of one file in the archive


@dataclass(frozen=True)
class Graded:
    reference: tuple[str, ...]
    question: str
    text: str
    correct: bool


def asag_bench(path: Path) -> dict[str, Any]:
    """Two-way (correct or not) on the unseen domains. Raises Usage."""
    train, test = _read(path)
    with progress("reading graded answers", total=len(train) + len(test)) as done:
        learned, asked = ([_measured(answer, done) for answer in answers] for answers in (train, test))
    model = fit([values for values, _ in learned], [float(correct) for _, correct in learned])
    cut = _cut([(model.probability(values), correct) for values, correct in learned])
    pairs = [(model.probability(values) >= cut, correct) for values, correct in asked]
    return {"answers": len(test), "trained on": len(train), "macro-F1, correct or not": _macro(pairs)} | _told(pairs)


def _measured(answer: Graded, done: Callable[[], None]) -> tuple[tuple[float, ...], bool]:
    done()
    return _numbers(answer), answer.correct


def _numbers(answer: Graded) -> tuple[float, ...]:
    """What is measured when the reference answers are the only point; nothing is left out as not assessable."""
    task = Task((Point("reference", answer.reference[0], answer.reference[1:]),), question=(answer.question,))
    looked = look(task, answer.text, anyway=True)
    assert not isinstance(looked, Reason)
    return looked.points[0].values


def _read(path: Path) -> tuple[list[Graded], list[Graded]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".xml"))
            train, test = (
                [one for name in names if place in name for one in _answers(archive, name)] for place in (TRAIN, UNSEEN)
            )
    except (OSError, zipfile.BadZipFile, xml.ParseError) as error:
        raise Usage(f"{path} cannot be read as the archive of graded answers ({error}).") from None
    if not train or not test:
        raise Usage(f"{path} holds no training answers and answers of unseen domains of SciEntsBank.")
    return train, test


def _answers(archive: zipfile.ZipFile, name: str) -> Iterator[Graded]:
    if archive.getinfo(name).file_size > WORST:
        return
    root = xml.fromstring(archive.read(name))
    question = root.findtext("questionText") or ""
    references = tuple(one.text or "" for one in root.iter("referenceAnswer"))
    for one in root.iter("studentAnswer"):
        yield Graded(references, question, one.text or "", one.get("accuracy") == "correct")


def _cut(rated: Sequence[tuple[float, bool]]) -> float:
    """The probability from which calling an answer correct makes the best macro-F1 on the training answers."""
    steps = [step / 100 for step in range(20, 81)]
    return max(steps, key=lambda step: _macro([(value >= step, correct) for value, correct in rated]))


def _macro(pairs: Sequence[tuple[bool, bool]]) -> float:
    found = []
    for kind in (True, False):
        hit = sum(said == right == kind for said, right in pairs)
        either = sum(said == kind for said, _ in pairs) + sum(right == kind for _, right in pairs)
        found.append(2 * hit / either if either else 0.0)
    return sum(found) / 2


def _told(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    called = sum(said for said, _ in pairs)
    return {
        "right": sum(said == right for said, right in pairs) / len(pairs),
        "correct: precision": sum(said and right for said, right in pairs) / called if called else 0.0,
        "correct: recall": sum(said and right for said, right in pairs) / max(1, sum(right for _, right in pairs)),
    }
