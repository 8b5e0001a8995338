"""`selfgrad export wiki` and `selfgrad import wiki`: the wiki's answers as Markdown files, and back again.

An exported file says which revision it holds. What was changed in it is published like an edit of that revision: merged
with what others have published since, its code run in the jail, appended as a new revision. Where two changes are
in each other's way, or code fails, nothing is published and the file is named with the reason. A file from another
installation is taken where nobody has edited the page here yet. Who may edit pages is not asked: whoever can run this
has the database.
"""

import json
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from app.bank.bank import Bank
from app.bank.question import Question
from app.grading.examination import Examination
from app.grading.fences import examine
from app.marking import Lanes
from app.report import harmless
from app.sandbox.job import Runner
from app.settings import Settings
from app.shelf import served_bank
from app.store import accounts, revisions, schema
from app.store.db import CannotRead, CannotSave, Connection, Database, Unusable
from app.store.revisions import Kind, New, Revision, answer_to
from app.terminal import Usage, progress
from app.wiki.blame import next_blame
from app.wiki.markup import MAX_TEXT
from app.wiki.merge import merge, unfinished
from app.wiki.page_file import LINE_END, NotAPage, PageFile, digest_of, read_page, same, write_page

FILE_BYTES = 256 * 1024
FILES = 10_000
TRIES = 5  # when somebody else publishes at the same moment
SUMMARY = 200
IMPORT = "import"  # whose changes these are, where no account is named


class End(StrEnum):
    SAVED = "saved"
    MERGED = "merged"  # with what others had published since
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Result:
    """What became of one file; `revision` is the newest of its page now."""

    file: str
    question: str | None
    end: End
    revision: int | None = None
    says: str = ""
    line: int | None = None  # of the file

    @property
    def taken(self) -> bool:
        return self.end not in (End.CONFLICT, End.REFUSED)


def export_wiki(settings: Settings, to: Path | None, *, json_wanted: bool) -> None:
    """Raises Usage."""
    bank = served_bank(settings)
    with _opened(settings) as database, database.read() as connection:
        found = [(question, revisions.current(connection, answer_to(question))) for question in bank.questions]
    pages = {f"{question.number:02}-{question.id}.md": _page_file(question, head) for question, head in found}
    if to is None or to.suffix == ".md":
        _show(pages, "\n\n".join(_readable(*one) for one in found), to, json_wanted)
        return
    try:
        _write(to, {name: write_page(page).encode("utf-8", "surrogatepass") for name, page in pages.items()})
    except OSError as error:
        raise Usage(f"{to} cannot be written ({error.strerror or error}).") from error
    if json_wanted:
        rows = [{"file": name, "question": page.question, "revision": page.revision} for name, page in pages.items()]
        print(json.dumps(rows))
    else:
        print(f"{to} holds {len(pages)} pages")


def _page_file(question: Question, head: Revision) -> PageFile:
    date = "" if head.created is None else head.created.isoformat()
    return PageFile(question.id, head.number, head.text, date, head.name)


def _readable(question: Question, head: Revision) -> str:
    day = "" if head.created is None else f", {head.created.day} {head.created:%B %Y}"
    title = f"# {question.number}. {question.title}\n\n*Revision {head.number}{day}, by {head.name}.*"
    return f"{title}\n\n{head.text.rstrip()}\n"


def _show(pages: dict[str, PageFile], text: str, to: Path | None, json_wanted: bool) -> None:
    if json_wanted:
        keys = ("question", "revision", "date", "author", "text")
        text = json.dumps([{key: getattr(page, key) for key in keys} for page in pages.values()]) + "\n"
    if to is None:
        print(text, end="")
        return
    try:
        to.write_text(text, encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise Usage(f"{to} cannot be written ({error.strerror}).") from error


def _write(to: Path, files: dict[str, bytes]) -> None:
    if to.suffix != ".zip":
        to.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (to / name).write_bytes(data)
        return
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            undated = zipfile.ZipInfo(name)  # the same pages make the same file
            archive.writestr(undated, data, zipfile.ZIP_DEFLATED)


def import_wiki(settings: Settings, path: Path, name: str | None, summary: str, *, json_wanted: bool) -> int:
    """0 when every file was taken or had nothing new, else 1. Raises Usage, and Unavailable where there is no jail."""
    if not summary.strip() or len(summary) > SUMMARY:
        raise Usage(f"--summary takes 1 to {SUMMARY} characters.")
    files = list(_files(path))
    bank = served_bank(settings)
    results: list[Result] = []
    with _opened(settings) as database, closing(Lanes(settings.lanes)) as lanes:
        with database.read() as connection:
            account = accounts.named(connection, name) if name else None
        if name and account is None:
            raise Usage(f"There is no account “{name}”; `selfgrad user list` shows them.")
        learner, author = (account.learner, account.name) if account else (None, IMPORT)
        desk = _Desk(bank, database, lanes.run, learner, author, summary.strip(), lambda: datetime.now(UTC))
        try:
            with progress("importing", total=len(files)) as done:
                for file, data in files:
                    results.append(desk.take(file, data))
                    done()
        finally:
            _tell(results, json_wanted)
    return 0 if all(result.taken for result in results) else 1


def _tell(results: Sequence[Result], json_wanted: bool) -> None:
    if json_wanted:
        print(json.dumps([vars(result) | {"end": result.end.value} for result in results]))
        return
    for result in results:
        if result.end in (End.SAVED, End.MERGED):
            print(f"{harmless(result.question or '')}: revision {result.revision} ({result.end.value})")
        elif not result.taken:
            place = f"{result.file}:{result.line}" if result.line else result.file
            print(harmless(f"{place}: {result.end.value}: {result.says}"))
    unchanged = sum(result.end is End.UNCHANGED for result in results)
    refused = sum(not result.taken for result in results)
    taken = len(results) - unchanged - refused
    print(f"{taken} published, {unchanged} unchanged, {refused} not taken.", file=sys.stderr)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each with its name as the reader knows it. Raises Usage."""
    try:
        if path.suffix == ".zip" and path.is_file():
            with zipfile.ZipFile(path) as archive:
                members = [one for one in archive.infolist() if one.filename.endswith(".md")]
                _demand_some(len(members), path)
                for one in members:
                    with archive.open(one) as member:
                        yield one.filename, member.read(FILE_BYTES + 1)
            return
        found = sorted(path.rglob("*.md")) if path.is_dir() else [path]
        _demand_some(len(found), path)
        for file in found:
            with file.open("rb") as opened:
                yield str(file), opened.read(FILE_BYTES + 1)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Usage(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from error


def _demand_some(count: int, path: Path) -> None:
    if not count:
        raise Usage(f"{path} holds no .md file: give what `selfgrad export wiki --to DIR` has written.")
    if count > FILES:
        raise Usage(f"{path} holds more than {FILES:,} files.")


class _Refused(Exception):
    def __init__(self, says: str, line: int | None = None, end: End = End.REFUSED) -> None:
        super().__init__(says)
        self.line = line
        self.end = end


@dataclass(frozen=True)
class _Desk:
    """Where files are taken in, one after another."""

    bank: Bank
    database: Database
    run: Runner
    learner: str | None
    author: str
    summary: str
    now: Callable[[], datetime]

    def take(self, file: str, data: bytes) -> Result:
        """Raises Usage (of the database) and Unavailable."""
        question: Question | None = None
        try:
            page = _read(data)
            question = self.bank.get(page.question)
            if question is None:
                raise _Refused(f"there is no question “{page.question}”", 1)
            for _ in range(TRIES):
                try:
                    end, number = self._publish(question, page)
                    return Result(file, question.id, end, number)
                except revisions.Conflict:
                    continue
            raise _Refused("this page is being changed all the time; try again", end=End.CONFLICT)
        except _Refused as refused:
            return Result(file, question.id if question else None, refused.end, says=str(refused), line=refused.line)

    def _publish(self, question: Question, page: PageFile) -> tuple[End, int]:
        """Raises _Refused, and Conflict when somebody was faster."""
        leaf = answer_to(question)
        with self.database.read() as connection:
            head = revisions.current(connection, leaf)
            base = _base(connection, leaf, page)
            begun = revisions.page(connection, leaf).begun
        if same(head.text, page.text) or (base is not None and same(base.text, page.text)) or _untouched(page):
            return End.UNCHANGED, head.number
        if base is None and begun:
            raise _Refused(
                f"it was made from a revision {page.revision} that this page does not have, and the page has been "
                "edited here too: export it again, and put your change into the new file", end=End.CONFLICT,
            )  # fmt: skip
        text = page.text.rstrip("\n") + "\n"
        end = End.SAVED
        if base is not None and base.number != head.number:
            text, end = _merged(base, text, head), End.MERGED
            if same(text, head.text):
                return End.UNCHANGED, head.number
        examination = self._examined(question, page, text)
        now = self.now()
        tested = examination.tested(now.date()) if examination.blocks else None
        new = New(
            after=head.number, base=head.number if base is None else base.number, text=text, summary=self.summary,
            learner=self.learner, name=self.author, created=now, kind=Kind.IMPORT, tested=tested,
            blame=next_blame(head.text, head.blame, text, head.number + 1),
        )  # fmt: skip
        with self.database.write() as connection:
            return end, revisions.append(connection, leaf, new).number

    def _examined(self, question: Question, page: PageFile, text: str) -> Examination:
        if not text.strip():
            raise _Refused("the page is blank", page.first)
        if len(text) > MAX_TEXT:
            raise _Refused(f"the page has {len(text):,} characters, and may have {MAX_TEXT:,}", page.first)
        marks = unfinished(text)
        own = text.rstrip() == page.text.rstrip()  # not merged: its lines are the file's
        above = page.first - 1 if own else 0
        if marks:
            raise _Refused("a merge was not finished here", marks[0] + above if own else None)
        found = examine(question, "\n" * above + text, self.run)
        failed = found.failed
        if failed is not None:
            where = "" if own else "in the text merged with what others published, "
            raise _Refused(f"its code fails: {where}{failed.says}", failed.at if own else None)
        return found


def _read(data: bytes) -> PageFile:
    if len(data) > FILE_BYTES:
        raise _Refused(f"the file is larger than {FILE_BYTES // 1024} KiB")
    try:
        return read_page(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _Refused("this is not UTF-8; save the file with that encoding") from None
    except NotAPage as error:
        raise _Refused(str(error), error.line) from None


def _base(connection: Connection, leaf: revisions.Leaf, page: PageFile) -> Revision | None:
    """The revision that the file was made from, if this page has it."""
    try:
        found = revisions.one(connection, leaf, page.revision)
    except revisions.NoRevision:
        return None
    return found if page.digest in ("", digest_of(found.text)) else None


def _untouched(page: PageFile) -> bool:
    """It came with a question file, and nobody has changed it."""
    return not page.date and page.revision == 1 and page.digest == digest_of(page.text)


def _merged(base: Revision, yours: str, head: Revision) -> str:
    before, theirs = (LINE_END.sub("\n", one.text).rstrip("\n") + "\n" for one in (base, head))
    merged = merge(before, yours, theirs)
    if not merged.clean:
        raise _Refused(
            f"others have changed the same place since revision {base.number} (now it is {head.number}): export it "
            "again, and put your change into the new file", end=End.CONFLICT,
        )  # fmt: skip
    return merged.text


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """Raises Usage, also for what goes wrong inside."""
    try:
        database = Database(settings.database_url)
        try:
            schema.migrate(database.engine)
            yield database
        finally:
            database.close()
    except (Unusable, CannotRead, CannotSave) as error:
        raise Usage(str(error)) from error
