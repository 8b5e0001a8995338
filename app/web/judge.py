"""What a text has to pass before it is published or suggested, and what becomes of one that does not pass: it is kept
as its author's edit, with the reasons.
"""

import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta

from app.bank.question import Question
from app.grading.examination import Examination
from app.sandbox.job import Busy, Unavailable
from app.store import edits, revisions, sent, suggestions, visits
from app.store.accounts import Role
from app.store.attempts import KeyTaken
from app.store.db import CannotSave
from app.store.people import ensure, new_id
from app.store.revisions import Kind, Leaf, Page
from app.store.suggestions import Status, Suggestion
from app.web import rights
from app.web.append import TEXT, Proposal, append, failures
from app.web.outcomes import Asker, Change, End, Outcome
from app.web.problems import Crowded, KeyReused, NotAnAnswer, TooLong
from app.web.rooms import Rooms
from app.web.who import Who
from app.wiki.links import links
from app.wiki.merge import unfinished

SUMMARY = 200
NEW_FOR = timedelta(days=3)
TRUSTED_AFTER = 3  # revisions
LINKS = 2  # that somebody new may add at once
QUEUE = 200  # suggestions that may wait for one page
FULL = f"{QUEUE} suggestions wait for this page already: that is as many as are taken. Come back in a day or two."
KEPT = "It is kept as your draft."
NOT_KEPT = "It could not be saved here. Copy it before you leave this page."


def readable(text: str) -> str:
    """Text that can be stored. Raises NotAnAnswer."""
    if "\0" in text:
        raise NotAnAnswer("The text holds a NUL character, which no sentence needs.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotAnAnswer("The text holds half of a character (a lone surrogate).") from None
    return text


def in_bounds(change: Change) -> None:
    """Raises TooLong and NotAnAnswer."""
    if len(change.text) > TEXT:
        raise TooLong(f"A page has at most {TEXT:,} characters; this text has {len(change.text):,}.")
    if len(change.summary) > SUMMARY:
        raise NotAnAnswer(f"A summary has at most {SUMMARY} characters; this one has {len(change.summary)}.")
    if not change.text.strip():
        raise NotAnAnswer("The page would be empty. To take something back, restore an earlier revision.")


def slow_down(rooms: Rooms, asker: Asker) -> None:
    """Raises TooOften."""
    rooms.press.addresses.step(asker.address)
    if asker.who.role < Role.EDITOR:
        rooms.press.people.step(asker.who.learner)


def may_publish(rooms: Rooms, who: Who, policy: str | None) -> bool:
    """Whether somebody's change of a page with this policy (None: as everywhere) goes straight in."""
    return rights.may_publish(who, policy or rooms.press.policy)


def is_new(who: Who, asker: Asker, edits_before: int) -> bool:
    """Somebody of whom too little is known to let them add many links."""
    if who.role >= Role.EDITOR or edits_before >= TRUSTED_AFTER:
        return False
    return who.account is None or asker.now - who.account.created < NEW_FOR


def marks_left(text: str) -> tuple[str, ...]:
    """Why a text is not finished: marks of a conflict are left."""
    at = ", ".join(map(str, unfinished(text)))
    return (f"Marks of the conflict are left in line {at}: keep what is right and delete the marks.",) if at else ()


def links_added(before: str, text: str) -> tuple[str, ...]:
    """Why somebody new may not publish this."""
    added = len(links(text) - links(before))
    if added <= LINKS:
        return ()
    return (f"This adds {added} links. Who is new here may add {LINKS} at once; you can suggest it instead.",)


def examined(rooms: Rooms, asker: Asker, question: Question, text: str, *, needed: bool = True) -> Examination | None:
    """None where code cannot be run now and that does not matter. Raises Busy and Unavailable."""
    try:
        return rooms.press.examine(question, text, asker.now.date())
    except (Busy, Unavailable):
        if needed:
            raise
        return None


def refuse(
    rooms: Rooms, asker: Asker, leaf: Leaf, change: Change, reasons: tuple[str, ...], found: Examination | None
) -> Outcome:
    keep(rooms, asker, leaf, change, reasons)
    return Outcome(End.REFUSED, reasons=reasons, examination=found, kept=True)


def keep(rooms: Rooms, asker: Asker, leaf: Leaf, change: Change, reasons: tuple[str, ...] = ()) -> None:
    """As the author's edit. Raises CannotSave."""
    with rooms.database.write() as connection:
        edits.save(
            connection, asker.who.learner, leaf.name, base=change.base, text=change.text,
            summary=change.summary[:SUMMARY], version=None, now=asker.now,
            refused=json.dumps(reasons) if reasons else None,
        )  # fmt: skip


@contextlib.contextmanager
def kept_if_refused(rooms: Rooms, asker: Asker, leaf: Leaf, change: Change) -> Iterator[None]:
    """What is refused by an exception is kept too; a note on the exception says so."""
    try:
        yield
    except (TooLong, NotAnAnswer, Crowded, Busy, Unavailable) as error:
        try:
            keep(rooms, asker, leaf, change)
        except CannotSave:
            error.add_note(NOT_KEPT)
        else:
            error.add_note(KEPT)
        raise


def suggest(rooms: Rooms, asker: Asker, leaf: Leaf, page: Page, change: Change, found: Examination | None) -> Outcome:
    """Raises Crowded, KeyReused and CannotSave."""
    if page.suggestions >= QUEUE:
        raise Crowded(FULL, 24 * 3600)
    who = asker.who
    made = Suggestion(
        id=new_id(), page=leaf.name, base=change.base, summary=change.summary, learner=who.learner, name=who.name,
        created=asker.now, status=Status.OPEN, reason="", decided_by=None, decided=None, result=None,
        text=change.text, tested=found,
    )  # fmt: skip
    try:
        with rooms.database.write() as connection:
            ensure(connection, who.learner, asker.now)
            suggestions.add(connection, leaf, made)
            edits.finish(connection, who.learner, leaf.name)
            visits.reveal(connection, who.learner, leaf.slug, asker.now)
            if asker.keyed is not None:
                sent.keep(connection, who.learner, asker.keyed, 202, f"suggestion {made.id}", asker.now)
    except KeyTaken:
        return _once(rooms, asker, leaf)
    return Outcome(End.SUGGESTED, suggestion=made, examination=found)


def settle(rooms: Rooms, asker: Asker, proposal: Proposal) -> Outcome:
    """Raises what `append` raises, and KeyReused."""
    try:
        return append(rooms, asker, proposal)
    except KeyTaken:
        return _once(rooms, asker, proposal.leaf)


def _once(rooms: Rooms, asker: Asker, leaf: Leaf) -> Outcome:
    """The same request was just stored."""
    found = done_before(rooms, asker, leaf)
    assert found is not None
    return found


def done_before(rooms: Rooms, asker: Asker, leaf: Leaf) -> Outcome | None:
    """What came of this request when it came before. Raises KeyReused."""
    if asker.keyed is None:
        return None
    with rooms.database.read() as connection:
        known = sent.before(connection, asker.who.learner, asker.keyed.key)
        if known is None:
            return None
        kind, _, made = known.made.partition(" ")
        if known.fingerprint != asker.keyed.fingerprint or kind not in ("revision", "suggestion"):
            raise KeyReused
        if kind == "suggestion":
            return Outcome(End.SUGGESTED, suggestion=suggestions.one(connection, made))
        revision = revisions.one(connection, leaf, int(made.partition(" ")[2]))
    return Outcome(End.MERGED if revision.kind is Kind.MERGE else End.SAVED, revision=revision)


def code_fails(found: Examination | None) -> tuple[str, ...]:
    return () if found is None else failures(found)
