"""A small question as the text of a file, to be changed by the tests that need one at fault."""

import shutil
from functools import cache
from pathlib import Path

from app.bank.bank import Bank
from app.settings import BUILT_IN_QUESTIONS

QUESTION = r"""id: doubling
number: 7
title: Doubling
prompt: |
  How does one double a list?
topics: [python]
hints:
  - Think of each item.
  - Multiply it by two.
parts:
  - id: write
    kind: code
    ask: |
      Write `double(xs)`.
    starter: |
      def double(xs):
          ...
    solution: |
      def double(xs):
          return [2 * x for x in xs]
    function: double
    setup: |
      import math
    cases:
      - args: [[1, 2, 3]]
      - args: [{py: "list(range(3))"}]
        hidden: true
      - args: [[{py: "math.pi"}, {plain: 1.5}]]
    random:
      count: 5
      make: |
        def make(rng):
            return ([rng.random()],)
    compare: {rtol: 1.0e-5, accept: [tensor, array]}
    wrong:
      - code: |
          def double(xs):
              return xs + xs
        why: Repeats the list.
  - id: explain
    kind: prose
    ask: What happens to each item?
    points:
      - id: doubled
        text: Each item is doubled.
        refs: [Every item is multiplied by two.]
        required_terms: [[item, each]]
      - id: new
        text: The list is a new one.
    misconceptions:
      - id: repeats
        refs: [The list is repeated.]
        contradicts: doubled
        reply: "`2 * xs` repeats the list."
    samples:
      - {text: Each item is doubled. The list is a new one., covers: [doubled, new]}
      - {text: Every item is doubled., covers: [doubled]}
      - {text: It is repeated., covers: []}
answer: |
  Like this:

  ```python
  assert [2 * x for x in [1, 2]] == [2, 4]
  ```
"""


def line_of(text: str, beginning: str) -> int:
    """Where the first line that begins so (after its blanks) stands, counted from 1."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.strip().startswith(beginning))


def changed(*changes: tuple[str, str]) -> str:
    """The question with pieces of it replaced; each piece must be there."""
    text = QUESTION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def put(folder: Path, text: str = QUESTION, name: str = "07-doubling.yaml", chapter: str = "lists") -> Path:
    """Writes a question file into a chapter of a folder."""
    path = folder / chapter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def another(number: int, slug: str) -> str:
    return changed(("id: doubling", f"id: {slug}"), ("number: 7", f"number: {number}"))


@cache
def built_in() -> Bank:
    """The built-in questions, read once for all tests that ask them and change nothing."""
    return Bank(BUILT_IN_QUESTIONS)


def some_built_in(folder: Path, *slugs: str) -> Path:
    """A bank of a few of the built-in questions, where reading all 37 would only cost a second."""
    for slug in slugs:
        (file,) = BUILT_IN_QUESTIONS.glob(f"*/*-{slug}.yaml")
        (folder / file.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / file.parent.name)
    return folder
