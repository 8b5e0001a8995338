"""The pages of answers as people without JavaScript walk through them: reading, improving, and what comes of it."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.sandbox.pool import Pool
from app.store.accounts import Role
from tests.client import FORM, PAGE, RIGHT, browser, site
from tests.wiki_browsers import LOOP, MENDED, SEED, WIKI, field, send, shown_to, signed_in, store, text_in


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[TestClient]:
    with site(tmp_path_factory.mktemp("wiki"), pool) as made:
        yield made


@pytest.fixture
def ann(app: TestClient) -> TestClient:
    return shown_to(signed_in(app, "Ann"))


@pytest.fixture
def bob(app: TestClient) -> TestClient:
    return shown_to(signed_in(app, "Bob"))


@pytest.fixture
def editor(app: TestClient) -> TestClient:
    return signed_in(app, "Edith", Role.EDITOR)


@pytest.fixture
def stranger(app: TestClient) -> TestClient:
    return shown_to(browser(app))


# Reading


def test_an_answer_and_all_that_shows_it_is_covered_until_its_reader_wants_it(app: TestClient) -> None:
    for way in ("", "/edit", "/revisions", "/revisions/1", "/diff?from=1&to=1", "/discussion", "/restore?revision=1"):
        client = browser(app)
        page = client.get(WIKI + way).text
        assert "Show me the answer now" in page and "2 * x" not in page
        opened = client.post(f"{WIKI}/reveal", data={"then": field(page, "then")})
        assert str(opened.url).endswith(WIKI + way) and "Show me the answer" not in opened.text


def test_what_was_uncovered_once_stays_so(stranger: TestClient) -> None:
    assert "Like this:" in stranger.get(WIKI).text


def test_whoever_has_answered_every_part_sees_the_answer(app: TestClient) -> None:
    client = browser(app)
    client.post(FORM, data={"answer": RIGHT})
    assert "Show me the answer now" in client.get(WIKI).text
    client.post(f"{PAGE}/parts/explain", data={"answer": "Each item is doubled."})
    assert "Like this:" in client.get(WIKI).text


def test_an_editor_sees_every_answer(editor: TestClient) -> None:
    assert "Like this:" in editor.get(WIKI).text


def test_the_cover_leads_nowhere_else(app: TestClient) -> None:
    for then in ("https://example.org/", "//example.org/wiki/doubling", "/wiki/x\r\nA: b", "/me", ""):
        sent = browser(app).post(f"{WIKI}/reveal", data={"then": then}, follow_redirects=False)
        assert sent.headers["location"] == WIKI, then


def test_the_current_answer_stands_under_its_question(ann: TestClient) -> None:
    send(ann, SEED + "\nA new last sentence.\n")
    page = ann.get(PAGE).text
    assert "A new last sentence." in page and "Improve this answer" in page and "revision 2" in page


def test_code_that_ran_says_with_which_torch_and_when(ann: TestClient) -> None:
    send(ann, MENDED)
    assert re.search(r'<div class="tested passed">Tested on torch [\d.]+, \d+ \w+ \d{4}</div>', ann.get(WIKI).text)


def test_a_revision_has_an_address_that_says_that_it_is_not_current(ann: TestClient) -> None:
    send(ann, SEED + "\nMore.\n")
    old, new = ann.get(f"{WIKI}/revisions/1").text, ann.get(f"{WIKI}/revisions/2").text
    assert "This is revision 1, not the current one." in old and "More." not in old
    assert "not the current one" not in new and "More." in new


def test_blame_says_beside_each_paragraph_which_revision_it_is_from(ann: TestClient) -> None:
    send(ann, SEED + "\nAdded by Ann.\n")
    page = ann.get(f"{WIKI}?blame=1").text
    one, two = (passage.split("</section>")[0] for passage in page.split('<div class="row passage">')[1:])
    assert f'href="{WIKI}/revisions/1"' in one and "the question file" in one and "Like this:" in one
    assert f'href="{WIKI}/revisions/2"' in two and " Ann, " in two and "Added by Ann." in two


def test_a_revision_that_there_is_not_is_told(ann: TestClient) -> None:
    for number in ("0", "2", "999999999", "99999999999999999999", "x"):
        for way in ("revisions/{}", "restore?revision={}", "edit?base={}", "discussion/new?revision={}"):
            told = ann.get(f"{WIKI}/{way.format(number)}").status_code
            assert told in (404, 422) or "new" in way and number in ("0", "x", "99999999999999999999"), (way, number)


def test_contributors_are_named_with_what_they_did(ann: TestClient, bob: TestClient) -> None:
    send(ann, SEED + "\nOne.\n")
    send(ann, SEED + "\nTwo.\n")
    send(bob, SEED + "\nThree.\n")
    page = " ".join(re.sub("<[^>]+>", "", bob.get(WIKI).text).split())
    assert "Written by Ann (2 edits), Bob (1 edit)." in page


def test_thanks_count_once_a_person_and_not_for_oneself(ann: TestClient, bob: TestClient, stranger: TestClient) -> None:
    send(ann, SEED + "\nMore.\n")
    for client, status in ((bob, 200), (bob, 200), (ann, 422), (stranger, 401)):
        assert client.post(f"{WIKI}/revisions/2/thanks").status_code == status
    assert "1 reader has said thanks" in ann.get(WIKI).text


# Improving


def test_a_member_publishes_and_the_history_says_what_and_why(ann: TestClient) -> None:
    sent = send(ann, SEED + "\nMore.\n", "says more")
    assert sent.status_code == 303 and sent.headers["location"] == f"{WIKI}?said=published"
    page = ann.get(sent.headers["location"]).text
    assert "Published. Thank you." in page and "<p>More.</p>" in page
    history = ann.get(f"{WIKI}/revisions").text
    assert "says more" in history and "+7" in history and "Ann" in history


def test_the_form_holds_what_the_page_says_letter_by_letter(ann: TestClient) -> None:
    text = SEED + "\n</textarea><b>&amp; é \N{SNOWMAN}\t$x < y$  \n"
    send(ann, text)
    assert text_in(ann.get(f"{WIKI}/edit").text) == text


def test_a_preview_is_the_page_before_it_is_one(ann: TestClient) -> None:
    page = send(ann, "# Title\n\n$x^2$ **bold**", "why", do="preview")
    assert page.status_code == 200 and "<h3>Title</h3>" in page.text and "<math" in page.text
    assert text_in(page.text) == "# Title\n\n$x^2$ **bold**" and field(page.text, "base") == "1"
    fragment = ann.post(f"{WIKI}/preview", data={"text": "**bold** <script>"}).text
    assert fragment.strip() == '<div class="prose preview-text"><p><strong>bold</strong> &lt;script&gt;</p>\n</div>'


def draft_version(page: str) -> int:
    found = re.search(r'<draft-line [^>]*version="(\d+)"', page)
    assert found
    return int(found[1])


def test_code_that_fails_is_not_published_and_the_editor_sees_where(ann: TestClient) -> None:
    page = send(ann, LOOP)
    shown = unescape(re.sub("<[^>]+>", "", page.text))
    assert page.status_code == 422 and "Not published." in shown
    assert "NameError" in shown and "Line 6 of the text" in shown and "w = w + rate * (1 - w)" in shown
    assert text_in(page.text) == LOOP and "Suggest it anyway" in page.text
    assert "rate" not in ann.get(WIKI).text
    assert text_in(ann.get(f"{WIKI}/edit").text) == LOOP  # it is kept
    assert draft_version(page.text) == draft_version(ann.get(f"{WIKI}/edit").text)  # the form goes on from what is kept
    assert send(ann, MENDED).status_code == 303
    assert "rate" in ann.get(WIKI).text


def test_code_that_fails_can_be_suggested_and_whoever_decides_sees_that_it_fails(
    ann: TestClient, editor: TestClient
) -> None:
    sent = send(ann, LOOP, do="suggest")
    page = editor.get(sent.headers["location"]).text
    assert "NameError" in page and "Run the code and accept" in page
    refused = editor.post(sent.headers["location"].partition("?")[0] + "/accept")
    assert refused.status_code == 422 and text_in(refused.text) == LOOP


def test_two_people_at_different_places_are_both_in_the_result(ann: TestClient, bob: TestClient) -> None:
    base = field(bob.get(f"{WIKI}/edit").text, "base")
    send(ann, "Ann begins.\n\n" + SEED)
    sent = send(bob, SEED + "\nBob ends.\n", base=base)
    assert sent.headers["location"] == f"{WIKI}?said=merged"
    page = bob.get(WIKI).text
    assert "Ann begins." in page and "Bob ends." in page


def test_two_people_at_the_same_place_get_a_merge_to_finish(ann: TestClient, bob: TestClient) -> None:
    base = field(bob.get(f"{WIKI}/edit").text, "base")
    send(ann, SEED.replace("Like this:", "As Ann does it:"))
    page = send(bob, SEED.replace("Like this:", "As Bob does it:"), base=base)
    assert page.status_code == 409 and "Nothing is lost." in page.text
    merge = text_in(page.text)
    assert "As Ann does it:" in merge and "As Bob does it:" in merge and field(page.text, "base") == "2"
    unfinished = send(bob, merge, base=2)
    assert unfinished.status_code == 422 and "marks" in unfinished.text.lower()
    finished = send(bob, SEED.replace("Like this:", "As both do it:"), base=2)
    assert finished.status_code == 303 and "As both do it:" in bob.get(WIKI).text


def test_without_an_account_an_edit_waits_as_a_suggestion(stranger: TestClient) -> None:
    form = stranger.get(f"{WIKI}/edit").text
    assert "your edit will wait as a suggestion" in form and "Send as a suggestion" in form
    sent = send(stranger, SEED + "\nFrom a stranger.\n", do="suggest")
    assert sent.headers["location"].startswith("/wiki/suggestions/")
    assert "It waits for somebody who may publish." in stranger.get(sent.headers["location"]).text
    assert "From a stranger." not in stranger.get(WIKI).text


def test_a_form_that_is_sent_twice_is_stored_once(ann: TestClient) -> None:
    page = ann.get(f"{WIKI}/edit").text
    data = {"base": "1", "text": SEED + "\nOnce.\n", "summary": "", "do": "publish", "key": field(page, "key")}
    sent = [ann.post(f"{WIKI}/edit", data=data, follow_redirects=False) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert ann.get(f"{WIKI}/revisions/3").status_code == 404


def test_a_draft_is_kept_while_typing_and_put_away_when_asked(ann: TestClient) -> None:
    kept = ann.put(f"{WIKI}/draft?revision=1", json={"answer": "half a sen", "base": 0})
    assert kept.status_code == 204 and kept.headers["x-draft-version"] == "1"
    assert text_in(ann.get(f"{WIKI}/edit").text) == "half a sen"
    programs = {"Accept": "application/json"}
    other = ann.put(f"{WIKI}/draft?revision=1", json={"answer": "other", "base": 0}, headers=programs)
    assert other.status_code == 409 and other.json()["answer"] == "half a sen"
    send(shown_to(signed_in(ann, "Cid")), SEED + "\nMore.\n")
    assert "You have a draft already, made from revision 1" in ann.get(f"{WIKI}/edit?base=2").text
    page = ann.post(f"{WIKI}/edit/discard").text
    assert text_in(page) == SEED + "\nMore.\n"


def test_a_text_that_cannot_be_taken_comes_back_with_the_reason(ann: TestClient) -> None:
    for text, status, says in ((" \n", 422, "would be empty"), ("x" * 20_001, 413, "20,000"), ("a\0b", 422, "NUL")):
        page = send(ann, text, base=1)
        assert page.status_code == status and says in page.text
        assert text_in(page.text) == text


def test_a_damaged_form_is_told(ann: TestClient) -> None:
    for form in ({}, {"text": "x"}, {"text": "x", "base": "y"}, {"text": "x", "base": "-1"}):
        assert ann.post(f"{WIKI}/edit", data=form).status_code == 422


# Going back


def test_history_comes_in_slices(ann: TestClient) -> None:
    for number in range(20):
        store(ann, f"Text {number}.")
    page = ann.get(f"{WIKI}/revisions").text
    assert page.count('name="from"') == 14
    older = re.search(r'href="([^"]+\?before=\d+)"', page)
    assert older and "Revision 1<" in ann.get(older[1]).text


def test_a_difference_has_marks_signs_and_words(ann: TestClient) -> None:
    send(ann, SEED.replace("Like this", "Like that"))
    page = ann.get(f"{WIKI}/diff?from=1&to=2").text
    assert re.search(r"<ins><span class=.unseen.> added: </span>that<span", page)
    assert re.search(r"<del><span class=.unseen.> removed: </span>this<span", page)
    assert '<span class="at" aria-hidden="true">±</span>' in page


def test_a_difference_of_nothing_is_told(ann: TestClient) -> None:
    for query in ("from=1&to=99", "from=x&to=1", "from=1&to=", "from=&to=-1", "from=1&to=1e3"):
        assert ann.get(f"{WIKI}/diff?{query}").status_code == 404, query


def test_an_earlier_text_can_be_made_current_again_and_says_why(ann: TestClient) -> None:
    send(ann, "Something else.\n")
    form = ann.get(f"{WIKI}/restore?revision=1").text
    assert "Something else." in form and 'name="summary"' in form
    page = ann.post(f"{WIKI}/restore", data={"revision": "1", "summary": "it was better"}).text
    assert "Like this:" in page
    history = ann.get(f"{WIKI}/revisions").text
    assert "it was better" in history and "revision 1</a> again" in history


def test_an_editor_takes_a_change_back_in_one_click(ann: TestClient, editor: TestClient) -> None:
    send(ann, "Bad first line.\n\n" + SEED)
    send(ann, "Bad first line.\n\n" + SEED + "\nGood last line.\n")
    assert "Undo" not in ann.get(f"{WIKI}/revisions").text
    assert ann.post(f"{WIKI}/revisions/2/undo").status_code == 403
    page = editor.post(f"{WIKI}/revisions/2/undo").text
    assert "Bad first line." not in page and "Good last line." in page


# Suggestions


@pytest.fixture
def suggested(stranger: TestClient) -> str:
    sent = send(stranger, SEED + "\nFrom a stranger.\n", "adds a line", do="suggest")
    return str(sent.headers["location"].partition("?")[0])


def test_a_suggestion_waits_in_both_queues(suggested: str, stranger: TestClient) -> None:
    for queue in ("/wiki/suggestions", f"{WIKI}/suggestions", "/wiki/suggestions?mine=1"):
        page = stranger.get(queue).text
        assert suggested in page and "adds a line" in page
    assert "From a stranger." in stranger.get(suggested).text


def test_a_suggestion_is_accepted_in_its_authors_name(suggested: str, editor: TestClient) -> None:
    page = editor.post(f"{suggested}/accept").text
    assert "From a stranger." in page and "let in by Edith" in page
    assert suggested not in editor.get("/wiki/suggestions").text
    assert editor.post(f"{suggested}/accept").status_code == 409


def test_a_suggestion_is_accepted_with_changes(suggested: str, editor: TestClient) -> None:
    form = editor.get(f"{suggested}/edit").text
    text = text_in(form).replace("From a stranger.", "From a stranger, mended.")
    data = {"base": field(form, "base"), "text": text, "summary": "adds a line", "do": "publish"}
    page = editor.post(f"{suggested}/accept", data=data).text
    assert "From a stranger, mended." in page and "a visitor" in page


def test_a_suggestion_that_meets_another_change_is_finished_by_hand(
    stranger: TestClient, ann: TestClient, editor: TestClient
) -> None:
    sent = send(stranger, SEED.replace("Like this:", "As strangers do:"), do="suggest")
    address = sent.headers["location"].partition("?")[0]
    send(ann, SEED.replace("Like this:", "As Ann does:"))
    page = editor.post(f"{address}/accept")
    assert page.status_code == 409 and f'action="{address}/accept"' in page.text
    data = {"base": field(page.text, "base"), "text": SEED.replace("Like this:", "As all do:"), "do": "publish"}
    assert "As all do:" in editor.post(f"{address}/accept", data=data).text
    assert "Accepted by Edith" in editor.get(address).text


def test_a_suggestion_is_declined_with_a_reason_that_its_author_reads(
    suggested: str, stranger: TestClient, editor: TestClient
) -> None:
    assert editor.post(f"{suggested}/decline", data={"reason": " "}).status_code == 422
    editor.post(f"{suggested}/decline", data={"reason": "Said above already."})
    assert "Said above already." in stranger.get(suggested).text
    assert "Said above already." in stranger.get("/wiki/suggestions?mine=1").text


def test_a_suggestion_is_withdrawn_by_its_author_alone(suggested: str, stranger: TestClient, bob: TestClient) -> None:
    assert bob.post(f"{suggested}/withdraw").status_code == 404
    assert "Withdrawn" in stranger.post(f"{suggested}/withdraw").text


def test_a_member_does_not_decide(suggested: str, ann: TestClient, stranger: TestClient) -> None:
    for way in ("accept", "decline"):
        assert ann.post(f"{suggested}/{way}", data={"reason": "x"}).status_code == 403
        assert stranger.post(f"{suggested}/{way}", data={"reason": "x"}).status_code == 401
    assert ann.get(f"{suggested}/edit").status_code == 403
    assert stranger.get(f"{suggested}/edit", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_a_suggestion_that_there_is_not_is_told(editor: TestClient) -> None:
    for name in ("x", "0" * 32, "edit", "x" * 5000):
        assert editor.get(f"/wiki/suggestions/{name}").status_code in (404, 414)


def test_an_editor_says_who_may_publish_on_a_page(editor: TestClient, ann: TestClient, stranger: TestClient) -> None:
    assert ann.post(f"{WIKI}/policy", data={"policy": "everyone"}).status_code == 403
    editor.post(f"{WIKI}/policy", data={"policy": "everyone"})
    assert send(stranger, SEED + "\nOpen.\n").headers["location"] == f"{WIKI}?said=published"
    editor.post(f"{WIKI}/policy", data={"policy": "locked"})
    assert "said=suggested" in send(ann, SEED + "\nLocked.\n").headers["location"]
    assert editor.post(f"{WIKI}/policy", data={"policy": "nobody"}).status_code == 422
