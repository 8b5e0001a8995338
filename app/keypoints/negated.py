"""Turns a sentence into its opposite by one small change, to see whether the engine notices: is → is not, larger →
smaller, before → after. For measuring only; what comes out is not always good English."""

import re

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
