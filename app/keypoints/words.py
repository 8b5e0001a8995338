"""Text → words, each with its place in the text and a stem that its other forms share.

One pass of one regular expression without nested repeats, so the time is linear in the text whatever it holds. A word
is cut at `WORD_CHARS` before it is stemmed; invisible characters inside a word are ignored, accents too.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

WORD_CHARS = 40
INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u0300-\u036f\ufe0f"
TOKEN = re.compile(
    rf"[^\W\d_](?:[^\W\d_]|[{INVISIBLE}])*"  # a word
    r"|\d+(?:\.\d+)?"  # a number
    r"|[-+*/]?="  # an assignment
    r"|[-+*/@^√∇∂∞²≤≥→↦−–·×÷']|[^\w\s]"  # a sign
)
_STRIP = re.compile(f"[{INVISIBLE}]")
APOSTROPHES = {"'", "’", "´", "`", "ʼ"}
_VOWEL = re.compile("[aeiouy]")
_SUFFIXES = (
    *"""
    ization izations ational ations ation itions ition ements ement ments ment ness ables able ibles ible ically
    ally ively ingly edly ives ive ities ity ously ous ings ing izes ized izer izers ize ates ated ate ators ator
    ions ion ies ied ers er ors or als al ful ly ed es ic ish s e y
    """.split(),
)  # fmt: skip
_KEPT = 3  # letters that a stem has at least


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is lower case and plain; `start` and `end` are its place in the text it was read from."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Words, numbers and signs in order. "isn't" is one word, "mini-batch" three (the hyphen is a sign)."""
    found: list[Word] = []
    joining = False
    for match in TOKEN.finditer(text):
        raw = match.group()
        start, end = match.span()
        if raw in APOSTROPHES:
            joining = bool(found) and found[-1].end == start and found[-1].text[-1:].isalpha()
            continue
        plain = plain_form(raw[:WORD_CHARS])
        if joining and start == found[-1].end + 1 and plain.isalpha() and len(plain) <= 3:
            found[-1] = Word(f"{found[-1].text}'{plain}", found[-1].start, end)
        elif plain:
            found.append(Word(plain, start, end))
        joining = False
    return found


@lru_cache(maxsize=8192)
def plain_form(raw: str) -> str:
    """Lower case, without accents and invisible characters; letters in fancy shapes become plain ones."""
    if raw.isascii():
        return raw.lower()
    folded = unicodedata.normalize("NFKD", _STRIP.sub("", raw)).casefold()
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """What the forms of a word have in common: updates, updating, updated → updat. Not a word by itself."""
    if len(word) <= _KEPT or not word.isalpha():
        return word
    word = word.replace("isation", "ization").replace("our", "or") if len(word) > 5 else word
    if len(word) > 5:
        for british, american in (
            ("ise", "ize"),
            ("ised", "ized"),
            ("ises", "izes"),
            ("ising", "izing"),
            ("iser", "izer"),
            ("yse", "yze"),
            ("ysed", "yzed"),
            ("tre", "ter"),
        ):
            if word.endswith(british):
                word = word[: -len(british)] + american
                break
    for suffix in sorted_suffixes(word[-1]):
        if word.endswith(suffix) and len(word) - len(suffix) >= _KEPT and _VOWEL.search(word[: -len(suffix)]):
            if suffix == "s" and word.endswith(("ss", "us", "is")):
                continue
            word = word[: -len(suffix)]
            break
    if len(word) > _KEPT and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > _KEPT + 1 and word[-1] in "ei" else word


@lru_cache(maxsize=64)
def sorted_suffixes(last: str) -> tuple[str, ...]:
    return tuple(sorted((one for one in _SUFFIXES if one[-1] == last), key=len, reverse=True))
