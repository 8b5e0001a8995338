"""Which version of the grader made a verdict: a fingerprint of all that a verdict depends on besides the question."""

import hashlib
from functools import cache
from pathlib import Path

APP = Path(__file__).resolve().parent.parent
ROOMS = ("grading", "sandbox", "keypoints")  # the last with its weights


@cache
def grader() -> str:
    """12 hexadecimal digits, which change whenever a file of these rooms does. The files are read once."""
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (APP / room).glob("*.*") if path.suffix in (".py", ".json")):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
