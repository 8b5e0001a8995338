"""Moodle's XML for questions, as its "XML format" imports it: multichoice, numerical, shortanswer, essay.

Formulas stand between \\( and \\), which Moodle's filters draw; what is left out is told in a comment at its place.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Comment, Element, SubElement, indent, tostring

from app.exchange.items import Chapter, Item, Unmapped

# Moodle knows these shares of the points and refuses others.
SHARES = (
    100.0, 90.0, 83.33333, 80.0, 75.0, 70.0, 66.66667, 60.0, 50.0, 40.0, 33.33333, 30.0, 25.0, 20.0, 16.66667, 14.28571,
    12.5, 11.11111, 10.0, 5.0, 0.0,
)  # fmt: skip
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no character of XML
CATEGORY = "$course$/top/selfgrad"


def moodle_xml(chapters: Iterable[Chapter]) -> str:
    quiz = Element("quiz")
    for chapter in chapters:
        category = SubElement(quiz, "question", type="category")
        _text(category, "category", f"{CATEGORY}/{chapter.name.replace('/', '-')}")
        for item in chapter.items:
            if isinstance(item, Unmapped):
                quiz.append(Comment(f" {_fit(str(item)).replace('--', '- -')} "))
            else:
                quiz.append(_question(item))
    indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(quiz, encoding="unicode")}\n'


def share(percent: float) -> str:
    """The nearest one that Moodle knows."""
    near = min(SHARES, key=lambda known: abs(known - abs(percent)))
    return f"{'-' if percent < 0 and near else ''}{near:.7g}"


def _question(item: Item) -> Element:
    made = Element("question", type=TYPES[item.kind])
    _text(made, "name", item.name)
    _text(made, "questiontext", item.ask, "html")
    _text(made, "generalfeedback", "", "html")
    for name, value in (("defaultgrade", "1"), ("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", item.id)):
        SubElement(made, name).text = value
    for name, value in _settings(item):
        SubElement(made, name).text = value
    if item.kind == "essay":
        _text(made, "graderinfo", item.notes, "html")
        _text(made, "responsetemplate", "", "html")
    for reply in item.replies:
        given = item.kind == "choice"
        answer = SubElement(
            made, "answer", fraction=share(reply.share), format="html" if given else "moodle_auto_format"
        )
        SubElement(answer, "text").text = _fit(reply.pattern if item.kind == "short" else reply.answer)
        _text(answer, "feedback", reply.says, "html")
        if item.kind == "number":
            SubElement(answer, "tolerance").text = f"{item.tolerance if reply.share else 0:.12g}"
    if item.units:
        units = SubElement(made, "units")
        for name in item.units:
            unit = SubElement(units, "unit")
            SubElement(unit, "multiplier").text = "1"
            SubElement(unit, "unit_name").text = _fit(name)
    if item.tags:
        tags = SubElement(made, "tags")
        for tag in item.tags:
            _text(tags, "tag", tag)
    return made


TYPES = {"choice": "multichoice", "number": "numerical", "short": "shortanswer", "essay": "essay"}


def _settings(item: Item) -> Iterator[tuple[str, str]]:
    if item.kind == "choice":
        yield from (("single", str(not item.several).lower()), ("shuffleanswers", "true"), ("answernumbering", "none"))
    elif item.kind == "number":
        shown = "0" if item.units else "3"  # units are typed behind the number, or there are none
        yield from (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", shown), ("unitsleft", "0"))
    elif item.kind == "short":
        yield "usecase", "0"
    else:
        yield from (("responseformat", "editor"), ("responserequired", "1"), ("responsefieldlines", "15"))
        yield from (("attachments", "0"), ("attachmentsrequired", "0"))


def _text(above: Element, name: str, text: str, format: str | None = None) -> None:
    made = SubElement(above, name, {"format": format} if format else {})
    SubElement(made, "text").text = _fit(text)


def _fit(text: str) -> str:
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
