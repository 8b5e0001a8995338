"""Nine thousand attacks as texts, summaries, names, posts and passages of the wiki: nothing is live on any page that
shows them, and what was stored is read back letter by letter."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store import accounts, discussion, revisions, suggestions
from app.store.accounts import Role
from app.store.people import new_id
from app.store.revisions import answer_to
from app.store.suggestions import Status, Suggestion
from app.web.rooms import now
from tests.client import site
from tests.test_markup_hostile import FORBIDDEN
from tests.wiki_browsers import SLUG, WIKI, field, rooms_of, send, shown_to, signed_in, store, text_in

PAGE_CHARACTERS = 19_000
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "xlink:href", "background", "srcset"}
PLAIN = re.compile(r"[\s\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028\u2029\ufeff]+")


class PageOracle(HTMLParser):
    """What is live in a whole page: the tags that only we may write, and everything that could run or lead astray."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN or tag in ("svg", "option"):
            self.tags[tag] += 1
        for name, value in attributes:
            plain = PLAIN.sub("", value or "").lower()
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"{tag} {name}={value}")
            elif name in ADDRESSES:
                own = plain.startswith(("/", "?", "#")) and not plain.startswith("//")
                written = tag == "a" and plain.startswith(("http:", "https:", "mailto:"))
                relative = tag == "a" and not re.match(r"[a-z][a-z0-9+.-]*:", plain)
                if not (own or written or relative):
                    self.found.append(f"{tag} {name}={value}")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)


@pytest.fixture(scope="module")
def attacks(shared: Path) -> list[str]:
    found: list[str] = []
    for path in sorted((shared / "data/security/xss").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            found.append(case if isinstance(case, str) else case.get("payload", case.get("input")))
    assert len(found) > 9000
    return [attack for attack in found if "\0" not in attack and not re.search("[\ud800-\udfff]", attack)]  # refused


@pytest.fixture(scope="module")
def texts(attacks: list[str]) -> list[str]:
    """All of them, in texts as long as a page may be."""
    made: list[str] = [""]
    for attack in attacks:
        if len(made[-1]) + len(attack) + 2 > PAGE_CHARACTERS:
            made.append("")
        made[-1] += f"{attack[:PAGE_CHARACTERS]}\n\n"
    return [text.replace("\r", "") for text in made]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("hostile"), pool) as made:
        yield made


@pytest.fixture(scope="module")
def editor(app: TestClient) -> TestClient:
    return signed_in(app, "Edith", Role.EDITOR)


def live(page: str, harmless: str) -> list[str]:
    """What is in one page and not in the same page of a harmless text."""
    seen, ours = PageOracle(page), PageOracle(harmless)
    return seen.found + [f"{tag} x {count}" for tag, count in (seen.tags - ours.tags).items()]


def test_the_oracle_sees_what_it_is_there_for() -> None:
    page = '<form><b onclick=x><a href="java&#9;script:x"><img src=//example.org/x><script>1</script>'
    assert live(page, "<form>") == ["b onclick=x", "a href=java\tscript:x", "img src=//example.org/x", "script x 1"]


def test_no_attack_survives_in_a_text_where_it_is_shown(app: TestClient, editor: TestClient, texts: list[str]) -> None:
    ways = ["", "?blame=1", "/edit", "/diff", "/restore?revision=1"]
    number = store(app, "Harmless.\n\nText.")
    harmless = {way: editor.get(WIKI + way).text for way in ways}
    fragment = editor.post(f"{WIKI}/preview", data={"text": "Harmless."}).text
    for text in texts:
        number = store(app, text)
        for way in ways:
            assert live(editor.get(WIKI + way).text, harmless[way]) == [], way
        assert live(editor.post(f"{WIKI}/preview", data={"text": text}).text, fragment) == []
        assert text_in(editor.get(f"{WIKI}/edit").text) == text
        with rooms_of(app).database.read() as connection:
            assert revisions.one(connection, answer_to(rooms_of(app).question(SLUG)), number).text == text


def test_no_attack_survives_in_clashes_and_suggestions(app: TestClient, editor: TestClient, texts: list[str]) -> None:
    def pages(theirs: str, yours: str) -> list[str]:
        base = store(app, "One line.\n", slug="again")
        store(app, theirs, slug="again")
        clash = send(editor, yours, base=base, slug="again")
        assert clash.status_code == 409
        with rooms_of(app).database.write() as connection:
            made = Suggestion(
                new_id(), "answer/again", base, yours[:150], new_id(), yours[:80], now(), Status.OPEN, "",
                None, None, None, yours, None,
            )  # fmt: skip
            suggestions.add(connection, answer_to(rooms_of(app).question("again")), made)
        address = f"/wiki/suggestions/{made.id}"
        shown = [clash.text, editor.get(address).text, editor.get(f"{address}/edit").text]
        editor.post(f"{address}/decline", data={"reason": yours[:400]})
        return [*shown, editor.get(address).text]

    harmless = pages("Two lines.\n", "Other lines.\n")
    for number in range(0, len(texts) - 1, 6):
        plain = [text.replace("```", "'''") for text in texts[number : number + 2]]
        for page, other in zip(pages(*plain), harmless, strict=True):
            assert live(page, other) == []


def test_no_attack_survives_in_a_summary_or_a_name(app: TestClient, editor: TestClient, attacks: list[str]) -> None:
    slug, some = "broken", [" ".join(attack.split())[:200] for attack in attacks[::12]]
    history, changes = f"/wiki/{slug}/revisions", "/changes"
    ways = [changes, f"/wiki/{slug}", f"/wiki/{slug}?blame=1"]
    for _ in range(50):
        store(app, "Harmless.", "harmless", "nobody", slug)
    harmless = {way: editor.get(way).text for way in [history, *ways]}
    for at in range(0, len(some), 50):
        for attack in some[at : at + 50]:
            number = store(app, f"Text by {attack[:80]}", attack, attack[:80], slug)
        for way in ways:
            assert live(editor.get(way).text, harmless[way]) == [], way
        told = unescape(re.sub("<[^>]+>", "", editor.get(changes).text))
        assert [attack for attack in some[at : at + 50] if attack not in told] == []
        for before in range(number + 1, number - len(some[at : at + 50]), -10):
            assert live(editor.get(f"{history}?before={before}").text, harmless[history]) == []
        feed = ElementTree.fromstring(editor.get(f"/wiki/{slug}/changes.atom").content)
        assert {element.tag.partition("}")[2] for element in feed.iter()} == {
            "feed", "title", "id", "updated", "link", "generator", "entry", "published", "author", "name", "summary",
        }  # fmt: skip


def test_no_attack_survives_in_a_discussion(app: TestClient, editor: TestClient, attacks: list[str]) -> None:
    leaf = answer_to(rooms_of(app).question("again"))

    def pages(some: list[str]) -> list[str]:
        with rooms_of(app).database.write() as connection:
            one = some[0]
            thread = discussion.start(
                connection, leaf, revision=1, quote=one[:500], title=one[:120], text=one, learner=new_id(),
                name=one[:80], now=now(),
            )  # fmt: skip
            for attack in some[1:]:
                discussion.reply(connection, thread, attack, new_id(), attack[:80], now())
        address = "/wiki/again/discussion"
        return [editor.get(f"{address}/{thread.id}").text, editor.get(address).text]

    harmless = pages(["harmless"] * 50)
    for at in range(0, len(attacks), 450):
        for page, other in zip(pages(attacks[at : at + 50]), harmless, strict=True):
            assert live(page, other) == []


@pytest.mark.parametrize("where", ["/changes?by={}", "/changes?page={}", "/wiki/again?said={}", "/changes?before={}"])
def test_no_attack_survives_in_an_address(editor: TestClient, attacks: list[str], where: str) -> None:
    harmless = editor.get(where.format("x")).text
    for attack in attacks[::300]:
        address, _, name = where.partition("?")
        page = editor.get(address, params={name.partition("=")[0]: attack[:500]})
        assert page.status_code < 500 and live(page.text, harmless) == []


def test_an_account_whose_name_is_an_attack_shows_it_as_a_name(app: TestClient) -> None:
    name = "<img src=x onerror=alert(1)>"
    eve = shown_to(signed_in(app, name), "doubling")
    page = eve.get(WIKI).text
    assert name not in page and unescape(page).count(name) >= 1
    with rooms_of(app).database.read() as connection:
        assert accounts.named(connection, name) is not None


@pytest.mark.parametrize("field_", ["text", "summary", "base", "do", "key"])
def test_no_text_is_too_strange_for_the_form(editor: TestClient, shared: Path, field_: str) -> None:
    strings = json.loads((shared / "data/security/strings/blns.json").read_text(encoding="utf-8"))
    key = field(editor.get("/wiki/again/edit").text, "key")
    for string in strings[::25]:
        form = {"text": "x", "summary": "", "base": "1", "do": "preview", "key": key} | {field_: string}
        assert editor.post("/wiki/again/edit", data=form).status_code < 500
