"""Item statistics against examples worked out on paper: the working stands beside each number, and no formula of the
program is used to find it. z = 1.959963984540054 is the 97.5 % point of the normal curve, z² = 3.841458820694126."""

import pytest

from app.insight import Estimate, Item, Scored, Share, alpha, facility, item, kappa, median, rest

EXACT = 1e-9
# Ten learners: six are right here, five elsewhere, four in both.
X = (1, 1, 1, 1, 1, 1, 0, 0, 0, 0)
Y = (1, 1, 1, 1, 0, 0, 1, 0, 0, 0)
TEN = [Scored(x, y) for x, y in zip(X, Y, strict=True)]


def near(found: Estimate | None, value: float, low: float | None, high: float | None, n: int) -> bool:
    assert found is not None
    pairs = ((found.value, value), (found.low, low), (found.high, high))
    return found.n == n and all(
        one == other if one is None or other is None else abs(one - other) < EXACT for one, other in pairs
    )


def test_the_facility_is_the_mean_with_wilsons_interval() -> None:
    # 6/10. Middle (0.6 + 0.192072941)/(1.384145882) = 0.572246711, half 0.259572950.
    assert near(item(TEN).facility, 60.0, 31.267376973365827, 83.181967029376388, 10)


def test_a_facility_of_all_has_an_interval_too() -> None:
    # 10/10: the low end is 1/(1 + z²/10) = 1/1.3841458820694124.
    assert near(facility([1.0] * 10), 100.0, 72.246720013711075, 100.0, 10)


def test_partial_credit_counts_as_what_it_is() -> None:
    # (4 · 0.25 + 4 · 0.75 + 2 · 1)/10 = 0.6
    assert near(facility([0.25] * 4 + [0.75] * 4 + [1.0] * 2), 60.0, 31.267376973365827, 83.181967029376388, 10)


def test_the_discrimination_is_the_correlation_with_the_rest() -> None:
    # Means .6 and .5; cov = 4/10 - .3 = .1; variances .24 and .25; r = .1/√.06 = 1/√6 = .408248290463863.
    # atanh r = ½ ln(1.408248290463863/0.591751709536137) = .433507357; z/√7 = .740796755.
    assert near(item(TEN).discrimination, 40.824829046386, -29.796915084691311, 82.564707823391652, 10)


def test_the_efficiency_is_against_the_best_that_these_scores_allow() -> None:
    # Sorted, five are right in both: 5/10 - .3 = .2, and .1/.2 is a half.
    assert near(item(TEN).efficiency, 50.0, None, None, 10)


def test_who_attempted_nothing_else_counts_for_the_facility_alone() -> None:
    found = item([*TEN, Scored(0.0, None), Scored(0.0, None)])
    assert found.facility is not None and found.facility.value == pytest.approx(50.0, abs=EXACT)
    assert found.discrimination is not None and found.discrimination.n == 10 and found.n == 12


def test_the_rest_is_the_mean_of_the_other_parts() -> None:
    assert rest(2.5, 4, 1.0) == pytest.approx(0.5, abs=EXACT)  # 1.5 points at three other parts
    assert rest(1.0, 1, 1.0) is None


def test_alpha_is_cronbachs_with_bonetts_interval() -> None:
    # Each column has five ones: variance .25. Totals 3 3 3 2 1 1 1 1 0 0: mean 1.5, squares 35, variance 1.25.
    # 3/2 · (1 - .75/1.25) = .6. Half: z · √(2·3/(2·8)) = z · √.375; the ends are 1 - .4 e^±half.
    columns = ((1, 1, 1, 1, 1, 0, 0, 0, 0, 0), (1, 1, 1, 1, 0, 1, 0, 0, 0, 0), (1, 1, 1, 0, 0, 0, 1, 1, 0, 0))
    assert near(alpha(list(zip(*columns, strict=True))), 60.0, -32.834949080086872, 87.954977127025872, 10)


def test_parts_that_always_agree_have_an_alpha_of_100() -> None:
    assert alpha([(1, 1)] * 5 + [(0, 0)] * 5) == Estimate(100.0, None, None, 10)


def test_a_perfect_correlation_has_no_interval() -> None:
    found = item([Scored(1, 1)] * 5 + [Scored(0, 0)] * 5).discrimination
    assert near(found, 100.0, None, None, 10)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_nothing_is_said_of_fewer_than_ten(count: int) -> None:
    rows = TEN[:count]
    assert item(rows) == Item(count, None, None, None)
    assert alpha([(row.score, row.rest or 0) for row in rows]) is None
    assert Share(count, count).estimate is None
    assert median(range(count)) is None and kappa([(True, True, count)]) is None


def test_where_all_scores_are_the_same_nothing_discriminates() -> None:
    found = item([Scored(1, y) for y in Y])
    assert found.facility is not None and found.discrimination is None and found.efficiency is None
    assert alpha([(1, 0)] * 10) is None


def test_kappa_is_agreement_beyond_chance() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreed 35/50 = .7; by chance .5 · .6 + .5 · .4 = .5; (.7 - .5)/.5 = .4
    pairs = [(True, True, 20), (True, False, 5), (False, True, 10), (False, False, 15)]
    assert kappa(pairs) == pytest.approx(0.4, abs=EXACT)
    assert kappa([(True, True, 50)]) is None


def test_the_median_is_the_middle() -> None:
    assert median([9, 1, 8, 2, 7, 3, 6, 4, 5, 100, 0]) == 5
    assert median([9, 1, 8, 2, 7, 3, 6, 4, 5, 100]) == 5.5
