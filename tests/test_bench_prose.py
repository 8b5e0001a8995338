"""What is said of the engine's quality can be checked: the labelled answers, the committed weights, the scores."""

import json
import zipfile
from functools import cache, partial
from pathlib import Path

import pytest

from app.bench_asag import asag_bench
from app.bench_prose import (
    held_out,
    interval,
    macro_f1,
    reversed_references,
    scores,
    swapped_references,
    table,
    tasks_of,
    trained,
)
from app.keypoints.features import ERROR_NAMES, NAMES
from app.keypoints.find import find
from app.keypoints.labelled import HELD_OUT, labelled
from app.keypoints.model import WEIGHTS, committed, fit
from app.terminal import Usage
from tests.question_text import built_in

TASKS = tasks_of(built_in())
ANSWERS = labelled()
OTHERS = labelled(HELD_OUT)
figures = cache(partial(held_out, TASKS, OTHERS))
ARCHIVE = Path(__file__).resolve().parents[2] / "shared" / "data" / "asag" / "semeval-3way.zip"


def test_there_are_many_labelled_answers_to_many_questions() -> None:
    assert len(ANSWERS) >= 240 and len({answer.question for answer in ANSWERS}) >= 24
    assert {"full", "paraphrase", "typos", "esl", "negation", "antonym", "swap", "stuffing", "copy", "offtopic"} <= {
        answer.kind for answer in ANSWERS
    }


def test_answers_of_others_are_many_and_none_of_them_is_fitted() -> None:
    assert len(OTHERS) >= 180 and len({answer.question for answer in OTHERS}) >= 30
    assert {answer.text for answer in OTHERS if answer.assessed}.isdisjoint(answer.text for answer in ANSWERS)


@pytest.mark.parametrize("name", sorted({answer.question for answer in ANSWERS}))
def test_labels_name_points_and_misconceptions_that_there_are(name: str) -> None:
    task = TASKS[name][2]
    points = {point.id for point in task.points}
    errors = {error.id for error in task.misconceptions}
    for answer in (answer for answer in (*ANSWERS, *OTHERS) if answer.question == name):
        assert answer.covered | answer.maybe <= points and answer.says <= errors, answer.text
        assert not answer.covered & answer.maybe
        assert answer.assessed or not (answer.covered | answer.maybe | answer.says)


@pytest.mark.no_cover
def test_the_committed_weights_are_what_the_command_makes() -> None:
    made, kept = trained(TASKS, ANSWERS), committed()
    for one, other in ((made.points, kept.points), (made.errors, kept.errors)):
        assert (one.bias, *one.weights) == pytest.approx((other.bias, *other.weights), abs=2e-3)


def test_the_table_of_weights_can_be_read_by_a_person() -> None:
    table = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert set(table["points"]) == {"bias", *NAMES} and set(table["misconceptions"]) == {"bias", *ERROR_NAMES}


def test_nothing_is_covered_where_there_is_nothing_to_assess() -> None:
    covered = [
        answer.text for answer in ANSWERS if not answer.assessed
        for point in find(TASKS[answer.question][2], answer.text).points if point.state == "covered"
    ]  # fmt: skip
    assert not covered


@pytest.mark.no_cover
def test_references_turned_round_are_seldom_covered() -> None:
    """Of the built-in points' own sentences, each made its opposite by one small change."""
    turned = list(reversed_references(TASKS))
    wrong = [
        text for name, point, text in turned
        if any(one.id == point and one.state == "covered" for one in find(TASKS[name][2], text).points)
    ]  # fmt: skip
    assert len(turned) > 500 and len(wrong) <= 0.15 * len(turned)


@pytest.mark.no_cover
def test_most_of_what_is_called_covered_in_answers_of_others_is() -> None:
    made = figures()
    assert made["engine"]["covered: precision"] >= 0.86 and made["engine"]["covered: recall"] >= 0.55
    assert made["engine"]["macro-F1 of covered or not"] >= 0.78
    assert made["covered: precision without swapped roles"] >= 0.92


@pytest.mark.no_cover
def test_nothing_is_covered_where_others_wrote_nothing_to_assess() -> None:
    assert figures()["stuffing, copies, blanks with a covered point"] == 0


def test_a_reference_can_be_given_the_subject_of_another_point() -> None:
    found = {(name, text) for name, _, text in swapped_references(TASKS)}
    own = {(name, ref) for name, (_, _, task) in TASKS.items() for point in task.points for ref in point.refs}
    assert len(found) > 100 and found.isdisjoint(own)


def test_an_interval_holds_its_share_and_narrows_with_more_of_them() -> None:
    low, high = interval(9, 10)
    lower, higher = interval(900, 1000)
    assert low < lower < 0.9 < higher < high and interval(0, 0) == (0.0, 1.0)


def test_training_finds_what_separates_two_kinds_from_wherever_it_begins() -> None:
    rows = [(x / 10, 1.0) for x in range(-20, 21)]
    labels = [float(row[0] > 0) for row in rows]
    model = fit(rows, labels)
    assert model.probability((1.5, 1.0)) > 0.8 and model.probability((-1.5, 1.0)) < 0.2
    again = fit(rows, labels, None, model)
    assert (again.bias, *again.weights) == pytest.approx((model.bias, *model.weights), abs=1e-3)


def test_the_scores_are_those_of_the_books() -> None:
    pairs = [("covered", "covered"), ("covered", "not_found"), ("not_found", "covered"), ("not_found", "not_found")]
    made = scores(pairs)
    assert (made["covered: precision"], made["covered: recall"]) == (0.5, 0.5)
    assert made["macro-F1 of covered or not"] == 0.5 and macro_f1(pairs, ("covered",)) == 0.5
    assert "precision" in table({"engine": made})


def test_graded_answers_are_read_from_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "graded.zip"
    page = (
        "<question><questionText>What happened to the water?</questionText><referenceAnswers>"
        "<referenceAnswer>The water evaporated and left the salt.</referenceAnswer></referenceAnswers>"
        '<studentAnswers><studentAnswer accuracy="correct">The water evaporated, the salt was left.</studentAnswer>'
        '<studentAnswer accuracy="incorrect">We mixed it with sand.</studentAnswer></studentAnswers></question>'
    )
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("training/3way/sciEntsBank/a.xml", page)
        made.writestr("test/3way/sciEntsBank/test-unseen-domains/b.xml", page)
    assert asag_bench(archive)["macro-F1, correct or not"] == 1.0


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_an_archive_that_is_none_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "graded.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Usage, match="graded.zip"):
        asag_bench(path)


@pytest.mark.no_cover
@pytest.mark.skipif(not ARCHIVE.exists(), reason="the archive of graded answers is not beside this checkout")
def test_answers_of_unseen_domains_are_judged_better_than_by_chance() -> None:
    assert asag_bench(ARCHIVE)["macro-F1, correct or not"] >= 0.65
