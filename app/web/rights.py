"""Who may see and change what: three tables and their functions, and nothing else in the program decides it.

What belongs to one person (attempts, drafts, progress) is not here: it is found by its owner or not found at all.
"""

from enum import Enum

from app.store.accounts import Role
from app.web.problems import NotAllowed, SignInFirst
from app.web.who import Who


class Thing(Enum):
    QUESTIONS = "questions, their pages and the demo"
    WIKI = "answers, their history and discussion"
    QUEUE = "suggestions that wait for a decision"
    TEACH = "questions as drafts, statistics, grades, classes"
    PEOPLE = "accounts and their roles"
    ACCOUNT = "one's own account"


SEE = {
    Thing.QUESTIONS: Role.VISITOR,
    Thing.WIKI: Role.VISITOR,
    Thing.QUEUE: Role.VISITOR,
    Thing.TEACH: Role.INSTRUCTOR,
    Thing.PEOPLE: Role.ADMIN,
    Thing.ACCOUNT: Role.MEMBER,
}
CHANGE = {  # by oneself, at once; whoever may not can suggest where there is a queue
    Thing.QUESTIONS: Role.VISITOR,  # answering them
    Thing.WIKI: Role.MEMBER,  # unless the page says otherwise
    Thing.QUEUE: Role.EDITOR,
    Thing.TEACH: Role.INSTRUCTOR,
    Thing.PEOPLE: Role.ADMIN,
    Thing.ACCOUNT: Role.MEMBER,
}
PUBLISH = {  # a change of an answer by oneself, at once, by the page's policy; others suggest
    "locked": Role.EDITOR,
    "members": Role.MEMBER,
    "everyone": Role.VISITOR,
}


def may_teach(who: Who, owner: str | None) -> bool:
    """See and change a class, and take its grades along: for whoever made it, while they teach, and for admins."""
    mine = who.account is not None and who.account.id == owner
    return may_change(who, Thing.TEACH) and (mine or who.role is Role.ADMIN)


def may_see(who: Who, thing: Thing) -> bool:
    return who.role >= SEE[thing]


def may_change(who: Who, thing: Thing) -> bool:
    return who.role >= CHANGE[thing]


def may_publish(who: Who, policy: str) -> bool:
    return who.role >= PUBLISH[policy]


def demand_see(who: Who, thing: Thing) -> None:
    """Raises SignInFirst and NotAllowed."""
    if not may_see(who, thing):
        raise _refused(who, SEE[thing])


def demand_change(who: Who, thing: Thing) -> None:
    """Raises SignInFirst and NotAllowed."""
    if not may_change(who, thing):
        raise _refused(who, CHANGE[thing])


def _refused(who: Who, needed: Role) -> Exception:
    if who.account is None:
        return SignInFirst()
    wanted, role = needed.name.lower(), who.role.name.lower()
    above = " or above" if needed < max(Role) else ""
    return NotAllowed(f"This is for people with the role “{wanted}”{above}; yours is “{role}”.")
