"""Statistics of a question for those who teach, from the rows of the store by the formulas of app/insight.py."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from app import insight
from app.bank.question import Part, ProsePart
from app.insight import Item, Scored, Share
from app.store.statistics import FirstTries, FirstTry
from app.store.tally import Tally
from app.web.views import CERTAINTIES, WORDS

IN_A_TABLE = 250  # learners a part, where many parts stand side by side
MACHINE = {"covered": True, "maybe": False, "not_found": False}
ANSWER = {"yes": True, "no": False}
JUDGES = {
    "the machine": ("machine", MACHINE),
    "the student": ("student", ANSWER),
    "an instructor": ("instructor", ANSWER),
}


@dataclass(frozen=True)
class Figures:
    """One part. Shares and medians are of first attempts, one a learner."""

    part: str
    kind: str
    learners: int  # who attempted it: all of them, or about so many
    looked_at: int
    waiting: int  # of those looked at: an answer in words that its writer has not graded
    item: Item
    passed_first: Share
    solved: Share
    tries: float | None  # the median, of who solved it
    seconds: float | None  # the median time from the first attempt to the one that passed, of who needed more than one
    certainty: tuple[tuple[str, Share], ...]  # how sure they were, and how many of these were right
    hints: Share  # who has opened one


@dataclass(frozen=True)
class PointFigures:
    """A key point, over all answers that a person has graded."""

    id: str
    text: str
    said: Share  # by its writer's own ticks
    found: Share  # by the machine, surely
    read: Share  # by an instructor


@dataclass(frozen=True)
class Agreement:
    """Two who judged the same points of the same answers. `machine` counts as having found what it is sure of."""

    one: str
    other: str
    alike: Share
    kappa: float | None


def figures(part: Part, tries: FirstTries) -> Figures:
    scored = [row for row in tries.rows if row.score is not None]
    solved = [row for row in tries.rows if row.solved_try is not None]
    return Figures(
        part=part.id,
        kind=WORDS[part.kind],
        learners=tries.learners,
        looked_at=len(tries.rows),
        waiting=len(tries.rows) - len(scored),
        item=insight.item([_scored(row) for row in scored]),
        passed_first=_share(row.passed for row in scored),
        solved=Share(len(solved), len(tries.rows)),
        tries=insight.median([row.solved_try for row in solved if row.solved_try is not None]),
        seconds=insight.median([row.solved_after or 0 for row in solved if (row.solved_try or 0) > 1]),
        certainty=tuple(
            (said, _share(row.passed for row in scored if row.certainty == value))
            for value, said in CERTAINTIES.items()
            if any(row.certainty == value for row in scored)
        ),
        hints=_share(row.hints > 0 for row in tries.rows),
    )


def _scored(row: FirstTry) -> Scored:
    score = row.score or 0.0
    return Scored(score, insight.rest(row.points, row.items, score))


def _share(some: Iterable[bool | None]) -> Share:
    counted = Counter(map(bool, some))
    return Share(counted[True], counted.total())


def points(part: ProsePart, tallies: Sequence[Tally]) -> list[PointFigures]:
    """The most missed first."""
    made = []
    for point in part.points:
        mine = [one for one in tallies if (one.part, one.point) == (part.id, point.id)]
        said, read = (
            _counted([(getattr(one, who), one.answers) for one in mine], ANSWER) for who in ("student", "instructor")
        )
        found = _counted([(one.machine, one.answers) for one in mine], MACHINE)
        made.append(PointFigures(point.id, point.text, said, found, read))
    return sorted(made, key=lambda one: one.said.some / one.said.all if one.said.all else 1.0)


def _counted(said: Sequence[tuple[str, int]], meaning: dict[str, bool]) -> Share:
    """Those who said nothing are not counted."""
    known = [(meaning[word], count) for word, count in said if word in meaning]
    return Share(sum(count for yes, count in known if yes), sum(count for _, count in known))


def agreements(part: ProsePart, tallies: Sequence[Tally]) -> list[Agreement]:
    mine = [one for one in tallies if one.part == part.id]
    made = []
    for one, other in combinations(JUDGES, 2):
        (first, yes), (second, also) = JUDGES[one], JUDGES[other]
        pairs = [
            (yes[getattr(row, first)], also[getattr(row, second)], row.answers)
            for row in mine
            if getattr(row, first) in yes and getattr(row, second) in also
        ]
        alike = sum(count for left, right, count in pairs if left == right)
        if pairs:
            made.append(Agreement(one, other, Share(alike, sum(count for *_, count in pairs)), insight.kappa(pairs)))
    return made
