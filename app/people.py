"""`selfgrad user …`: accounts from the terminal, and the link by which the owner of a new installation gets in.

A password is asked for on a terminal, twice and unseen; otherwise it is the first line of stdin. What is changed here
holds at once, also for a server that is running.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import NO_SECRET, Settings
from app.terminal import Usage

if TYPE_CHECKING:
    from app.store.accounts import Account, Role
    from app.store.db import Database

user = typer.Typer(help="Accounts: who may sign in, and as what.", rich_markup_mode=None)
OWNER = "owner"
ROLES = ("member", "editor", "instructor", "admin")
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@user.command("add")
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(metavar="|".join(ROLES), help="What they may do.")] = "member",
    as_json: JsonOption = False,
) -> None:
    """Make an account; its password is read from the terminal, or from stdin."""
    from app.store import accounts
    from app.store.accounts import NameTaken
    from app.store.names import BadName, proper

    wanted = a_role(role)
    try:
        name = proper(name)
    except BadName as error:
        raise Usage(str(error)) from None
    hash = read_hash(name)
    try:
        with stored() as database, database.write() as connection:
            made = accounts.add(connection, name, wanted, hash, None, datetime.now(UTC))
    except NameTaken:
        raise Usage(f"The name {name} is taken, or looks like one that is: choose another.") from None
    show([made], as_json=as_json)


@user.command("list")
def show_all(as_json: JsonOption = False) -> None:
    """All accounts, by name, with what they may do and since when they exist."""
    from app.store import accounts
    from app.store.names import name_key

    found: list[accounts.Account] = []
    with stored() as database:
        while True:
            with database.read() as connection:
                page = accounts.some(connection, "", name_key(found[-1].name) if found else "", 500)
            found += page
            if len(page) < 500:
                break
    show(found, as_json=as_json, listed=True)


@user.command("role")
def change_role(name: NameArgument, role: Annotated[str, typer.Argument(metavar="ROLE")]) -> None:
    """Give somebody another role: member, editor, instructor or admin. It holds from their next request on."""
    from app.store import accounts

    wanted = a_role(role)
    with stored() as database, database.write() as connection:
        account = the(accounts.named(connection, name), name)
        accounts.set_role(connection, account.id, wanted)
    print(f"{account.name} is now {wanted.name.lower()}", file=sys.stderr)


@user.command("password")
def change_password(name: NameArgument) -> None:
    """Give somebody another password. They are signed out everywhere."""
    from app.store import accounts, sessions

    with stored() as database:
        with database.read() as connection:
            account = the(accounts.named(connection, name), name)
        hash = read_hash(account.name)
        with database.write() as connection:
            accounts.set_password(connection, account.id, hash)
            sessions.end_others(connection, account.id)
    print(f"{account.name} has a new password, and is signed out everywhere", file=sys.stderr)


@user.command("link")
def make_link(name: NameArgument) -> None:
    """Print a link that signs somebody in once, within 24 hours: for a forgotten password, or a first visit."""
    from app.store import accounts, sessions

    settings = Settings.read(secret_key=NO_SECRET)
    with stored() as database, database.write() as connection:
        account = the(accounts.named(connection, name), name)
        token = sessions.make_link(connection, account.id, sessions.SENT_LINK, datetime.now(UTC))
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    print(f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{once(token)}")


def owners_path(database: "Database") -> str | None:
    """The path of a link that signs the owner in once; None where an admin exists who can come in without."""
    from app.store import accounts, sessions
    from app.store.accounts import Role

    now = datetime.now(UTC)
    with database.write() as connection:
        if accounts.admins(connection, who_can_enter=True):
            return None
        governing = accounts.admins(connection)
        name = OWNER
        while not governing:
            if accounts.named(connection, name) is None:
                governing = [accounts.add(connection, name, Role.ADMIN, None, None, now)]
            name = f"{OWNER} {now:%Y-%m-%d %H-%M-%S}"
        return once(sessions.make_link(connection, governing[0].id, timedelta(hours=1), now))


def once(token: str) -> str:
    return f"/sign-in/once/{token}"


@contextmanager
def stored() -> Iterator["Database"]:
    """The database, with this program's schema. Raises Usage."""
    from app.store import schema
    from app.store.db import CannotRead, CannotSave, Database, Unusable

    settings = Settings.read(secret_key=NO_SECRET)
    try:
        database = Database(settings.database_url)
        try:
            schema.migrate(database.engine)
            yield database
        finally:
            database.close()
    except (Unusable, CannotRead, CannotSave) as error:
        raise Usage(str(error)) from None


def a_role(said: str) -> "Role":
    """Raises Usage."""
    from app.store.accounts import Role

    if said not in ROLES:
        raise Usage(f"A role is one of {', '.join(ROLES)}.")
    return Role[said.upper()]


def the(account: "Account | None", name: str) -> "Account":
    """Raises Usage."""
    from app.report import harmless

    if account is None:
        raise Usage(f"There is no account with the name {harmless(name)}: selfgrad user list shows all.")
    return account


def read_hash(name: str) -> str:
    """Raises Usage."""
    from app.web.passwords import BadPassword, good, kept

    try:
        return kept(good(read_password(), name))
    except BadPassword as error:
        raise Usage(str(error)) from None


def read_password() -> str:
    """Raises Usage."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("The same again: "):
            raise Usage("The two are not the same: nothing was changed.")
        return password
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Usage("Give the password as the first line of stdin.")
    return line


def show(found: "list[Account]", *, as_json: bool, listed: bool = False) -> None:
    from app.report import as_json as told

    if as_json:
        rows = [
            {"name": one.name, "role": one.role.name.lower(), "created": one.created.isoformat()} for one in found
        ]
        print(told(rows if listed else rows[0]))
        return
    for one in found:
        print(f"{one.name}\t{one.role.name.lower()}\t{one.created:%Y-%m-%d}")
