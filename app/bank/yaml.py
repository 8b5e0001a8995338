"""YAML as plain values with places, from a parser that makes nothing but text, numbers, lists and mappings.

ruamel.yaml finds the structure (its events, so no object of its own is ever made); what a plain scalar means is decided
here by the core schema of YAML 1.2. What makes YAML dangerous or ambiguous is refused with a sentence: tags, anchors
and aliases, merge keys, directives, several documents, keys that are no text, a key twice, dates, `1_000` and `0777`,
text that no database can keep. Size, depth and the number of values are capped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isinf
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from app.bank.fault import START, FileFault, Place, shown

MAX_DEPTH = 32
MAX_VALUES = 20_000
MAX_DIGITS = 400

NULL = re.compile(r"null|Null|NULL|~|")
BOOL = re.compile(r"(true|True|TRUE)|false|False|FALSE")
INT = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# Numbers and dates in other versions of YAML, text in this one: an author surely did not mean text.
DOUBTFUL = re.compile(
    r"[-+]?0[0-9]+"  # octal once, decimal now
    r"|[-+]?(0b)?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"
    r"|[-+]?0b[01]+"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"  # 1:30 was ninety
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?"
)
# What no editor shows, no database keeps, or some programs take for the end of a line.
UNFIT = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

UNCLOSED = "this quoted text is never closed; add the missing quote"
# ruamel's own words -> a sentence for the author; the first that fits.
TROUBLE = (
    (r"character '\\t' that cannot start", "a tab cannot indent YAML; use spaces"),
    (r"character '(.)' that cannot start", "text cannot begin with {0} here; put it in quotes"),
    (r"mapping values are not allowed", "a `: ` is not allowed here; put the text in quotes, or check the indentation"),
    (r"could not find expected ':'", "a `key: value` is expected here; check for a missing colon and the indentation"),
    (r"expected <block end>", "this does not fit the lines above it; check the indentation and the quotes"),
    (r"expected ',' or '(.)'", "a comma or the closing {0} is missing before this"),
    (r"unexpected (end of stream|document separator)", UNCLOSED),
    (r"unknown escape character '(.)'", "a backslash before {0} means nothing in double quotes; use single quotes"),
    (r"sequence entries are not allowed", "a list cannot begin here; put its first dash on the next line"),
    (r"expected chomping or indentation", "text of a `|` or `>` block begins on the next line; move it there"),
    (r"expected '<document start>'", "the values above are complete, so this belongs nowhere; check the indentation"),
    (r"expected the node content", "a value is expected here; put text that begins with punctuation in quotes"),
    (r"more indented follow up line", "blank lines at the top of a block are indented unevenly; take their spaces out"),
    (r"undefined tag", "tags (words that begin with !) are not used; delete it, or put the text in quotes"),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. `keys` tells where each key of a mapping stands."""

    value: Any  # None, bool, int, float, str, a list of nodes or a dict of nodes by text
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    literal: bool = False  # written as a `|` block: its lines are lines of the file
    end: Place | None = None  # behind its last character; told of texts, numbers and lists

    def plain(self) -> Any:
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return self.value

    def at(self, where: Sequence[str | int]) -> "Node":
        """The node at the end of `where`, or the last one on the way there."""
        node = self
        for step in where:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node


class Unreadable(Exception):
    """Reading cannot go on after this fault."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def parse(path: Path, text: str) -> tuple[Node | None, list[FileFault]]:
    """The one document in `text` and its faults; the node is to be used only if there are none."""
    builder = _Builder()
    node = None
    try:
        _demand_fit(text)
        node = builder.document(YAML(typ="safe", pure=True).parse(text))
    except Unreadable as stop:
        builder.blame(stop.place, str(stop))
    except MarkedYAMLError as error:
        sentence = _sentence(error)
        begins = error.context_mark if sentence == UNCLOSED else None
        builder.blame(_marked(begins or error.problem_mark or error.context_mark), sentence)
    except Exception:  # the parser is not ours, and whatever it trips over is no reason to fail
        builder.blame(builder.last, "this cannot be read as YAML; check the punctuation around here")
    return node, [FileFault(path, place.line, place.column, message) for place, message in builder.faults]


def _demand_fit(text: str) -> None:
    unfit = UNFIT.search(text)
    if unfit:
        before = text[: unfit.start()]
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        raise Unreadable(place, f"the invisible character U+{ord(unfit[0]):04X} does not belong in a file; delete it")


def _marked(mark: Any) -> Place:
    return START if mark is None else Place(mark.line + 1, mark.column + 1)


def _sentence(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context)
    for pattern, sentence in TROUBLE:
        found = re.search(pattern, problem)
        if found:
            return sentence.format(*(f"`{group}`" if group != "`" else "a backtick" for group in found.groups()))
    return f"this is not YAML: {problem.splitlines()[0]}"


class _Builder:
    """Turns events into nodes, and writes down what is refused on the way."""

    def __init__(self) -> None:
        self.faults: list[tuple[Place, str]] = []
        self.last = START
        self._values = 0

    def blame(self, place: Place, message: str) -> None:
        self.faults.append((place, message))

    def document(self, events: Iterator[Any]) -> Node:
        next(events)  # the start of the stream
        start = next(events)
        if isinstance(start, StreamEndEvent):
            raise Unreadable(START, "the file is empty; write a question, beginning with `id:`")
        if start.version or start.tags:
            self.blame(START, "directives such as %YAML are not used; delete the line")
        node = self._node(next(events), events, 1)
        next(events)  # the end of the document
        after = next(events)
        if isinstance(after, DocumentStartEvent):
            self.blame(_marked(after.start_mark), "a second document begins here; write one question a file")
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        place = self.last = _marked(event.start_mark)
        self._values += 1
        if self._values > MAX_VALUES:
            raise Unreadable(place, f"the file holds too many values: at most {MAX_VALUES}")
        if depth > MAX_DEPTH:
            raise Unreadable(place, f"lists and mappings are nested too deeply: at most {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent):
            self.blame(place, f"aliases such as `*{shown(event.anchor)}` are not used; write the value out")
            return Node(None, place)
        if event.anchor:
            self.blame(place, f"anchors such as `&{shown(event.anchor)}` are not used; delete it")
        if event.ctag is not None:
            self.blame(place, "tags (words that begin with !) are not used; delete it, or put the text in quotes")
        if isinstance(event, SequenceStartEvent):
            return self._list(place, events, depth, event.flow_style)
        if isinstance(event, MappingStartEvent):
            return self._mapping(place, events, depth)
        assert isinstance(event, ScalarEvent)
        return Node(self._scalar(event, place), place, literal=event.style == "|", end=_marked(event.end_mark))

    def _list(self, place: Place, events: Iterator[Any], depth: int, in_brackets: bool) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._node(event, events, depth + 1))
        if in_brackets:
            return Node(items, place, end=_marked(event.end_mark))
        return Node(items, place, end=items[-1].end if items else None)

    def _mapping(self, place: Place, events: Iterator[Any], depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if value.value is None and value.place.line > key.place.line:
                value = Node(None, key.place)  # nothing is written, and the parser has looked for it further down
            if not isinstance(key.value, str):
                self.blame(key.place, "a key must be text; put it in quotes")
            elif key.value == "<<":
                self.blame(key.place, "merge keys (<<) are not used; write the keys out")
            elif key.value in values:
                first = keys[key.value].line
                self.blame(key.place, f"`{shown(key.value)}` stands here twice; the first is in line {first}")
            else:
                values[key.value], keys[key.value] = value, key.place
        return Node(values, place, keys)

    def _scalar(self, event: ScalarEvent, place: Place) -> Any:
        text = event.value
        unfit = UNFIT.search(text)
        if unfit:
            self.blame(place, f"the escape for U+{ord(unfit[0]):04X} makes a character that no text may hold")
        if event.style is not None:
            return text
        if len(text) > MAX_DIGITS and FLOAT.fullmatch(text):
            self.blame(place, f"a number may have at most {MAX_DIGITS} digits; put text in quotes")
            return text
        if DOUBTFUL.fullmatch(text):
            self.blame(place, f"`{shown(text)}` is in doubt; put text in quotes, write a number plainly")
        value = resolve(text)
        if isinstance(value, float) and isinf(value) and "inf" not in text.lower():
            self.blame(place, f"`{shown(text)}` is too large for a number; write .inf for infinity")
        return value


def resolve(text: str) -> None | bool | int | float | str:
    """What a scalar without quotes means: the core schema of YAML 1.2."""
    if NULL.fullmatch(text):
        return None
    if found := BOOL.fullmatch(text):
        return found[1] is not None
    if INT.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text, 0)
    if FLOAT.fullmatch(text):
        return float(text)
    if found := SPECIAL.fullmatch(text):
        return float(found[0].replace(".", "").lower())
    return text
