"""Passwords: which are good enough, how they are kept (argon2id), and whether one is right.

Nothing is demanded but length: rules about digits and signs make passwords worse. Checking takes the same work where
there is no such account or no password, so that nobody can tell by the clock. It takes long on purpose: `Door` runs it
in threads of its own.
"""

import re
import unicodedata

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.store.names import name_key

LENGTHS = range(8, 201)
READ = 4 * LENGTHS.stop  # characters as they were typed; more of them are never composed into so few
COMMONEST = frozenset(
    "password passw0rd password1 password12 password123 12345678 123456789 1234567890 123123123 12341234 87654321"
    " qwertyui qwertyuiop qwerty123 qwerty12 1q2w3e4r 1q2w3e4r5t asdfghjk asdfghjkl abcd1234 abc12345 iloveyou"
    " sunshine princess football baseball superman trustno1 letmein1 welcome1 welcome123 changeme selfgrad"
    " administrator computer internet whatever starwars michelle jennifer samsung1 pokemon1".split()
)
KEPT = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))  # 19 MiB: OWASP's smallest

# Of a random password that nobody has written down: it is held against where there is none.
NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$3wQ8HCBJveXWvscOtHFfZg$"
    "uHg5TPwV+RcyN969vqhlmCohzj5KqMOcLruo9nARc4Y"
)


class BadPassword(Exception):
    """It is not good enough; str() is one sentence that says why."""


def good(password: str, name: str) -> str:
    """The password as it is hashed. Raises BadPassword."""
    if len(password) not in LENGTHS or len(_composed(password)) not in LENGTHS:
        raise BadPassword(f"A password has {LENGTHS.start} to {LENGTHS.stop - 1} characters; a few words are good.")
    key = name_key(password)
    if key in COMMONEST or len(set(key)) < 3:
        raise BadPassword("This password is among the first that anybody would try. Take a few words instead.")
    if key == name_key(name) or re.fullmatch(rf"{re.escape(name_key(name))}\W*\d{{0,4}}", key):
        raise BadPassword("The password may not be the name.")
    return _composed(password)


def kept(password: str) -> str:
    """The hash to store."""
    return KEPT.hash(_composed(password))


def right(password: str, hash: str | None) -> bool:
    try:
        matches = KEPT.verify(_composed(password)[: LENGTHS.stop], hash or NOBODYS)
    except PwdlibError:  # a hash of another kind
        return False
    return matches and hash is not None


def _composed(password: str) -> str:
    """The same letters typed on another keyboard are the same password. Only the beginning of one that is far too long
    is looked at: the time that this takes grows with the square of the marks on one letter."""
    return unicodedata.normalize("NFKC", password[:READ].encode("utf-8", "replace").decode("utf-8"))
