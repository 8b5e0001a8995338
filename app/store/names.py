"""What an account may be called, and which names look the same.

A name is shown beside everything that its owner writes, so nobody may look like somebody else: no invisible
characters, no letters of two alphabets that look alike, and what is compared (`name_key`) is the name without case,
without what compatibility forms differ in, and with Cyrillic and Greek letters replaced by the Latin ones they look
like. Names that this program itself uses are nobody's.
"""

import re
import unicodedata

LENGTHS = range(2, 41)
KEY_LENGTH = 80
READ = 1000  # characters of what is given as a name: to compose very many marks on one letter takes very long
ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU"})
LOOKS_LIKE = str.maketrans(
    "асԁеһіјӏοорԛѕυхуѡαιкмнтвνρ",
    "acdehijloopqsuxywaikmhtbvp",
)
# Letters and marks by their class that draw nothing.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
BETWEEN = frozenset(" -_.'’·")
RESERVED = frozenset({
    "a visitor", "visitor", "a former member", "former member", "anonymous", "anyone", "selfgrad", "the machine",
    "machine", "owner", "admin", "administrator", "root", "moderator", "system",
})  # fmt: skip


class BadName(Exception):
    """Nobody can have this name; str() is one sentence that says why."""


def name_key(name: str) -> str:
    """Two names with the same key look the same."""
    sound = name[:READ].encode("utf-8", "replace").decode("utf-8").replace("\0", "")  # what every database can look for
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", sound).casefold())
    return " ".join(plain.translate(LOOKS_LIKE).split())


def proper(name: str) -> str:
    """The name as it is kept: composed, and with single blanks. Raises BadName."""
    name = " ".join(unicodedata.normalize("NFC", name[:READ]).split(" ")).strip()
    name = re.sub(" {2,}", " ", name)
    odd = next((sign for sign in name if not _belongs(sign)), None)
    if odd is not None:
        shown = f"“{odd}”" if odd.isprintable() and odd.isascii() else f"the character U+{ord(odd):04X}"
        raise BadName(f"A name is made of letters, digits, blanks and - _ . ’ only; this one has {shown}.")
    if len(name) not in LENGTHS or len(name_key(name)) > KEY_LENGTH:
        raise BadName(f"A name has {LENGTHS.start} to {LENGTHS.stop - 1} characters.")
    if not (name[0].isalnum() and _ends_well(name)):
        raise BadName("A name begins and ends with a letter or a digit.")
    if re.search(r"[^\W\d_]", name) is None:
        raise BadName("A name has at least one letter.")
    if len(alphabets(name) & ALIKE) > 1:
        raise BadName("This name mixes alphabets whose letters look the same. Write it in one of them.")
    return name


def free_to_take(name: str) -> str:
    """As `proper`, for somebody who names themselves. Raises BadName."""
    name = proper(name)
    if name_key(name) in RESERVED:
        raise BadName("This name is used by the program itself. Choose another one.")
    return name


def alphabets(name: str) -> set[str]:
    letters = (sign for sign in unicodedata.normalize("NFKC", name) if sign.isalpha())
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}


def _belongs(sign: str) -> bool:
    if UNSEEN.match(sign):
        return False
    return sign in BETWEEN or unicodedata.category(sign)[0] in "LN" or unicodedata.category(sign) in ("Mn", "Mc")


def _ends_well(name: str) -> bool:
    """Marks belong to the letter before them; more than two on one are no writing."""
    bare = re.sub(r"[^\W_]", "a", name)
    marks = [unicodedata.category(sign)[0] == "M" for sign in name]
    heaped = any(all(marks[place : place + 3]) for place in range(len(marks) - 2))
    return not heaped and (bare[-1] == "a" or marks[-1])
