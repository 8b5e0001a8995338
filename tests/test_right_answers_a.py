"""Right answers pass, however they are written; and each part has what its proof cannot demand."""

import pytest

from app.bank.bank import Bank
from app.bank.question import CodePart, Question
from app.grading.grade import grade
from app.sandbox.job import Runner
from tests.question_text import built_in
from tests.right_answers_a import RIGHT

ANSWERS = [(slug, name) for slug, answers in RIGHT.items() for name in answers]


@pytest.fixture(scope="module")
def bank() -> Bank:
    return built_in()


def part_of(bank: Bank, slug: str) -> tuple[Question, CodePart]:
    question = bank.get(slug)
    assert question is not None
    part = question.part("write")
    assert isinstance(part, CodePart)
    return question, part


@pytest.mark.parametrize(("slug", "name"), ANSWERS, ids=[f"{slug}: {name}" for slug, name in ANSWERS])
def test_a_right_answer_passes(slug: str, name: str, bank: Bank, runner: Runner) -> None:
    question, part = part_of(bank, slug)
    for seed in (11, 12):
        verdict = grade(question, part, RIGHT[slug][name], runner, seed=seed)
        assert verdict.passed, f"{verdict.summary} {verdict.error}"


@pytest.mark.parametrize("slug", RIGHT)
def test_a_part_knows_enough_mistakes_and_answers_some(slug: str, bank: Bank) -> None:
    _, part = part_of(bank, slug)
    assert len(part.wrong) >= 8
    assert sum(wrong.reply is not None for wrong in part.wrong) >= 5
    assert len(RIGHT[slug]) >= 5


# The mistakes of QUESTIONS in other words than the author's: the reply has to reach them.
KNOWN = {
    "pixel-similarity": (
        "def classify(t, s, x):\n    m, n = t.mean(0), s.mean(0)\n"
        "    return m, n, ((x - m) ** 2).sum((1, 2)).sqrt() < ((x - n) ** 2).sum((1, 2)).sqrt()",
        "RMSE and L1 do not always choose the same class",
    ),
    "rank-vs-shape": ("import math\ndef rank(t):\n    return math.prod(t.shape)", "is the number of *elements*"),
    "rmse-l1": (
        "import torch.nn.functional as F\ndef distances(a, b):\n"
        "    return (a - b).abs().sum(), F.l1_loss(a, b), F.mse_loss(a, b)",
        "is the **MSE**",
    ),
    "vectorised-calculation": ("def at_once(x):\n    return (2 * x + 1) * (x > 0).float()", "everything else 0"),
    "broadcasting": ("def scale_shift(a, b, c):\n    return a.mul(b).add(c)", "lined up on the **right**"),
    "sigmoid": ("def sigmoid(x):\n    e = x.exp()\n    return e / (e + 1)", "`inf / inf` is `nan`"),
    "weight-update": (
        "def step(params, lr):\n    for p in params:\n        p.data.add_(p.grad * lr)",
        "With a plus the loss *grows*",
    ),
    "dataloader": (
        "import random\ndef batches(pairs, size, shuffle):\n    pairs = list(pairs)\n    if shuffle:\n"
        "        random.shuffle(pairs)\n    return [pairs[i:i + size] for i in range(0, len(pairs), size)]",
        "Each of your batches is a list of pairs",
    ),
}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("slug", KNOWN)
def test_a_known_mistake_in_other_words_gets_its_reply(slug: str, bank: Bank, runner: Runner) -> None:
    question, part = part_of(bank, slug)
    answer, says = KNOWN[slug]
    verdict = grade(question, part, answer, runner, seed=13)
    assert not verdict.passed
    assert verdict.notes and says in verdict.notes[0].says, verdict.summary
