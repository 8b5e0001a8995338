"""Which lines of a page begin a question, and which are only numbered.

In a forum every question may be marked "1.", or they are counted; they may be bold, headings, or neither; and the steps
in an answer are numbered too. So all numbered lines are gathered, the manner that most of the asking ones share is
taken for the questions' own, and then numbers decide: counted questions rise through the whole text, while a list of
steps begins anew; and where all are marked "1.", a "1." that a "2." follows opens a list of steps.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

FENCE = re.compile(r"^ *(?:[-*] +)?(`{3,}|~{3,})(.*)$")
NUMBERED = re.compile(
    r"^(?P<indent> *)(?P<head>#{1,6} +)?(?P<bold>\*\*|__)?"
    r"(?:(?:question|exercise|q) ?[#.]?(?= ?\d))? ?(?P<number>\d{1,3}) ?\\?(?:[.):]|(?= ?[-–] ))(?: ?[-–](?= ))?"
    r"(?P<close>\*\*|__)?(?:\s+|(?=[*_A-Z`]))(?P<text>\S.*)$",
    re.IGNORECASE,
)
ALONE = re.compile(  # the number on a line of its own, the question below it
    r"^ *(?:#{1,6} +)?(?:\*\*|__)?(?:(?:question|exercise|q) ?[#.]? ?\d{1,3}[.):]?|\d{1,3}\\?[.)])(?:\*\*|__)?:?$",
    re.IGNORECASE,
)
LETTERED = re.compile(r"^(?P<indent> *)(?P<bold>\*\*|__)?(?:Q|Question) ?[:.](?P<close>\*\*|__)? *(?P<text>\S.*)$")
UNNUMBERED = re.compile(r"^(?P<indent> *)(?P<head>#{1,6} +)?(?P<bold>\*\*|__)?(?P<text>\S.*)$")
OPENERS = (
    "what|how|why|when|where|which|who|whose|is|are|was|were|do|does|did|can|could|should|would|will|has|have|if|in "
    "what|in which|at which|for what|to what|"
    "explain|describe|define|name|list|write|create|make|give|compare|sketch|draw|plot|show|implement|state|discuss|"
    "calculate|compute|derive|complete|build|provide|summari[sz]e|identify|use|try|find|think|select|outline"
)
ASKS = re.compile(rf"(?:{OPENERS})\b", re.IGNORECASE)
QUESTION_WORD = re.compile(
    r"(?:what|how|why|when|where|which|who|explain|describe|write|create|define|name|list|is|are|do|does|can|give)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\*\*|__|`|^#+ ")
FEWEST = 2
MOST = 1_500  # numbered lines, questions and steps together
LONGEST = 4_000  # characters in a line that asks
WEIGHT = {"asks": 6, "answered": 3, "there": 1, "gap": 2}


@dataclass(frozen=True)
class Candidate:
    """A numbered line. `at` is its place among the lines, from 0."""

    at: int
    number: int
    indent: int
    form: str  # "heading", "bold" or "plain"
    text: str
    asks: bool
    answered: bool = False  # something else than another numbered line follows


@dataclass(frozen=True)
class Mark:
    """Where a question begins, and why that is doubtful, if it is."""

    at: int
    number: int | None
    text: str
    doubt: str = ""


def joined(lines: Sequence[str]) -> list[str]:
    """A number that stands alone goes before the line that it numbers; no line changes its place."""
    made = list(lines)
    for at, line in enumerate(lines):
        if not ALONE.match(line):
            continue
        below = next((other for other in range(at + 1, min(at + 3, len(lines))) if lines[other].strip()), None)
        if below is None or ALONE.match(lines[below]) or NUMBERED.match(lines[below]) or FENCE.match(lines[below]):
            continue
        number = re.sub(r"\D", "", line)
        head = "### " if line.lstrip().startswith("#") else ""
        made[at], made[below] = "", f"{head}{number}. {lines[below].strip().lstrip('#').lstrip()}"
    return made


def fenced(lines: Sequence[str]) -> list[bool]:
    """Which lines are code between fences. A fence that is never closed, or not before a bold question, is none."""
    inside = [False] * len(lines)
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if not opening or "`" in opening[2]:
            at += 1
            continue
        end = _closing(lines, at, opening[1])
        for place in range(at, end):
            inside[place] = True
        at = max(end, at + 1)
    return inside


def _closing(lines: Sequence[str], at: int, fence: str) -> int:
    """The line after the closing one, or the one where the code must have ended."""
    for place in range(at + 1, len(lines)):
        closing = FENCE.match(lines[place])
        if closing and closing[1][0] == fence[0] and len(closing[1]) >= len(fence) and not closing[2].strip():
            return place + 1
        found = candidate(place, lines)
        if found and found.form != "plain" and found.asks and found.indent < 4:
            return place
    return at + 1


def candidate(at: int, lines: Sequence[str]) -> Candidate | None:
    found = len(lines[at]) <= LONGEST and (NUMBERED.match(lines[at]) or LETTERED.match(lines[at]))
    if not found:
        return None
    parts: dict[str, str] = {"head": "", "number": "1"} | found.groupdict("")
    text = found["text"].strip()
    form = "plain"
    if parts["head"]:
        form = "heading"
    elif parts["bold"] and not parts["close"]:
        form, text = "bold", f"**{text}"
    elif parts["close"] or _begins_bold(at, lines, text):
        form = "bold"
    return Candidate(at, int(parts["number"]), len(found["indent"]), form, text, asks(text))


def _begins_bold(at: int, lines: Sequence[str], text: str) -> bool:
    """The text is bold from its beginning to the end of a sentence or of the line; not only its first word."""
    if not text.startswith(("**", "__")):
        return False
    mark = text[:2]
    whole = " ".join([text, *(line.strip() for line in lines[at + 1 : at + 5])])
    end = whole.find(mark, 2)
    if end < 0:
        return False
    return end + 2 >= len(text) or whole[end - 1] in "?.:!" or whole[end + 2 : end + 3] in "?.:"


def asks(text: str) -> bool:
    plain = MARKUP.sub("", text).strip().lstrip("“\"'([*_")
    first = plain.split(". ")[0]
    if len(re.findall(r"[^\W\d_]+", plain)) < 2:
        return plain.endswith("?") and len(plain) > 3 and plain[:-1].isalpha()
    return "?" in plain or (bool(ASKS.match(plain)) and len(first.split()) >= 3)


def gathered(lines: Sequence[str], inside: Sequence[bool]) -> list[Candidate]:
    """All questions may also be listed above: of one that stands there twice, the one with more below it counts."""
    found = [made for at in range(len(lines)) if not inside[at] and (made := candidate(at, lines))]
    ends = [*(other.at for other in found[1:]), len(lines)][: len(found)]
    sizes = {
        one.at: sum(len(line.strip()) for line in lines[one.at + 1 : end]) for one, end in zip(found, ends, strict=True)
    }
    best: dict[str, Candidate] = {}
    for one in found:
        words = re.sub(r"\W+", "", one.text).lower()
        if one.asks and (words not in best or sizes[one.at] > sizes[best[words].at]):
            best[words] = one
    kept = {one.at for one in best.values()}
    return [replace(one, answered=sizes[one.at] > 0) for one in found if one.at in kept or not one.asks]


def marks(lines: Sequence[str], inside: Sequence[bool]) -> list[Mark]:
    """The questions in their order; none if this is no questionnaire."""
    found = gathered(lines, inside)
    if len(found) > MOST:
        return []
    own = _own_manner(found)
    chosen = _counted(own) if _are_counted(own) else _all_ones(own, found)
    if sum(one.asks for one in chosen) < max(FEWEST, 0.5 * len(chosen)):
        return _unnumbered(lines, inside)
    made = [Mark(one.at, one.number, one.text) for one in chosen]
    if _are_counted(own):
        made += _missing(made, found, lines, inside)
    else:
        made += _otherwise(chosen, own, found)
    return sorted(made, key=lambda mark: mark.at)


def _own_manner(found: Sequence[Candidate]) -> list[Candidate]:
    """Those that look as most of the asking ones do. With few bold ones among many plain ones, form says nothing."""
    best: list[Candidate] = []
    for form in ("heading", "bold", "plain"):
        same = [one for one in found if one.form == form and one.asks]
        if not same:
            continue
        base = min(one.indent for one in same)
        level = [one for one in found if one.form == form and one.indent <= base + 1]
        if sum(one.asks for one in level) > 1.5 * sum(one.asks for one in best):
            best = level
    forms = {one.form for one in best}
    if forms == {"plain"}:
        base = min(one.indent for one in best)
        return [one for one in found if one.indent <= base + 1]
    return best


def _are_counted(own: Sequence[Candidate]) -> bool:
    chain = _counted(own)
    asking = [one for one in own if one.asks]
    ones = sum(one.number == 1 for one in asking)
    return len(chain) >= FEWEST and sum(one.asks for one in chain) > max(0.6 * len(asking), ones)


def _counted(own: Sequence[Candidate]) -> list[Candidate]:
    """The heaviest rising chain of numbers: asking and answered lines weigh more, and a gap costs."""
    best: list[tuple[int, int]] = []  # the weight of the chain that ends here, and the place before
    for one in own:
        weight = WEIGHT["there"] + WEIGHT["asks"] * one.asks + WEIGHT["answered"] * one.answered
        start = -min(one.number - 1, 8)
        choices = [(weight + start, -1)]
        for before, (so_far, _) in enumerate(best):
            gap = one.number - own[before].number - 1
            if gap >= 0:
                choices.append((so_far + weight - WEIGHT["gap"] * min(gap, 5), before))
        best.append(max(choices, key=lambda choice: choice[0]))
    if not best:
        return []
    place = max(range(len(best)), key=lambda place: best[place][0])
    chain = []
    while place >= 0:
        chain.append(own[place])
        place = best[place][1]
    return chain[::-1]


def _all_ones(own: Sequence[Candidate], found: Sequence[Candidate]) -> list[Candidate]:
    """Those marked "1." that open no list. Bold ones and headings are questions by their form, if they ask."""
    chosen = []
    for one in own:
        after = next((other for other in found if other.at > one.at and abs(other.indent - one.indent) <= 1), None)
        opens = after is not None and after.number == one.number + 1 and after.form == one.form
        if one.form == "plain":
            if one.asks and one.number == 1 and not opens:
                chosen.append(one)
        elif one.asks:
            chosen.append(one)
    return chosen


def _missing(
    made: Sequence[Mark], found: Sequence[Candidate], lines: Sequence[str], inside: Sequence[bool]
) -> list[Mark]:
    """Where a number is left out, a line that asks without one, or marked otherwise, may be the question."""
    more: list[Mark] = []
    for before, after in zip(made, made[1:], strict=False):
        assert before.number is not None and after.number is not None
        missing = after.number - before.number - 1
        between = [one for one in found if before.at < one.at < after.at and one.asks and one.indent <= 3]
        lost = [Mark(one.at, None, one.text) for one in between if one.number == before.number + 1]
        lost += [mark for mark in _bold_lines(lines, inside, before.at + 1, after.at)]
        for offset, mark in enumerate(sorted(lost, key=lambda mark: mark.at)[:missing]):
            doubt = "the number of this question was not found; is it one at all?"
            more.append(Mark(mark.at, before.number + 1 + offset, mark.text, doubt))
    return more


def _otherwise(chosen: Sequence[Candidate], own: Sequence[Candidate], found: Sequence[Candidate]) -> list[Mark]:
    """Among bold questions a plain one marked "1." that asks, and around which no list is."""
    if not chosen or chosen[0].form == "plain":
        return []
    base = min(one.indent for one in own)
    taken = {one.at for one in chosen}
    more = []
    for place, one in enumerate(found):
        if one.at in taken or not one.asks or one.indent > base + 1 or one.at < chosen[0].at or not one.answered:
            continue
        around = [found[other] for other in (place - 1, place + 1) if 0 <= other < len(found)]
        listed = any(abs(other.at - one.at) == 1 and other.at not in taken for other in around)
        opens = any(other.at > one.at and other.number == one.number + 1 for other in around)
        if not listed and not opens and one.number in (1, sum(at < one.at for at in taken) + 1):
            more.append(Mark(one.at, one.number, one.text, "this is marked otherwise than the others: is it one?"))
    return more


def _bold_lines(lines: Sequence[str], inside: Sequence[bool], start: int, end: int) -> Iterator[Mark]:
    for at in range(start, end):
        found = UNNUMBERED.match(lines[at])
        if not found or inside[at] or len(found["indent"]) > 3 or NUMBERED.match(lines[at]):
            continue
        text = found["text"].strip()
        whole = found["bold"] and text.endswith(found["bold"]) or found["head"]
        if whole and asks(text):
            yield Mark(at, None, f"**{text}" if found["bold"] else text)


def _unnumbered(lines: Sequence[str], inside: Sequence[bool]) -> list[Mark]:
    """Without numbers: bold lines or headings that ask; else, after a line about questions, plain ones that ask."""
    doubt = "it had no number; is it a question?"
    bold = [Mark(mark.at, None, mark.text, doubt) for mark in _bold_lines(lines, inside, 0, len(lines))]
    if len(bold) > FEWEST:
        return bold
    begins = next((at for at, line in enumerate(lines[:80]) if re.search(r"\bquestion(s|naire)\b", line, re.I)), None)
    if begins is None:
        return []
    plain = [
        Mark(at, None, line.strip(), doubt)
        for at, line in enumerate(lines)
        if at > begins and not inside[at] and _stands_alone(lines, at) and QUESTION_WORD.match(line)
    ]
    return plain if len(plain) > FEWEST else []


def _stands_alone(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    before = lines[at - 1].strip() if at else ""
    asked = line.endswith("?") and line.count("?") <= 3 and not re.search('[“”"]', line)
    return asked and len(line) <= 300 and not before
