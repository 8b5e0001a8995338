"""The text of a questionnaire as it stands in a forum, taken apart into questions and their answers.

`read` says of everything doubtful where it is: what was left out, which number was missing, what was taken for code.
Nothing is invented, and nothing between the first question and the discussion is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.exchange.answer import LIST, Answer, tidy
from app.exchange.ending import End, by_trace, by_words
from app.exchange.numbered import FENCE, Mark, asks, candidate, fenced, joined, marks
from app.exchange.page import NotText, lines_of

LONGEST = 20_000  # characters of a text that a question file may hold
WANTED = (
    "no questionnaire was found in it: looked for two or more numbered questions (1. What is …?), bold or not, with "
    "their answers below them"
)
CLOSED_BOLD = re.compile(r"(\*\*|__)(.+?)\1[:.]?\s*(.*)$", re.DOTALL)
LABEL = re.compile(r"^(?:\*\*|__)?(?:a|ans|answer|solution)(?:\*\*|__)? ?[:.](?:\*\*|__)? *", re.IGNORECASE)
BARE_LABEL = re.compile(r"^(?:\*\*|__|#{1,6} )?(?:answer|solution)(?:\*\*|__)?:?(?:\*\*)?$", re.IGNORECASE)


class NoQuestionnaire(Exception):
    """str() is one sentence that says what was looked for, or why it is no text."""


@dataclass(frozen=True)
class Found:
    """A question with its answer. `line` is where it begins in the text, counted from 1."""

    number: int
    line: int
    question: str
    answer: Answer
    looks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """`told`: what was done with the text as a whole, a sentence each."""

    questions: tuple[Found, ...]
    told: tuple[str, ...] = ()


def read(data: bytes) -> Questionnaire:
    """Raises NoQuestionnaire."""
    try:
        lines = joined(_unquoted(lines_of(data)))
    except NotText as error:
        raise NoQuestionnaire(str(error)) from None
    inside = fenced(lines)
    end = by_trace(lines, inside, _asking(lines, inside))
    found = marks(lines[: end.at] if end else lines, inside)
    if not found:
        raise NoQuestionnaire(WANTED)
    end = by_words(lines[: end.at] if end else lines, inside, [mark.at for mark in found]) or end
    found = [mark for mark in found if end is None or mark.at < end.at]
    last = end.at if end else len(lines)
    numbers = _numbers(found)
    ends = [mark.at for mark in found[1:]] + [last]
    questions = [_question(mark, number, lines, stop) for mark, number, stop in zip(found, numbers, ends, strict=True)]
    told = _gaps(numbers)
    if end and any(line.strip() for line in lines[end.at :]):
        told.append(left_out(end, len(lines)))
        questions[-1] = replace(questions[-1], looks=(*questions[-1].looks, told[-1]))
    return Questionnaire(tuple(questions), tuple(told))


def left_out(end: End, total: int) -> str:
    why = end.why if len(end.why) <= 60 else end.why[:59] + "…"
    return f"lines {end.at + 1} to {total} (from “{why}” on) were taken for a discussion and left out"


def _unquoted(lines: list[str]) -> list[str]:
    """A post that was quoted as a whole."""
    said = [line for line in lines if line.strip()]
    if sum(line.lstrip().startswith(">") for line in said) > 0.7 * len(said):
        return [re.sub(r"^ *> ?", "", line) for line in lines]
    return lines


def _asking(lines: Sequence[str], inside: Sequence[bool]) -> list[int]:
    found = (candidate(at, lines) for at in range(len(lines)) if not inside[at])
    numbered = [one.at for one in found if one and one.asks]
    if numbered:
        return numbered
    return [at for at, line in enumerate(lines) if line.rstrip("* ").endswith("?") and asks(line)]


def _numbers(found: Sequence[Mark]) -> list[int]:
    """The text's own numbers if they rise; otherwise its questions are counted."""
    own = [mark.number for mark in found]
    if all(number is not None for number in own):
        numbers = [number for number in own if number is not None]
        if numbers[0] > 0 and all(before < after for before, after in zip(numbers, numbers[1:], strict=False)):
            return numbers
    return list(range(1, len(found) + 1))


def _gaps(numbers: Sequence[int]) -> list[str]:
    missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers))
    if not missing:
        return []
    return [f"no question was found with the number {', '.join(map(str, missing[:12]))}"]


def _question(mark: Mark, number: int, lines: Sequence[str], end: int) -> Found:
    text, rest, at = _split(mark, lines, end)
    text = " ".join(text.split())
    body = [*([rest] if rest else []), *lines[at:end]]
    while body and not body[0].strip():
        body.pop(0)
    if body and BARE_LABEL.match(body[0].strip()):
        body.pop(0)
    elif body and LABEL.match(body[0]):
        body[0] = LABEL.sub("", body[0])
    while body and re.fullmatch(r" *(?:[-*_] *){3,}", body[-1]) or body and not body[-1].strip():
        body.pop()
    looks = [mark.doubt] if mark.doubt else []
    if not body and (cut := _cut_after_question(text)):
        text, after = cut
        body = [after]
        looks.append("question and answer stood in one line, and were parted at the question mark")
    answer = tidy(body)
    if not answer.text:
        looks.append("no answer was found below the question")
    if len(answer.text) > LONGEST:
        looks.append(f"the answer has more than {LONGEST:,} characters: shorten it")
    return Found(number, mark.at + 1, text, answer, tuple(looks))


def _split(mark: Mark, lines: Sequence[str], end: int) -> tuple[str, str, int]:
    """The question, what follows it in its line, and the line where its answer begins."""
    text, at = mark.text, mark.at + 1
    if text.startswith(("**", "__")):
        fence = text[:2]
        while fence not in text[2:] and at < min(end, mark.at + 6) and lines[at].strip():
            text, at = f"{text} {lines[at].strip()}", at + 1
        said: list[str] = []
        rest = text
        while (closed := CLOSED_BOLD.match(rest)) and (not said or asks(closed[2])):
            said.append(closed[2].strip())
            rest = closed[3]
        if said and rest and said[-1][-1:] not in "?.:!":
            return " ".join([*said, rest.replace("**", "")]), "", at
        if said:
            if rest and not re.match(r"\w|[`$(\[“\"*]", rest):
                rest = rest.lstrip("*_ ")
            return " ".join(said), rest, at
        return text.strip("*_ "), "", mark.at + 1
    text = re.sub(r"\s*#+$", "", text)
    while at < end and _wraps(text, lines, at):
        text, at = f"{text} {lines[at].strip()}", at + 1
    return text.strip(), "", at


def _wraps(text: str, lines: Sequence[str], at: int) -> bool:
    """The question goes on: its line was long, and ended without the end of a sentence."""
    line = lines[at]
    if not line.strip() or FENCE.match(line) or LIST.match(line) or text.rstrip("*_`) ")[-1:] in ("?", ".", ":", "!"):
        return False
    return (len(lines[at - 1]) > 50 or line.lstrip()[0].islower()) and not re.match(r" *(?:In|Out) ?\[|>>>", line)


def _cut_after_question(text: str) -> tuple[str, str] | None:
    at = text.rfind("? ")
    after = text[at + 2 :].strip()
    return (text[: at + 1], after) if at > 0 and len(after.split()) >= 2 else None
