"""Mends a misspelt word by one letter (one wrong, missing, added, or two exchanged) towards a word that is expected.

Words are found by what is left of them without one letter, so a look-up costs as many steps as the word has letters.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.keypoints import lexicon

SHORTEST = 5  # letters; shorter words are too near to one another
LONGEST = 24


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.replace("|", " ").split() if word.isalpha())


COMMON = (
    _words(lexicon.SAME_TEXT, lexicon.NEAR_TEXT, lexicon.OPPOSITES_TEXT)
    | {word for word in lexicon.FUNCTION | lexicon.NEGATORS if word.isalpha()}
)  # fmt: skip


class Spelling:
    def __init__(self, expected: Iterable[str]) -> None:
        self.known = frozenset(word for word in expected if word.isalpha()) | COMMON
        self._own = _by_rest(self.known - COMMON)

    def mend(self, word: str) -> str:
        """The word itself if it is known or nothing like it is."""
        if word in self.known or not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or self._inflected(word):
            return word
        for rests in (self._own, common_by_rest()):
            for rest in (word, *_rests(word)):
                near = rest if rest != word and rest in self.known and len(rest) >= SHORTEST else rests.get(rest)
                if near is not None and near[0] == word[0] and near[-2:] != word and _alike(near, word):
                    return near
        return word

    def _inflected(self, word: str) -> bool:
        return word.endswith("s") and word[:-1] in self.known or word + "s" in self.known


def _alike(one: str, other: str) -> bool:
    """At most one letter changed, or two neighbours exchanged."""
    if len(one) != len(other):
        return True
    differ = [at for at in range(len(one)) if one[at] != other[at]]
    swapped = len(differ) == 2 and one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
    return len(differ) == 1 or swapped


@lru_cache(maxsize=1)
def common_by_rest() -> dict[str, str]:
    return _by_rest(COMMON)


def _by_rest(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in sorted(words):
        if SHORTEST <= len(word) <= LONGEST:
            for rest in _rests(word):
                found.setdefault(rest, word)
    return found


def _rests(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
