"""What is done with suggestions: accepted in their author's name, as they are or with changes; declined with a reason;
withdrawn by their author. And who may publish on a page.
"""

from app.bank.question import Question
from app.store import revisions, suggestions
from app.store.revisions import answer_to
from app.store.suggestions import Decided, NoSuggestion, Status, Suggestion
from app.web.append import Proposal, failures, tested
from app.web.judge import SUMMARY, done_before, examined, in_bounds, marks_left, readable, settle
from app.web.outcomes import Asker, Change, End, Outcome
from app.web.problems import NotAnAnswer
from app.web.rights import PUBLISH, Thing, demand_change
from app.web.rooms import Rooms
from app.web.who import Who

REASON = 500


def accept(
    rooms: Rooms,
    asker: Asker,
    suggestion: str,
    text: str | None = None,
    *,
    base: int | None = None,
    summary: str | None = None,
) -> Outcome:
    """Publishes a suggestion in its author's name, as it is or with changes (`text`, which was made from revision
    `base` where that is another one than the suggestion's, as after a conflict). Raises NotAllowed, SignInFirst,
    NoSuggestion, NoRevision, Decided, and what `publish` raises."""
    demand_change(asker.who, Thing.QUEUE)
    found, question = _open(rooms, suggestion, asker)
    leaf = answer_to(question)
    done = done_before(rooms, asker, leaf)
    if done is not None:
        return done
    if found.status is not Status.OPEN:
        raise Decided
    changed = text is not None and text != found.text
    wanted = readable(text) if text is not None else found.text
    said = found.summary if summary is None else readable(summary)
    in_bounds(Change(found.base, wanted, said))
    code = examined(rooms, asker, question, wanted)
    assert code is not None
    reasons = (*marks_left(wanted), *failures(code))
    if reasons:
        return Outcome(End.REFUSED, reasons=reasons, examination=code)
    with rooms.database.read() as connection:
        began = revisions.one(connection, leaf, found.base if base is None else base)
    said = f"{said} (with changes by {asker.who.name})".strip() if changed else said
    proposal = Proposal(
        leaf, question, began, wanted, said[:SUMMARY], found.learner, found.name,
        tested=tested(code, asker), accepts=found,
    )  # fmt: skip
    return settle(rooms, asker, proposal)


def decline(rooms: Rooms, asker: Asker, suggestion: str, reason: str) -> Suggestion:
    """Raises NotAllowed, SignInFirst, NoSuggestion, Decided and NotAnAnswer (without a reason)."""
    demand_change(asker.who, Thing.QUEUE)
    reason = readable(reason).strip()
    if not 0 < len(reason) <= REASON:
        raise NotAnAnswer(f"Say why, in at most {REASON} characters: its author will read it.")
    return _decide(rooms, asker, suggestion, Status.DECLINED, reason)


def withdraw(rooms: Rooms, asker: Asker, suggestion: str) -> Suggestion:
    """One's own. Raises NoSuggestion and Decided."""
    with rooms.database.read() as connection:
        if suggestions.one(connection, suggestion).learner != asker.who.learner:
            raise NoSuggestion
    return _decide(rooms, asker, suggestion, Status.WITHDRAWN, "")


def set_policy(rooms: Rooms, who: Who, question: Question, policy: str | None) -> None:
    """Who may publish on this page; None: as everywhere. Raises NotAllowed, SignInFirst and NotAnAnswer."""
    demand_change(who, Thing.QUEUE)
    if policy is not None and policy not in PUBLISH:
        raise NotAnAnswer("A page is locked, or open to members, or to everyone.")
    with rooms.database.write() as connection:
        revisions.set_policy(connection, answer_to(question), policy)


def _decide(rooms: Rooms, asker: Asker, suggestion: str, status: Status, reason: str) -> Suggestion:
    """Deciding in the same way again is no fault: the answer to the first request may have been lost."""
    with rooms.database.write() as connection:
        found = suggestions.one(connection, suggestion)
        if (found.status, found.reason) != (status, reason):
            suggestions.decide(connection, found, status, asker.who.name, asker.now, reason=reason)
        return suggestions.one(connection, suggestion)


def _open(rooms: Rooms, suggestion: str, asker: Asker) -> tuple[Suggestion, Question]:
    """Raises NoSuggestion and NotHere."""
    with rooms.database.read() as connection:
        found = suggestions.one(connection, suggestion)
    return found, rooms.question(found.page.partition("/")[2])
