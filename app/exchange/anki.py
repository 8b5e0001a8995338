"""Cards as the text that Anki imports (File, Import): columns with tabs between them, below lines that name them.

Each card has an id of its own, so that importing a newer file changes the cards and keeps what was learned.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

DECK = "Selfgrad"
HEAD = (
    "#separator:tab",
    "#html:true",
    "#notetype:Basic",
    "#guid column:1",
    "#deck column:2",
    "#tags column:5",
    "#columns:GUID\tDeck\tFront\tBack\tTags",
)


@dataclass(frozen=True)
class Card:
    """Two sides as HTML, formulas between \\( and \\). Tags hold no blanks."""

    id: str
    chapter: str
    front: str
    back: str
    tags: tuple[str, ...]


def anki(cards: Iterable[Card]) -> str:
    made = io.StringIO()
    made.write("\n".join(HEAD) + "\n")
    rows = csv.writer(made, delimiter="\t", lineterminator="\n")
    for card in cards:
        guid = f"selfgrad-{card.id}"
        tags = " ".join("-".join(tag.split()) for tag in ("selfgrad", *card.tags))
        rows.writerow([guid, f"{DECK}::{card.chapter}", _line(card.front), _line(card.back), tags])
    return made.getvalue()


def _line(html: str) -> str:
    """On one line: outside of <pre> a line's end is a blank, and inside of it a tag says it."""
    pieces = html.strip().replace("\r", "").replace("\t", "    ").split("<pre")
    made = [pieces[0].replace("\n", " ")]
    for piece in pieces[1:]:
        inside, end, after = piece.partition("</pre>")
        made.append("<pre" + inside.rstrip().replace("\n", "<br>") + end + after.replace("\n", " "))
    return "".join(made)
