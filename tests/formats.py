"""Strict readers of the formats that questions leave in, written from their documentation, to test what is written."""

import csv
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

# From Moodle's own list of grades that a fraction may have.
FRACTIONS = {
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5", "0",
}  # fmt: skip
MOODLE = {
    "multichoice": {"single", "shuffleanswers", "answernumbering", "answer"},
    "numerical": {"answer", "unitgradingtype", "unitpenalty", "showunits", "unitsleft", "units"},
    "shortanswer": {"usecase", "answer"},
    "essay": {"responseformat", "responserequired", "responsefieldlines", "attachments", "attachmentsrequired",
              "graderinfo", "responsetemplate"},
}  # fmt: skip
ALL = {"name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber", "tags"}


@dataclass
class Asked:
    kind: str
    name: str
    text: str
    answers: list[tuple[str, float, str]] = field(default_factory=list)  # the answer, its share, what is said to it


def moodle(text: str) -> list[Asked]:
    """Raises AssertionError for what Moodle would refuse or not understand."""
    quiz = ElementTree.fromstring(text)
    assert quiz.tag == "quiz" and {child.tag for child in quiz} == {"question"}
    made = []
    for question in quiz:
        kind = question.attrib["type"]
        if kind == "category":
            assert re.fullmatch(r"\$course\$/top/.+", question.findtext("category/text") or "")
            continue
        assert {child.tag for child in question} - ALL <= MOODLE[kind]
        assert question.find("questiontext") is not None and question.find("questiontext/[@format='html']") is not None
        asked = Asked(kind, question.findtext("name/text") or "", question.findtext("questiontext/text") or "")
        assert asked.name and asked.text and float(question.findtext("defaultgrade") or 0) == 1
        for answer in question.findall("answer"):
            assert answer.attrib["fraction"].removeprefix("-") in FRACTIONS
            assert kind != "numerical" or float(answer.findtext("text") or "x") is not None
            assert kind != "numerical" or float(answer.findtext("tolerance") or "x") >= 0
            said = answer.findtext("feedback/text") or ""
            asked.answers.append((answer.findtext("text") or "", float(answer.attrib["fraction"]), said))
        shares = [share for _, share, _ in asked.answers]
        single = question.findtext("single") == "true"
        if kind == "multichoice" and not single:
            assert abs(sum(share for share in shares if share > 0) - 100) < 0.01
        elif kind != "essay":
            assert max(shares) == 100
        made.append(asked)
    return made


def gift(text: str) -> tuple[list[Asked], list[str]]:
    """The questions and the comments. Raises AssertionError for what is no GIFT."""
    made, comments = [], []
    for piece in re.split(r"\n[ \t]*\n", text):
        lines = [line for line in piece.split("\n") if not line.startswith("//")]
        comments += [line[2:].strip() for line in piece.split("\n") if line.startswith("//")]
        said = "\n".join(lines).strip()
        if said and not said.startswith("$CATEGORY: "):
            made.append(_gift(said))
    return made, comments


def _gift(said: str) -> Asked:
    signs = list(_signs(said))
    plain = "".join(char if not escaped else "\0" for char, escaped in signs)
    found = re.fullmatch(r"::([^:]+)::\[(html|markdown|plain|moodle)\]([^{}~=#:]+?)\s*\{([^{}]*)\}", plain, re.DOTALL)
    assert found, said

    def text(start: int, end: int) -> str:
        return "".join("\n" if escaped and char == "n" else char for char, escaped in signs[start:end])

    asked = Asked("essay", text(*found.span(1)), text(*found.span(3)))
    start, end = found.span(4)
    if not found[4].strip():
        return asked
    asked.kind = "choice"
    if found[4].startswith("#"):
        asked.kind, start = "number", start + 1
    marks = [at for at in range(start, end) if plain[at] in "=~"]
    assert marks and not plain[start : marks[0]].strip()
    if asked.kind == "choice" and "~" not in [plain[at] for at in marks]:
        asked.kind = "short"
    for at, stop in zip(marks, [*marks[1:], end], strict=True):
        weight = re.match(r"%(-?\d+(?:\.\d+)?)%", plain[at + 1 : stop])
        begins = at + 1 + (weight.end() if weight else 0)
        feedback = plain.find("#", begins, stop)
        ends = stop if feedback < 0 else feedback
        share = float(weight[1]) if weight else 100.0 if plain[at] == "=" else 0.0
        said_to = "" if feedback < 0 else text(feedback + 1, stop).strip()
        answer = text(begins, ends).strip()
        if asked.kind == "number":
            value, tolerance = answer.split(":")
            assert float(tolerance) >= 0 and float(value) is not None
            answer = value
        asked.answers.append((answer, share, said_to))
    return asked


def _signs(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether a backslash made it a plain one."""
    escaped = False
    for char in text:
        if not escaped and char == "\\":
            escaped = True
            continue
        assert not escaped or char in "\\~=#{}:n"
        yield char, escaped
        escaped = False
    assert not escaped


def anki(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The head, and the cards by their columns."""
    head: dict[str, str] = {}
    lines = text.split("\n")
    while lines and lines[0].startswith("#"):
        key, _, value = lines.pop(0)[1:].partition(":")
        head[key] = value
    assert head["separator"] == "tab" and head["html"] == "true"
    names = head["columns"].split("\t")
    assert all(1 <= int(head[key]) <= len(names) for key in ("guid column", "deck column", "tags column"))
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter="\t", strict=True))
    assert {len(row) for row in rows} == {len(names)}
    return head, [dict(zip(names, row, strict=True)) for row in rows]


IRI = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
INTERACTIONS = set(
    "true-false choice fill-in long-fill-in matching performance sequencing likert numeric other".split()
)


def xapi(statement: dict[str, Any]) -> None:
    """The rules of xAPI 1.0.3 for statements such as ours. Raises AssertionError."""
    known = {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"}
    assert set(statement) <= known and {"actor", "verb", "object"} <= set(statement)
    assert str(uuid.UUID(statement["id"])) == statement["id"]
    actor = statement["actor"]
    assert set(actor) <= {"objectType", "name", "account"} and actor["objectType"] == "Agent"
    assert set(actor["account"]) == {"homePage", "name"} and IRI.fullmatch(actor["account"]["homePage"])
    assert isinstance(actor["account"]["name"], str) and actor["account"]["name"]
    assert IRI.fullmatch(statement["verb"]["id"]) and all(
        isinstance(one, str) for one in statement["verb"]["display"].values()
    )
    activity = statement["object"]
    assert activity["objectType"] == "Activity" and IRI.fullmatch(activity["id"])
    assert set(activity["definition"]) <= {"type", "name", "description", "interactionType", "correctResponsesPattern"}
    assert activity["definition"]["interactionType"] in INTERACTIONS
    result = statement["result"]
    assert set(result) <= {"score", "success", "completion", "response", "duration"}
    if "score" in result:
        score = result["score"]
        assert set(score) <= {"scaled", "raw", "min", "max"} and -1 <= score["scaled"] <= 1
        assert score["min"] <= score["raw"] <= score["max"] and isinstance(result["success"], bool)
    assert isinstance(result["response"], str)
    assert set(statement["context"]) <= {"platform", "language", "extensions", "registration"}
    assert all(IRI.fullmatch(key) for key in statement["context"]["extensions"])
    assert datetime.fromisoformat(statement["timestamp"]).tzinfo is not None and statement["version"] == "1.0.3"
