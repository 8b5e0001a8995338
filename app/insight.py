"""Item statistics as Moodle defines them, from plain rows: how hard a part was, and whether it tells learners apart.

x is the score at the part and y the *rest* score, each from 0 to 1 and of first attempts only. Those who learn by
themselves skip parts, so y is the mean over the other parts that they attempted; where everybody attempted everything,
that is Moodle's y but for a constant factor, which changes none of these statistics. Whoever attempted nothing else
has no y, and counts only for the facility.

    facility index            100 · mean(x)
    discrimination index      100 · r(x, y), the correlation
    discriminative efficiency 100 · cov(x, y) / cov(sorted x, sorted y): against the best that these scores allow
    internal consistency      Cronbach's alpha = 100 · k/(k-1) · (1 - Σ var(x_i) / var(Σ x_i))

Intervals are of 95 %: Wilson's for the facility (as if each score were all or nothing, so with partial credit it is
wider than it had to be, and never of no width), Fisher's z for the correlation, Bonett's for alpha. Nothing is said of
fewer than `LEAST` learners, and nothing where everybody has the same score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pvariance

LEAST = 10
ROUNDING = 1e-12
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Scored:
    """A learner at one part. `rest` is None for who attempted no other part."""

    score: float
    rest: float | None


@dataclass(frozen=True)
class Estimate:
    """A statistic in per cent, the ends of its interval where it has one, and of how many learners it is."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Share:
    """Some of all, with Wilson's interval in per cent."""

    some: int
    all: int

    @property
    def estimate(self) -> Estimate | None:
        return None if self.all < LEAST else _wilson(self.some / self.all, self.all)


@dataclass(frozen=True)
class Item:
    """What is said of one part. None: too few learners, or no differences between them."""

    n: int
    facility: Estimate | None
    discrimination: Estimate | None
    efficiency: Estimate | None


def rest(points: float, items: int, score: float) -> float | None:
    """The mean score at the other parts, of who has `points` at `items` parts in all."""
    return None if items < 2 else (points - score) / (items - 1)


def item(rows: Sequence[Scored]) -> Item:
    both = [(row.score, row.rest) for row in rows if row.rest is not None]
    x, y = [one for one, _ in both], [other for _, other in both]
    return Item(len(rows), facility([row.score for row in rows]), discrimination(x, y), efficiency(x, y))


def facility(scores: Sequence[float]) -> Estimate | None:
    """A high one is an easy part."""
    return None if len(scores) < LEAST else _wilson(fmean(scores), len(scores))


def discrimination(x: Sequence[float], y: Sequence[float]) -> Estimate | None:
    """From -100 to 100: do those who do well elsewhere do well here?"""
    n = len(x)
    spread = math.sqrt(pvariance(x) * pvariance(y)) if n >= LEAST else 0.0
    if not spread:
        return None
    r = max(-1.0, min(1.0, _covariance(x, y) / spread))
    if abs(r) > 1 - ROUNDING:
        return Estimate(100.0 * round(r), None, None, n)
    low, high = (math.tanh(math.atanh(r) + sign * Z / math.sqrt(n - 3)) for sign in (-1, 1))
    return Estimate(100 * r, 100 * low, 100 * high, n)


def efficiency(x: Sequence[float], y: Sequence[float]) -> Estimate | None:
    """The discrimination, freed from how hard the part is. It has no interval that is worth its name."""
    if len(x) < LEAST:
        return None
    best = _covariance(sorted(x), sorted(y))
    return Estimate(100 * _covariance(x, y) / best, None, None, len(x)) if best > 0 else None


def alpha(rows: Sequence[Sequence[float]]) -> Estimate | None:
    """Of learners (rows) who attempted all of the same parts (columns)."""
    n = len(rows)
    k = len(rows[0]) if rows else 0
    if n < LEAST or k < 2:
        return None
    whole = pvariance([math.fsum(row) for row in rows])
    if not whole:
        return None
    value = k / (k - 1) * (1 - math.fsum(pvariance(column) for column in zip(*rows, strict=True)) / whole)
    if value > 1 - ROUNDING:
        return Estimate(100.0, None, None, n)
    half = Z * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    low, high = (1 - (1 - value) * math.exp(sign * half) for sign in (1, -1))
    return Estimate(100 * value, 100 * low, 100 * high, n)


def median(numbers: Sequence[int]) -> float | None:
    """None for fewer than `LEAST`."""
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return None if len(ordered) < LEAST else (ordered[half] + ordered[-half - 1]) / 2


def kappa(pairs: Sequence[tuple[bool, bool, int]]) -> float | None:
    """Cohen's kappa of two who judged the same things, each pair of judgements with how often it came: 1 is agreement,
    0 what chance alone would give. None for fewer than `LEAST`, or where chance would always agree."""
    n = sum(count for *_, count in pairs)
    if n < LEAST:
        return None
    agreed = sum(count for one, other, count in pairs if one == other) / n
    first, second = (sum(pair[2] for pair in pairs if pair[at]) / n for at in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def _covariance(x: Sequence[float], y: Sequence[float]) -> float:
    """Over all of them, as in pvariance: every quotient here is the same with n - 1."""
    mean_x, mean_y = fmean(x), fmean(y)
    return math.fsum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True)) / len(x)


def _wilson(share: float, n: int) -> Estimate:
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return Estimate(100 * share, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half), n)
