"""Publishing: what becomes of a text that somebody wants a page to have. Pages and API both come here.

Theory of operation
    What the text says is judged first (judge.py): its length, whether its author may publish here, how often they did
    lately, and all its code in the jail. Only then a transaction is begun, and the text is appended after the newest
    revision (append.py). If somebody was faster, the text is merged with theirs; a merge whose code is new is run as
    well; then it is tried again. Where the two cannot be merged, the author gets both texts and a marked merge to
    finish. Nothing is lost on any way: what is not published is kept as the author's edit.
    All of this blocks while code runs: a route calls it by `await rooms.press.do(publish, rooms, …)`.
"""

from dataclasses import replace

from app.bank.question import Question
from app.store import contributors, revisions
from app.store.revisions import Kind, NoRevision, answer_to
from app.web.append import TEXT, Proposal, tested
from app.web.judge import (
    SUMMARY,
    code_fails,
    done_before,
    examined,
    in_bounds,
    is_new,
    keep,
    kept_if_refused,
    links_added,
    marks_left,
    may_publish,
    readable,
    refuse,
    settle,
    slow_down,
    suggest,
)
from app.web.moderate import accept, decline, set_policy, withdraw
from app.web.outcomes import STATUS, Asker, Change, Clash, End, Outcome
from app.web.problems import NotAnAnswer
from app.web.rooms import Rooms

__all__ = [
    "STATUS", "SUMMARY", "TEXT", "Asker", "Change", "Clash", "End", "Outcome", "accept", "decline", "may_publish",
    "newer_file", "publish", "restore", "set_policy", "take_file", "undo", "withdraw",
]  # fmt: skip


def publish(rooms: Rooms, asker: Asker, question: Question, change: Change) -> Outcome:
    """Raises TooLong, NotAnAnswer, TooOften, Crowded, KeyReused, Busy, Unavailable,
    CannotRead and CannotSave; a text that is refused by an exception is kept too, which a note on it says."""
    leaf = answer_to(question)
    done = done_before(rooms, asker, leaf)
    if done is not None:
        return done
    change = replace(change, text=readable(change.text), summary=readable(change.summary))
    with rooms.database.read() as connection:
        page = revisions.page(connection, leaf)
        try:
            base = revisions.one(connection, leaf, change.base)
        except NoRevision:
            raise NotAnAnswer(
                f"The base has to be a revision of this page: there is no revision {change.base}."
            ) from None
        edits_before = contributors.edits_by(connection, asker.who.learner)
    with kept_if_refused(rooms, asker, leaf, change):
        in_bounds(change)
        slow_down(rooms, asker)
        straight = may_publish(rooms, asker.who, page.policy) and not change.suggest
        found = examined(rooms, asker, question, change.text, needed=straight)
        reasons = marks_left(change.text)
        if straight:
            reasons += code_fails(found)
            reasons += links_added(base.text, change.text) if is_new(asker.who, asker, edits_before) else ()
        if reasons:
            return refuse(rooms, asker, leaf, change, reasons, found)
        if not straight:
            return suggest(rooms, asker, leaf, page, change, found)
        proposal = Proposal(
            leaf, question, base, change.text, change.summary, asker.who.learner, asker.who.name,
            tested=None if found is None else tested(found, asker),
        )  # fmt: skip
        outcome = settle(rooms, asker, proposal)
        if outcome.end is End.CONFLICT:
            keep(rooms, asker, leaf, change)
    return replace(outcome, examination=outcome.examination or found, kept=outcome.end is End.CONFLICT)


def restore(rooms: Rooms, asker: Asker, question: Question, number: int, why: str = "") -> Outcome:
    """The text of revision `number` again, as a new revision: saved, unchanged or, where one may not, suggested. Its
    code is not run again: what was found out when it was published still stands beside it. Raises as `publish`."""
    leaf = answer_to(question)
    with rooms.database.read() as connection:
        head = revisions.current(connection, leaf)
        wanted = revisions.one(connection, leaf, number)
    summary = readable(why).strip() or f"Back to revision {number}"
    in_bounds(Change(number, wanted.text, summary))
    return _go_back(
        rooms, asker, Proposal(
            leaf, question, head, wanted.text, summary, asker.who.learner, asker.who.name,
            kind=Kind.RESTORE, tested=wanted.tested, restored=number, blame=wanted.blame,
        ),
    )  # fmt: skip


def undo(rooms: Rooms, asker: Asker, question: Question, number: int) -> Outcome:
    """Takes back what revision `number` changed, whatever came after it: saved, merged, unchanged, suggested or a
    conflict. Raises as `publish`."""
    leaf = answer_to(question)
    if number < 2:
        raise NotAnAnswer("The first revision changed nothing that could be taken back.")
    with rooms.database.read() as connection:
        unwanted = revisions.one(connection, leaf, number)
        wanted = revisions.one(connection, leaf, number - 1)
    summary = f"Takes back revision {number}"
    return _go_back(
        rooms, asker, Proposal(
            leaf, question, unwanted, wanted.text, summary, asker.who.learner, asker.who.name,
            kind=Kind.RESTORE, tested=wanted.tested, restored=number - 1, blame=wanted.blame,
        ),
    )  # fmt: skip


def take_file(rooms: Rooms, asker: Asker, question: Question, *, ignore: bool = False) -> Outcome:
    """Merges what was changed in the question file since it was last taken up; with `ignore` it is only offered no
    more. For those who may publish on the page. Raises NotAnAnswer and as `publish`."""
    leaf = answer_to(question)
    with rooms.database.read() as connection:
        page = revisions.page(connection, leaf)
        head = revisions.current(connection, leaf)
    newer = newer_file(question, page.filed)
    if newer is None or page.filed is None or not may_publish(rooms, asker.who, page.policy):
        raise NotAnAnswer("The question file has nothing new for this page, or it is not yours to take it up.")
    slow_down(rooms, asker)
    found = None if ignore else examined(rooms, asker, question, newer)
    if found is not None and not found.passed:
        return Outcome(End.REFUSED, reasons=code_fails(found), examination=found)
    base, text = (head, head.text) if ignore else (revisions.as_filed(leaf, page.filed), newer)
    proposal = Proposal(
        leaf, question, base, text, "From the question file", asker.who.learner, asker.who.name,
        kind=Kind.IMPORT, tested=None if found is None else tested(found, asker), takes_up=True,
    )  # fmt: skip
    return settle(rooms, asker, proposal)


def newer_file(question: Question, filed: str | None) -> str | None:
    """The question file's answer, if it was changed after the wiki's page began and nobody has taken that up."""
    return question.answer if filed is not None and filed != question.answer else None


def _go_back(rooms: Rooms, asker: Asker, proposal: Proposal) -> Outcome:
    done = done_before(rooms, asker, proposal.leaf)
    if done is not None:
        return done
    slow_down(rooms, asker)
    with rooms.database.read() as connection:
        page = revisions.page(connection, proposal.leaf)
    if may_publish(rooms, asker.who, page.policy):
        return settle(rooms, asker, proposal)
    change = Change(proposal.base.number, proposal.text, proposal.summary)
    return suggest(rooms, asker, proposal.leaf, page, change, None)
