"""A revision as HTML, made once: a revision never changes, so what was made of it stays true for as long as it is kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.grading.examination import Tested
from app.store.revisions import Revision
from app.wiki.blame import blamed
from app.wiki.markup import Note, Piece, pieces

KEPT = 16_000_000  # characters of HTML
Shown = tuple[tuple[Piece, ...], Markup]


class Kept:
    """The newest used renderings; the text itself is the key, so two pages that say the same share one."""

    def __init__(self, room: int = KEPT) -> None:
        self.room = room
        self.used = 0
        self._turn = threading.Lock()
        self._shown: OrderedDict[tuple[str, Tested | None], Shown] = OrderedDict()

    def __call__(self, text: str, tested: Tested | None = None) -> Shown:
        key = (text, tested)
        with self._turn:
            found = self._shown.get(key)
            if found is not None:
                self._shown.move_to_end(key)
                return found
        made = tuple(pieces(text, notes(tested)))
        shown = (made, Markup("".join(piece.html for piece in made)))
        with self._turn:
            if key not in self._shown:
                self.used += len(shown[1])
                self._shown[key] = shown
            while self.used > self.room and len(self._shown) > 1:
                self.used -= len(self._shown.popitem(last=False)[1][1])
        return shown


KEEP = Kept()


def shown(text: str, tested: Tested | None = None) -> Markup:
    return KEEP(text, tested)[1]


def preview(text: str) -> Markup:
    """Of a text that is being written: not kept, for the next one is another."""
    return Markup("".join(piece.html for piece in pieces(text)))


def notes(tested: Tested | None) -> list[Note]:
    if tested is None:
        return []
    return [
        Note(says, state.value.replace(" ", "-")) for says, state in zip(tested.lines(), tested.states, strict=True)
    ]


@dataclass(frozen=True)
class Passage:
    """Paragraphs that follow each other and come from the same revision."""

    number: int
    html: Markup


def passages(revision: Revision) -> list[Passage]:
    """Who wrote what. A paragraph of the page (a whole list, say) that more revisions than one have had a hand in
    counts for the newest of them."""
    where = spread(revision)
    found: list[Passage] = []
    for piece in KEEP(revision.text, revision.tested)[0]:
        number = max(where[piece.first : piece.last] or [revision.number])
        if found and found[-1].number == number:
            found[-1] = Passage(number, found[-1].html + Markup(piece.html))
        else:
            found.append(Passage(number, Markup(piece.html)))
    return found


def spread(revision: Revision) -> Sequence[int]:
    """For each line of the text the revision that its paragraph is from."""
    lines: list[int] = []
    for paragraph, number in blamed(revision.text, revision.blame):
        lines += [number] * (paragraph.count("\n") or 1)
    return lines
