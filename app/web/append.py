"""From a proposal, which was judged, to a revision: appended after the newest one, or merged with what others published
since, as often as somebody is faster. All that belongs to it (its key, its author's edit, the suggestion that it came
from) is stored in the same commit.
"""

from dataclasses import dataclass, replace

from app.bank.question import Question
from app.grading.examination import Examination, Tested
from app.sandbox.job import Busy
from app.store import edits, people, revisions, sent, suggestions, visits
from app.store.attempts import KeyTaken
from app.store.db import Connection
from app.store.revisions import Conflict, Kind, Leaf, New, Revision
from app.store.suggestions import Status, Waiting
from app.web.outcomes import Asker, Clash, End, Outcome
from app.web.rooms import Rooms
from app.wiki.blame import next_blame
from app.wiki.merge import merge

TEXT = 20_000  # characters
TRIES = 100
TOGETHER = "Your change and what was published meanwhile fit together, but their code does not:"


@dataclass(frozen=True)
class Proposal:
    """A text that may be published, and what to say of it."""

    leaf: Leaf
    question: Question
    base: Revision  # what it was made from; its number is 0 where that was a text of the question file
    text: str
    summary: str
    learner: str
    name: str
    kind: Kind = Kind.EDIT
    tested: Tested | None = None
    restored: int | None = None
    blame: tuple[int, ...] | None = None  # where it is known: of a text that comes back as it was
    accepts: Waiting | None = None  # the suggestion that it is
    takes_up: bool = False  # what the question file says now


def append(rooms: Rooms, asker: Asker, proposal: Proposal) -> Outcome:
    """Saved, merged, unchanged or a conflict. Raises Busy, Unavailable, Decided, KeyTaken, CannotRead and
    CannotSave."""
    for _ in range(TRIES):
        with rooms.database.read() as connection:
            head = revisions.current(connection, proposal.leaf)
        going = proposal
        if head.number != proposal.base.number and head.text != proposal.base.text:
            merged = _merged(rooms, asker, proposal, head)
            if isinstance(merged, Outcome):
                return merged
            going = merged
        try:
            return _commit(rooms, asker, going, head, merged=going is not proposal)
        except Conflict:
            continue
    raise Busy


def _merged(rooms: Rooms, asker: Asker, proposal: Proposal, head: Revision) -> Proposal | Outcome:
    """Together with what was published since the base: a proposal, or why it is none."""
    merged = merge(proposal.base.text, proposal.text, head.text)
    clash = Clash(proposal.base, head, proposal.text, merged.text)
    if not merged.clean:
        return Outcome(End.CONFLICT, clash=clash)
    if len(merged.text) > TEXT:
        long = f"Together they are {len(merged.text):,} characters long; a page has at most {TEXT:,}."
        return Outcome(End.CONFLICT, clash=clash, reasons=(long,))
    kind = Kind.MERGE if proposal.kind is Kind.EDIT else proposal.kind
    if merged.text == head.text:
        return replace(proposal, text=merged.text)
    found = rooms.press.examine(proposal.question, merged.text, asker.now.date())
    if not found.passed:
        reasons = (TOGETHER, *failures(found))
        return Outcome(End.CONFLICT, clash=clash, reasons=reasons, examination=found)
    return replace(proposal, text=merged.text, kind=kind, tested=tested(found, asker), blame=None)


def _commit(rooms: Rooms, asker: Asker, going: Proposal, head: Revision, merged: bool) -> Outcome:
    """Raises Conflict if somebody else was faster, and KeyTaken if the same request was."""
    learner, keyed = asker.who.learner, asker.keyed
    with rooms.database.write() as connection:
        if keyed is not None and sent.before(connection, learner, keyed.key) is not None:
            raise KeyTaken
        if going.text == head.text:
            now = revisions.page(connection, going.leaf).head
            if now != head.number:
                raise Conflict(now)
            end, made = End.UNCHANGED, head
        else:
            end, made = End.MERGED if merged else End.SAVED, _append(connection, asker, going, head)
            if keyed is not None:
                sent.keep(connection, learner, keyed, 201, f"revision {made.page} {made.number}", asker.now)
        if going.accepts is not None:
            by = asker.who.name
            suggestions.decide(connection, going.accepts, Status.ACCEPTED, by, asker.now, result=made.number)
        else:
            edits.finish(connection, learner, going.leaf.name)
            visits.reveal(connection, learner, going.leaf.slug, asker.now)
        if going.takes_up:
            revisions.take_up(connection, going.leaf)
    return Outcome(end, revision=made)


def _append(connection: Connection, asker: Asker, going: Proposal, head: Revision) -> Revision:
    people.ensure(connection, going.learner, asker.now)
    new = New(
        after=head.number,
        base=going.base.number or None,
        text=going.text,
        summary=going.summary,
        learner=going.learner,
        name=going.name,
        created=asker.now,
        blame=going.blame or next_blame(head.text, head.blame, going.text, head.number + 1),
        kind=going.kind,
        tested=going.tested,
        accepted_by=None if going.accepts is None else asker.who.name,
        restored=going.restored,
    )
    return revisions.append(connection, going.leaf, new)


def tested(found: Examination, asker: Asker) -> Tested | None:
    """What is kept of an examination; nothing where there is no code."""
    return found.tested(asker.now.date()) if found.blocks else None


def failures(found: Examination) -> tuple[str, ...]:
    """One sentence for each block that keeps a page from being published."""
    bad = [block for block in found.blocks if block.state.value in ("failed", "not reached")]
    return tuple(f"The code block in line {block.line}: {block.says}" for block in bad)
