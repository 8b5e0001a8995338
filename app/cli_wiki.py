"""The commands that carry the wiki's answers out and in: `selfgrad export wiki` and `selfgrad import wiki`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli_exchange import NO_SECRET, JsonOption, QuestionsOption, bring, export
from app.settings import Settings


@export.command("wiki")
def export_wiki(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE|DIR", help="A folder, or a .zip file, of files to edit.")
    ] = None,
    questions: QuestionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write all answers of the wiki as Markdown with their revision numbers; without --to as one text to read."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import carrying

    carrying.export_wiki(settings, to, json_wanted=as_json)


@bring.command("wiki")
def import_wiki(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a .zip file or one .md file of an export.")],
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="The account that it is done by.")] = None,
    summary: Annotated[str, typer.Option(help="What the histories say of it.")] = "Imported from a file",
    questions: QuestionsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Publish what was changed in exported answers, once its code has run. Exit 1 if a page was not taken."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import carrying

    return carrying.import_wiki(settings, path, name, summary, json_wanted=as_json)
