"""Names that nobody can mistake for another's, and passwords that nobody tries first."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.names import READ, BadName, name_key, proper
from app.web import passwords
from app.web.door import Door
from app.web.passwords import KEPT, NOBODYS, kept, right
from tests.client import browser, site
from tests.people_parts import PASSWORD, name_on, rooms_of, sign_in, sign_up


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("names"), pool) as made:
        yield made


@pytest.fixture
def client(app: TestClient) -> TestClient:
    """A browser that nobody has used, at a door that has seen nobody."""
    vars(rooms_of(app).door).update(vars(Door(sign_up=True)))
    return browser(app)


NO_NAMES = [
    "", "a", "x" * 41, "a\nb", "a\0b", "\N{RIGHT-TO-LEFT OVERRIDE}ab", "a\N{ZERO WIDTH SPACE}b", "<script>", "a@b",
    "-ab", "p\N{CYRILLIC SMALL LETTER A}ypal", "admin", "A former  member", "...", "12", "a\N{SOFT HYPHEN}b",
    "a\N{HANGUL FILLER}", "a\N{VARIATION SELECTOR-1}b", "e" + 4 * "\N{COMBINING ACUTE ACCENT}" + "x",
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 8,
]  # fmt: skip
NAMES = [
    "Ada", "Łukasz Żółw", "Ольга", "山田太郎", "Zoë O’Neil-Smith", "नेहा", "x_1", "R2 D2", "Μαρία",
]  # fmt: skip
NO_PASSWORDS = [
    "", "seven77", "x" * 201, "password", "PASSWORD", "12345678", "aaaaaaaaaa", "Long Name Here", "long name here1",
]  # fmt: skip
PASSWORDS = [
    "eight888", "x y" * 66, "пароль из слов", "\N{SNOWMAN}" * 4 + "abcd", "{{ 7*7 }}", "a\0b\0c\0d\0e",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_could_deceive_is_refused_in_one_sentence(client: TestClient, name: str) -> None:
    answer = client.post("/sign-up", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 422 and answer.text.count('id="fault"') == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_language_may_be_had(client: TestClient, name: str) -> None:
    assert sign_up(client, name) == 303 and name_on(client) == name


@pytest.mark.parametrize("like", ["grace", "GRACE", " Grace ", "Ｇｒａｃｅ", "gr\N{FEMININE ORDINAL INDICATOR}ce"])
def test_nobody_can_look_like_somebody_else(client: TestClient, like: str) -> None:
    sign_up(browser(client), "Grace")
    assert sign_up(client, like, "another password") == 409


def test_a_name_in_the_letters_of_another_alphabet_that_look_the_same_is_taken(client: TestClient) -> None:
    sign_up(browser(client), "Coco")
    assert sign_up(client, "\N{CYRILLIC CAPITAL LETTER ES}осо", "another password") == 409


@pytest.mark.parametrize("password", NO_PASSWORDS)
def test_a_password_that_anybody_would_try_is_refused(client: TestClient, password: str) -> None:
    answer = client.post("/sign-up", data={"name": "Long Name Here", "password": password})
    assert answer.status_code == 422 and answer.text.count('id="fault"') == 1
    assert not password or f'value="{password}"' not in answer.text or password == "Long Name Here"


@pytest.mark.parametrize("password", PASSWORDS)
def test_any_long_password_will_do(client: TestClient, password: str) -> None:
    name = f"Somebody {abs(hash(password)) % 10**9}x"
    assert sign_up(client, name, password) == 303
    assert sign_in(browser(client), name, password) == 303
    assert sign_in(browser(client), name, password[:-1]) == 401


def test_checking_takes_the_same_work_where_there_is_nothing_to_check() -> None:
    assert NOBODYS.rsplit("$", 2)[0] == KEPT.hash("x").rsplit("$", 2)[0]
    assert not right("a few plain words", None) and not right("", NOBODYS)


@pytest.mark.parametrize("hash", ["", "x", "$argon2id$", "$2b$12$" + "x" * 53])
def test_a_hash_that_is_none_opens_nothing(hash: str) -> None:
    assert not right("a few plain words", hash)


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    assert right("cafe\N{COMBINING ACUTE ACCENT} au lait", kept("caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait"))


def test_only_the_beginning_of_what_is_far_too_long_is_composed() -> None:
    """The time for it grows with the square of the marks: a sign-in with 128,000 of them would stop everything."""
    marks = "\N{COMBINING ACUTE ACCENT}\N{COMBINING GRAVE ACCENT BELOW}" * 64_000
    assert name_key("Ada" + marks) == name_key("Ada" + marks[: READ - 3])
    assert passwords._composed("a" + marks) == passwords._composed("a" + marks[: passwords.READ - 1])
    with pytest.raises(BadName):
        proper("Ada" + marks)
