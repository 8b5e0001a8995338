"""Turns a sentence into its opposite by one small change, to see whether the engine notices: is → is not, larger →
smaller, before → after; or by giving it another subject. For measuring and training only; what comes out is not always
good English."""

import re
from collections.abc import Mapping, Sequence

from app.keypoints.reading import read
from app.keypoints.roles import openings
from app.keypoints.task import Topic

_PAIRS = """
larger smaller; large small; bigger smaller; big small; higher lower; high low; increases decreases; increase decrease;
rises falls; rise fall; more less; faster slower; quick slow; before after; always never; positive negative; 
left right; black white; minimise maximise; subtract add; subtracting adding; good bad;
better worse; easy hard; steep flat; best worst
"""
_OPPOSITE: dict[str, str] = {}
for _pair in _PAIRS.replace("\n", " ").split(";"):
    _one, _other = _pair.split()
    _OPPOSITE.setdefault(_one, _other)
    _OPPOSITE.setdefault(_other, _one)
_DROPPED = re.compile(r"\b(?:does not|do not|did not|not|never)\s+|(?<=[a-z])n't\b", re.IGNORECASE)
AT_HOME = 0.2  # share of a topic's references that a word is the subject of, to be its subject
_NOTHING = re.compile(r"\b(No|Nothing|Neither|None|Without|no|nothing|neither|none|without|cannot)\b")
_HELPER = re.compile(r"\b(is|are|was|were|can|will|must|should|may|has to|have to)\b(?! not)")
_SWAPPED = re.compile(r"\b(" + "|".join(sorted(_OPPOSITE, key=len, reverse=True)) + r")\b")


def negated(text: str) -> str | None:
    """The opposite, or None where no small change is known."""
    if _DROPPED.search(text):
        return _DROPPED.sub("", text, count=1)
    if _NOTHING.search(text):
        return None
    if len(_SWAPPED.findall(text)) == 1:
        return _SWAPPED.sub(lambda match: _OPPOSITE[match.group()], text)
    if _HELPER.search(text):
        return _HELPER.sub(r"\1 not", text, count=1)
    return None


def swapped(text: str, topic: Topic, others: Sequence[Mapping[str, float]]) -> str | None:
    """The text with the subject that is most at home in another topic (`others`: how often each word is a subject
    there) and strange to its own in place of its first, or None where there is none."""
    own = {concept for ref in topic.refs for concept in ref.weights}
    rivals = {head: share for heads in others for head, share in sorted(heads.items()) if head not in own}
    first = openings(read(text).terms)[:1]
    if not rivals or not first or topic.heads.get(first[0].concept, 0.0) < AT_HOME:
        return None
    other = max(rivals, key=lambda head: (rivals[head], head))
    if rivals[other] < AT_HOME or not other.isalpha():
        return None
    return text[: first[0].start] + other + text[first[0].end :]
