"""`selfgrad bench prose`: how often the suggestions on prose answers are right, beside two simple baselines.

Each question's hand-labelled answers are judged by a model that was trained on the other questions' answers only. The
same numbers for two baselines: the length of the answer, and the cosine of word counts weighted by rarity. `--fit`
trains on all the answers and writes the table of weights that the program uses.

A second table holds what the committed weights make of answers that somebody else wrote (see `labelled`) and that
nothing was fitted to. Whoever made the engine had the first answers before them, so the second table is nearer to what
a stranger's answer meets.
"""

import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.bank.bank import Bank
from app.bank.question import ProsePart, Question
from app.bench import percentile
from app.bench_asag import asag_bench
from app.grading.prose import task_of
from app.keypoints.find import find, look
from app.keypoints.labelled import HELD_OUT, Labelled, labelled
from app.keypoints.model import WEIGHTS, Models, as_text, fit
from app.keypoints.negated import negated, swapped
from app.keypoints.reading import read
from app.keypoints.task import Task, prepare
from app.keypoints.worth import Reason
from app.settings import Settings
from app.terminal import Usage, progress

STATES = ("covered", "maybe", "not_found")
AS_LABEL = {"covered": 1.0, "maybe": 0.5, "not_found": 0.0}
OPPOSITE = ("negation", "antonym", "swap")
EMPTY = ("stuffing", "copy", "blank", "meaningless", "language", "code")

TURNED = 0.15  # how much a reference that was turned round counts in training, beside an answer

Row = tuple[float, ...]
Judge = Callable[[Task, str], Mapping[str, str]]


@dataclass(frozen=True)
class Example:
    """One point or one misconception of one answer: its numbers and what it is."""

    question: str
    kind: str  # point, error
    values: Row
    label: float
    weight: float = 1.0


def prose_bench(settings: Settings, asag: Path | None, *, fit_wanted: bool, as_json: bool) -> None:
    """Measure and print, or train and write the weights. Raises Usage."""
    tasks = tasks_of(Bank(settings.questions))
    answers = [answer for answer in labelled() if answer.question in tasks]
    if not answers:
        raise Usage("None of the labelled answers belongs to these questions, so there is nothing to measure.")
    if fit_wanted:
        WEIGHTS.write_text(as_text(trained(tasks, answers)), encoding="utf-8")
        print(f"The weights are in {WEIGHTS.name}, from {len(answers)} answers.")
        return
    made = evaluated(tasks, answers)
    if others := [answer for answer in labelled(HELD_OUT) if answer.question in tasks]:
        made["written by others, never fitted"] = held_out(tasks, others)
    if asag is not None:
        made["sciEntsBank unseen domains"] = asag_bench(asag)
    print(json.dumps(made, indent=2) if as_json else table(made))


def tasks_of(bank: Bank) -> dict[str, tuple[Question, ProsePart, Task]]:
    """The first prose part of each question."""
    found = {}
    for question in bank.questions:
        part = next((part for part in question.parts if isinstance(part, ProsePart)), None)
        if part is not None:
            found[question.id] = (question, part, task_of(question, part))
    return found


Tasks = Mapping[str, tuple[Question, ProsePart, Task]]


def examples(tasks: Tasks, answers: Iterable[Labelled]) -> list[Example]:
    """Every point and misconception of every answer that is assessed; the samples of the question files too."""
    found = []
    for answer in [*answers, *_samples(tasks)]:
        looked = look(tasks[answer.question][2], answer.text) if answer.assessed else Reason.BLANK
        if isinstance(looked, Reason):
            continue
        for one in looked.points:
            found.append(Example(answer.question, "point", one.values, AS_LABEL[answer.state(one.topic.id)]))
        for error in looked.errors if answer.kind != "sample" else ():
            found.append(Example(answer.question, "error", error.values, float(error.topic.id in answer.says)))
    for name, point, text in (*reversed_references(tasks), *swapped_references(tasks)):
        looked = look(tasks[name][2], text)
        if not isinstance(looked, Reason):
            found += [Example(name, "point", one.values, 0.0, TURNED) for one in looked.points if one.topic.id == point]
    return found


def reversed_references(tasks: Tasks) -> Iterator[tuple[str, str, str]]:
    """Question, point and text: references turned into their opposite by one small change."""
    for name, (_, _, task) in tasks.items():
        for point in task.points:
            for ref in (point.text, *point.refs):
                if (turned := negated(ref)) is not None:
                    yield name, point.id, turned


def swapped_references(tasks: Tasks) -> Iterator[tuple[str, str, str]]:
    """Question, point and text: references that say of another point's subject what is true of their own."""
    for name, (_, _, task) in tasks.items():
        topics = prepare(task).points
        known = {ref for point in task.points for ref in (point.text, *point.refs)}
        for point, topic in zip(task.points, topics, strict=True):
            others = [other.heads for other in topics if other is not topic]
            for ref in (point.text, *point.refs):
                if (text := swapped(ref, topic, others)) is not None and text not in known:
                    yield name, point.id, text


def _samples(tasks: Tasks) -> list[Labelled]:
    return [
        Labelled(question.id, "sample", sample.text, frozenset(sample.covers))
        for question, part, _ in tasks.values()
        for sample in part.samples
    ]


def trained(tasks: Tasks, answers: Sequence[Labelled]) -> Models:
    """The models of all the answers: the table of weights that is committed."""
    return _fitted(examples(tasks, answers))


def _fitted(found: Sequence[Example], start: Models | None = None) -> Models:
    made = []
    for kind, first in (("point", start.points if start else None), ("error", start.errors if start else None)):
        rows = [one for one in found if one.kind == kind]
        made.append(fit([one.values for one in rows], [one.label for one in rows], [one.weight for one in rows], first))
    return Models(*made)


def evaluated(tasks: Tasks, answers: Sequence[Labelled]) -> dict[str, Any]:
    every = examples(tasks, answers)
    whole = _fitted(every)  # where the training for each question begins, to be done sooner; it ends where it must
    names = sorted({answer.question for answer in answers})
    judged: list[tuple[Labelled, str, str, str]] = []  # answer, point, state, label
    wrong_covered = reversed_refs = reversed_covered = 0
    notes = Counter[str]()
    took = []
    with progress("judging", total=len(names)) as done:
        for name in names:
            task = tasks[name][2]
            models = _fitted([one for one in every if one.question != name], whole)
            for answer in (answer for answer in answers if answer.question == name):
                started = time.perf_counter()
                found = find(task, answer.text, models)
                took.append((time.perf_counter() - started) * 1000)
                states = {point.id: point.state for point in found.points}
                if not answer.assessed:
                    wrong_covered += "covered" in states.values()
                    notes["assessed wrongly"] += found.reason is None
                    continue
                notes["not assessed wrongly"] += found.reason is not None
                told = {error.id for error in found.errors}
                notes["told rightly"] += len(told & answer.says)
                notes["told wrongly"] += len(told - answer.says)
                notes["missed"] += len(answer.says - told)
                judged += [
                    (answer, point.id, states.get(point.id, "not_found"), answer.state(point.id))
                    for point in task.points
                ]
            for _, point, text in reversed_references({name: tasks[name]}):
                reversed_refs += 1
                reversed_covered += any(
                    one.id == point and one.state == "covered" for one in find(task, text, models).points
                )
            done()
    pairs = [(state, label) for _, _, state, label in judged]
    opposite = [
        state == "covered" for answer, _, state, label in judged if answer.kind in OPPOSITE and label != "covered"
    ]
    return {
        "answers": len(answers), "questions": len(names), "judged points": len(judged),
        "engine": scores(pairs),
        "length only": scores(_baseline(tasks, answers, _length)),
        "cosine of rare words": scores(_baseline(tasks, answers, _cosine)),
        "reversed answers: points wrongly covered": _share(opposite),
        "reversed references": reversed_refs,
        "reversed references covered": reversed_covered / max(1, reversed_refs),
        "stuffing, copies, blanks with a covered point": wrong_covered,
        "assessed though there is nothing": notes["assessed wrongly"],
        "not assessed though there is something": notes["not assessed wrongly"],
        "misconceptions": {name: notes[name] for name in ("told rightly", "told wrongly", "missed")},
        "by kind": _by_kind(judged),
        "ms an answer": {"p50": statistics.median(took), "p99": percentile(took, 99)},
    }  # fmt: skip


def held_out(tasks: Tasks, answers: Sequence[Labelled]) -> dict[str, Any]:
    """What the committed weights make of answers that were not used to fit them."""
    judged: list[tuple[Labelled, str, str, str]] = []
    empty = 0
    for answer in answers:
        task = tasks[answer.question][2]
        states = {point.id: point.state for point in find(task, answer.text).points}
        if answer.assessed:
            judged += [
                (answer, point.id, states.get(point.id, "not_found"), answer.state(point.id)) for point in task.points
            ]
        else:
            empty += "covered" in states.values()
    called = [label == "covered" for _, _, state, label in judged if state == "covered"]
    low, high = interval(sum(called), len(called))
    return {
        "answers": len(answers), "questions": len({answer.question for answer in answers}),
        "judged points": len(judged), "points called covered": len(called),
        "engine": scores([(state, label) for _, _, state, label in judged]),
        "covered: precision without swapped roles": _share(
            [label == "covered" for answer, _, state, label in judged if state == "covered" and answer.kind != "swap"]
        ),
        "precision of covered, 95 % from": low, "precision of covered, 95 % to": high,
        "stuffing, copies, blanks with a covered point": empty,
        "by kind": _by_kind(judged),
    }  # fmt: skip


def interval(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share: where the true one lies in 95 of 100 cases."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    middle = share + z * z / (2 * of)
    width = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - width) / (1 + z * z / of), (middle + width) / (1 + z * z / of)


def scores(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """`pairs` of what was said and what is right."""
    plain = [
        ("covered" if said == "covered" else "other", "covered" if right == "covered" else "other")
        for said, right in pairs
    ]
    called = sum(said == "covered" for said, _ in pairs)
    there = sum(right == "covered" for _, right in pairs)
    hit = sum(said == right == "covered" for said, right in pairs)
    ends = [pair for pair in pairs if pair[1] != "maybe"]
    return {
        "macro-F1 of covered or not": macro_f1(plain, ("covered", "other")),
        "macro-F1 of three states": macro_f1(pairs, STATES),
        "covered: precision": hit / called if called else 0.0,
        "covered: recall": hit / there if there else 0.0,
        "not found: precision": _share([right == "not_found" for said, right in ends if said == "not_found"]),
        "maybe: share": _share([said == "maybe" for said, _ in pairs]),
    }


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> float:
    found = []
    for name in classes:
        hit = sum(said == right == name for said, right in pairs)
        either = sum(said == name for said, _ in pairs) + sum(right == name for _, right in pairs)
        if any(right == name for _, right in pairs):
            found.append(2 * hit / either if either else 0.0)
    return sum(found) / len(found)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _by_kind(judged: Sequence[tuple[Labelled, str, str, str]]) -> dict[str, dict[str, float]]:
    kinds = sorted({answer.kind for answer, _, _, _ in judged})
    found = {}
    for kind in kinds:
        own = [(state, label) for answer, _, state, label in judged if answer.kind == kind]
        found[kind] = {
            "points": len(own),
            "right": _share([(state == "covered") == (label == "covered") for state, label in own]),
            "covered": sum(label == "covered" for _, label in own),
            "found": sum(state == label == "covered" for state, label in own),
            "covered wrongly": sum(state == "covered" != label for state, label in own),
        }
    return found


def _baseline(
    tasks: Tasks, answers: Sequence[Labelled], measure: Callable[[Task, str], list[float]]
) -> list[tuple[str, str]]:
    """One number a point, and the threshold that suits the other questions best."""
    rated = [
        (answer.question, value, answer.state(point.id))
        for answer in answers if answer.assessed
        for task in [tasks[answer.question][2]]
        for point, value in zip(task.points, measure(task, answer.text), strict=True)
    ]  # fmt: skip
    pairs = []
    for name in sorted({answer.question for answer in answers}):
        others = [(value, label) for question, value, label in rated if question != name]
        threshold = _best_threshold(others)
        pairs += [
            ("covered" if value >= threshold else "not_found", label)
            for question, value, label in rated
            if question == name
        ]
    return pairs


def _best_threshold(rated: Sequence[tuple[float, str]]) -> float:
    """By the best macro-F1 of covered or not, in one pass over the values from the largest."""
    there = sum(label == "covered" for _, label in rated)
    best, threshold, hit = -1.0, math.inf, 0
    for taken, (value, label) in enumerate(sorted(rated, reverse=True), 1):
        hit += label == "covered"
        left = len(rated) - taken
        rest = left - (there - hit)
        score = hit / (taken + there) + rest / (left + len(rated) - there)
        if score > best:
            best, threshold = score, value
    return threshold


def _length(task: Task, text: str) -> list[float]:
    return [float(len(text.split()))] * len(task.points)


def _cosine(task: Task, text: str) -> list[float]:
    """Between the answer and all that is written of a point."""
    bags = [
        Counter(term.concept for ref in (point.text, *point.refs) for term in read(ref).terms) for point in task.points
    ]
    spread = Counter(concept for bag in bags for concept in bag)
    said = Counter(term.concept for term in read(text).terms)
    rarity = {concept: math.log(1 + len(bags) / count) for concept, count in spread.items()}

    def lengthened(bag: Mapping[str, int]) -> dict[str, float]:
        return {concept: count * rarity.get(concept, math.log(1 + len(bags))) for concept, count in bag.items()}

    answer = lengthened(said)
    norm = math.sqrt(sum(value**2 for value in answer.values())) or 1.0
    found = []
    for bag in bags:
        other = lengthened(bag)
        size = math.sqrt(sum(value**2 for value in other.values())) or 1.0
        found.append(sum(value * other.get(concept, 0.0) for concept, value in answer.items()) / norm / size)
    return found


def table(made: Mapping[str, Any], indent: str = "") -> str:
    rows = []
    for name, value in made.items():
        if isinstance(value, Mapping):
            rows += ["", f"{indent}{name}", table(value, indent + "  ")]
        else:
            rows.append(
                f"{indent}{name:<{50 - len(indent)}}{value:>8.3f}"
                if isinstance(value, float)
                else f"{indent}{name:<{50 - len(indent)}}{value:>8}"
            )
    return "\n".join(rows)
