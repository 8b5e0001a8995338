"""Is there anything to look for? Says why an answer is not assessed, in a closed list of reasons.

Nothing is said of a text that holds no sentence in the language of the references: no state and no number, for either
would be made up.
"""

import re
import unicodedata
from enum import StrEnum

from app.keypoints.lexicon import OTHER_TONGUES
from app.keypoints.reading import LIGHT_WEIGHT, Reading, Term
from app.keypoints.task import Prepared, looks_coded, shingles
from app.keypoints.words import words_of

COPIED = 0.75  # share of an answer's runs of four words that are the question's
CODED = 0.6  # share of its lines that are program text
FEW = 12  # different words in a long text that says the same again and again
SAMPLE = 4000  # characters that are enough to know a language
_LIST = re.compile(r"[,;\n•·|/]+|\s[-–—*]\s|\s+and\s+|\.\s")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s", re.MULTILINE)


class Reason(StrEnum):
    BLANK = "blank"
    NO_WORDS = "no-words"
    OTHER_SCRIPT = "other-script"
    OTHER_LANGUAGE = "other-language"
    COPY = "copy"
    CODE = "code"
    KEYWORDS = "keywords"
    TOO_SHORT = "too-short"
    MEANINGLESS = "meaningless"


def why_not(prepared: Prepared, text: str, reading: Reading) -> Reason | None:
    """The reason why the text is not assessed, if there is one."""
    if not text.strip() or not any(unicodedata.category(letter)[0] not in "CZM" for letter in text):
        return Reason.BLANK
    sample = text[:SAMPLE]
    if reason := _script(sample):
        return reason
    if not prepared.code and _code(text):
        return Reason.CODE
    if reason := _language(sample):
        return reason
    if _accepted_short(prepared, reading):
        return None
    if reading.words + reading.signs < 2 or not any(term.weight > LIGHT_WEIGHT for term in reading.terms):
        return Reason.TOO_SHORT
    if _copied(prepared, text):
        return Reason.COPY
    if _keywords(text, reading):
        return Reason.KEYWORDS
    return Reason.MEANINGLESS if _meaningless(prepared, reading) else None


def _script(text: str) -> Reason | None:
    letters = [letter for letter in text if letter.isalpha()]
    marks = [letter for letter in text if not letter.isspace() and not letter.isalnum()]
    if not letters:
        return Reason.NO_WORDS
    latin = sum(
        letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" or "\uff21" <= letter <= "\uff5a" for letter in letters
    )
    greek = sum("\u0370" <= letter < "\u0400" or letter >= "\U0001d400" for letter in letters)
    if latin + min(greek, latin) < len(letters) * 0.6:
        return Reason.OTHER_SCRIPT
    pictures = sum(unicodedata.category(mark) in ("So", "Sk", "Cn") for mark in marks)
    return Reason.NO_WORDS if pictures > len(letters) else None


def _language(text: str) -> Reason | None:
    words = [word.text for word in words_of(text) if word.text.isalpha() and len(word.text) > 1]
    foreign = sum(word in OTHER_TONGUES for word in words)
    english = sum(word in _ENGLISH for word in words)
    return Reason.OTHER_LANGUAGE if len(words) >= 4 and foreign >= 2 and foreign > 1.5 * english else None


_ENGLISH = frozenset("""
the of is and to it in that you are for with as this be not by from on an or at we they if then when which because so
but its can has have do does all each every into them than there their my your will would how what one between up
""".split())  # fmt: skip


def _accepted_short(prepared: Prepared, reading: Reading) -> bool:
    return short_match(prepared, reading) is not None


def short_match(prepared: Prepared, reading: Reading) -> int | None:
    """Which accepted short answer the text is, up to its wording."""
    said = _concepts(reading.terms)
    for at, short in enumerate(prepared.short):
        wanted = _concepts(short.terms)
        rest = iter(said)
        if wanted and len(said) <= len(wanted) + max(1, len(wanted) // 4) and all(one in rest for one in wanted):
            return at
    return None


def _concepts(terms: tuple[Term, ...]) -> list[tuple[str, int]]:
    return [(term.concept, term.sign) for term in terms if term.weight > LIGHT_WEIGHT]


def _copied(prepared: Prepared, text: str) -> bool:
    runs = shingles(text)
    if not runs:
        return False
    return sum(run in prepared.shingles for run in runs) >= COPIED * len(runs)


def _code(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    coded = sum(looks_coded(line) for line in lines[:400])
    return coded >= 2 and coded >= CODED * min(400, len(lines))


def _keywords(text: str, reading: Reading) -> bool:
    """A list of terms instead of sentences: hardly a small word, hardly a verb, and many short pieces; or one word
    after another; or the same few words again and again."""
    if reading.words < 4:
        return False
    different = len({term.concept for term in reading.terms})
    if reading.words >= 12 and different <= min(FEW, 0.25 * len(reading.terms)):
        return True
    small = reading.functions / reading.words
    verbs = reading.verbs
    if len(_NUMBERED.findall(text)) >= 2 and verbs >= 2:
        return False
    parts = [part.split() for part in _LIST.split(text[:SAMPLE]) if part.strip()]
    short = sum(len(part) <= 3 for part in parts)
    if len(parts) >= 4 and short >= 0.8 * len(parts) and small < 0.25 and verbs < 0.4 * len(parts):
        return True
    if len(parts) >= 5 and short >= 0.8 * len(parts) and not reading.functions and reading.signs <= text.count("/"):
        return True
    if reading.words >= 6 and small < 0.12 and verbs <= reading.words * 0.12:
        return True
    return reading.words >= 9 and small < 0.1 and reading.signs <= 0.2 * reading.words


def _meaningless(prepared: Prepared, reading: Reading) -> bool:
    """No English small word and next to nothing that the references or the field know."""
    known = sum(term.plain in prepared.spelling.known for term in reading.terms)
    return not reading.functions and known < 0.34 * len(reading.terms)
