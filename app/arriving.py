"""`selfgrad import questionnaire`: the text of a questionnaire becomes drafts of question files, one a question.

Nothing is written unless everything can be: no file that exists is touched.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from app.exchange.draft import Draft, drafts
from app.exchange.page import MAX_BYTES
from app.exchange.questionnaire import NoQuestionnaire, read
from app.report import as_json, harmless
from app.terminal import Usage

CHAPTER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMED = 5  # files that a message names before it only counts


def import_questionnaire(file: Path, to: Path, chapter: str | None, *, json_wanted: bool) -> int:
    """1 when there is no questionnaire in the file. Raises Usage."""
    if chapter is not None and not (CHAPTER.fullmatch(chapter) and len(chapter) <= 64):
        raise Usage(f"--chapter {chapter!r} must be lower-case words joined by dashes, such as chapter-5")
    try:
        found = read(_bytes(file))
    except NoQuestionnaire as error:
        print(f"selfgrad: {harmless(str(file))}: {error}. Nothing was written.", file=sys.stderr)
        return 1
    made = drafts(found, harmless(file.name))
    folder = to / chapter if chapter else to
    _write(folder, made)
    _show(folder, made, json_wanted=json_wanted)
    for told in found.told:
        print(f"{told[0].upper()}{told[1:]}.", file=sys.stderr)
    print(
        f"{len(made)} drafts are in {harmless(str(folder))}. Each place to be looked at is marked LOOK; "
        "`selfgrad check` tells what is missing.",
        file=sys.stderr,
    )
    return 0


def _bytes(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise Usage(f"There is no file {str(file)!r}: give the saved text of a questionnaire.")
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Usage(f"{str(file)!r} cannot be read ({error.strerror}).") from None


def _write(folder: Path, made: Sequence[Draft]) -> None:
    """All of them or none. Raises Usage."""
    there = [draft.name for draft in made if (folder / draft.name).exists() or (folder / draft.name).is_symlink()]
    if there:
        more = f" and {len(there) - NAMED} more" if len(there) > NAMED else ""
        raise Usage(
            f"{str(folder)!r} holds {', '.join(there[:NAMED])}{more} already: nothing was written; give another folder"
        )
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for draft in made:
            path = folder / draft.name
            with path.open("x", encoding="utf-8", newline="\n") as opened:
                written.append(path)
                opened.write(draft.text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise Usage(f"{str(folder)!r} cannot be written ({error.strerror}): nothing was.") from None


def _show(folder: Path, made: Sequence[Draft], *, json_wanted: bool) -> None:
    if json_wanted:
        rows = [
            {
                "file": str(folder / draft.name),
                "number": draft.number,
                "id": draft.id,
                "kind": draft.kind,
                "line": draft.line,
                "look": [{"line": line, "says": says} for line, says in draft.looks],
            }
            for draft in made
        ]
        print(as_json(rows))
        return
    for draft in made:
        print(harmless(f"{folder / draft.name}  {draft.kind}, {len(draft.looks)} places to look at"))
