"""docs/questions.md tells every key of a question file, and its examples are real: each of them is read and proved."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from app.bank.closed import ChoicePart, OrderPart
from app.bank.load import Source, question_files, read_file, read_source
from app.bank.question import Part, Question
from app.bank.sketch import DrawPart
from app.grading.grade import KINDS
from app.grading.proof import prove
from app.sandbox.job import Runner
from app.settings import BUILT_IN_QUESTIONS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "questions.md").read_text(encoding="utf-8")
FRAME, *PARTS = re.findall(r"^`{3,}yaml\n(.*?)^`{3,}$", PAGE, re.DOTALL | re.MULTILINE)
EXAMPLES = {found[1]: text for text in PARTS if (found := re.search(r"^  kind: (\w+)$", text, re.MULTILINE))}


def with_parts(parts: str) -> str:
    """The file of the page with these parts in it."""
    return re.sub(r"^parts: \[\].*\n", lambda _: f"parts:\n{indent(parts, '  ')}", FRAME, flags=re.MULTILINE)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The frozen values that a question is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(annotation):
        yield from models(inner)


def one_line_texts(part: Part) -> Iterator[str]:
    """What is shown as plain text, in which only backticks mean something."""
    match part:
        case ChoicePart():
            yield from (option.text for option in part.options)
        case OrderPart():
            yield from (step.text for step in part.steps)
        case DrawPart():
            for one in part.properties:
                yield from (one.says, one.says_not)


def test_each_kind_has_an_example() -> None:
    assert EXAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_of_a_kind_is_proved(kind: str, runner: Runner) -> None:
    read = read_source(Path("questions/test/01-powers-of-two.yaml"), with_parts(EXAMPLES[kind]).encode())
    assert isinstance(read, Source), read
    assert prove(read, runner) == []


@pytest.mark.parametrize("file", question_files(BUILT_IN_QUESTIONS), ids=lambda file: file.stem)
def test_texts_of_one_line_hold_no_markup_but_backticks(file: Path) -> None:
    question = read_file(file)
    assert isinstance(question, Question)
    texts = [text for part in question.parts for text in one_line_texts(part)]
    assert [text for text in texts if re.search(r"[*$_]", re.sub(r"`[^`]*`", "", text))] == []


def test_every_key_is_told() -> None:
    keys = {key for model in models(Question) for key in model.model_fields}
    assert {key for key in keys if not re.search(rf"`{key}[:` ]|\b{key}:", PAGE)} == set()
