"""`selfgrad user …`, and the link that lets the owner of a new installation in."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.cli import main
from app.people import owners_path
from app.store import accounts, schema, sessions
from app.store.accounts import Role
from app.store.db import Database
from app.web.passwords import right
from tests.browsing import Site

PASSWORD = "a few plain words"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELFGRAD_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdin holds a password, and is no terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\nanother line\n"))


def database(folder: Path) -> Database:
    made = Database(f"sqlite:///{folder / 'selfgrad.db'}")
    schema.migrate(made.engine)
    return made


def hash_of(folder: Path, name: str) -> tuple[Role, str | None]:
    with database(folder).read() as connection:
        found = accounts.named(connection, name)
        assert found is not None
        return found.role, accounts.password_of(connection, found.id)


@pytest.mark.usefixtures("say")
@pytest.mark.parametrize("role", ["member", "editor", "instructor", "admin"])
def test_an_account_is_made_with_the_password_on_stdin(
    here: Path, capsys: pytest.CaptureFixture[str], role: str
) -> None:
    assert main(["user", "add", "Ada L", "--role", role, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["role"]) == ("Ada L", role)
    kept, hash = hash_of(here, "ada l")
    assert kept.name.lower() == role and right(PASSWORD, hash)


def test_everybody_is_listed_by_name(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["user", "list"]) == 0 and capsys.readouterr().out == ""
    for name in ("Zoe", "Ada"):
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
        main(["user", "add", name])
    capsys.readouterr()
    assert main(["user", "list", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["Ada", "Zoe"]


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (["add", "Ada", "--role", "queen"], PASSWORD, "member, editor, instructor, admin"),
        (["add", "<b>"], PASSWORD, "A name is made of"),
        (["add", "Ada"], "", "first line of stdin"),
        (["add", "Ada"], "short\n", "8 to 200"),
        (["role", "Nobody", "editor"], "", "no account with the name Nobody"),
        (["role", "Nobody", "queen"], "", "A role is one of"),
        (["password", "Nobody"], PASSWORD, "no account with the name Nobody"),
        (["link", "\udcff"], "", "no account with the name"),
        ([], "", "--help"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], stdin: str, told: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    assert main(["user", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.startswith("selfgrad: ") and err.count("\n") == 1


@pytest.mark.usefixtures("say")
def test_a_name_is_had_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["user", "add", "Ada"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
    assert main(["user", "add", "ADA"]) == 2
    assert "is taken" in capsys.readouterr().err


@pytest.mark.usefixtures("say")
def test_a_new_password_signs_out_everywhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["user", "add", "Ada"])
    store = database(here)
    with store.write() as connection:
        ada = accounts.named(connection, "Ada")
        assert ada is not None
        accounts.sign_in(connection, ada.id, "t" * 43, "a test", ada.created)
    monkeypatch.setattr("sys.stdin", io.StringIO("other plain words"))
    assert main(["user", "password", "ada"]) == 0
    assert right("other plain words", hash_of(here, "Ada")[1]) and not right(PASSWORD, hash_of(here, "Ada")[1])
    with store.read() as connection:
        assert sessions.of(connection, ada.id, ada.created) == []


@pytest.mark.usefixtures("say")
def test_on_a_terminal_the_password_is_asked_for_twice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert main(["user", "add", "Ada"]) == 2 and "not the same" in capsys.readouterr().err
    assert main(["user", "add", "Ada"]) == 0


def test_the_owner_is_invited_until_an_admin_has_a_password(here: Path) -> None:
    store = database(here)
    first, second = owners_path(store), owners_path(store)
    assert first and second and first != second
    with store.write() as connection:
        (owner,) = accounts.admins(connection)
        assert owner.name == "owner"
        accounts.set_password(connection, owner.id, "a hash")
    assert owners_path(store) is None


def test_a_member_called_owner_is_not_invited_as_admin(here: Path) -> None:
    store = database(here)
    with store.write() as connection:
        member = accounts.add(connection, "owner", Role.MEMBER, "a hash", None, datetime.now(UTC))
    assert owners_path(store)
    with store.read() as connection:
        (owner,) = accounts.admins(connection)
    assert owner.id != member.id


def test_a_new_server_prints_a_link_and_a_link_made_beside_it_signs_in_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    site.start()
    try:
        printed = next(line for line in (tmp_path / "log").read_text().splitlines() if "/sign-in/once/" in line)
        enter(site, printed.split()[-1], "owner")
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
        assert main(["user", "add", "Ada"]) == 0 and main(["user", "link", "Ada"]) == 0
        enter(site, capsys.readouterr().out.splitlines()[-1], "Ada")
    finally:
        site.stop()


def enter(site: Site, link: str, name: str) -> None:
    with httpx.Client(base_url=site.url, follow_redirects=True) as browser:
        address = urlsplit(link).path
        assert f"Sign in as {name}" in browser.get(address).text
        assert f"<h1>{name}</h1>" in browser.post(address).text
        assert browser.post(address).status_code == 404
