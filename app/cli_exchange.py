"""The commands of arriving and leaving: `selfgrad import …` and `selfgrad export …`."""

from pathlib import Path
from typing import Annotated

import typer

bring = typer.Typer(help="Bring questions from elsewhere.", rich_markup_mode=None)
export = typer.Typer(help="Take grades and questions along.", rich_markup_mode=None)

NO_SECRET = "commands that sign nothing make no key"
QuestionsOption = Annotated[
    Path | None, typer.Option("--questions", metavar="DIR", help="A folder of question files instead of the built-in.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ToOption = Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write to this new file, not to stdout.")]


@bring.command("questionnaire")
def import_questionnaire(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Markdown, plain text, or a saved page.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the drafts are written.")],
    chapter: Annotated[
        str | None, typer.Option("--chapter", metavar="NAME", help="A folder in DIR for this chapter.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Make a draft of a question file of each question in the text of a questionnaire, as a forum holds it."""
    from app import arriving

    return arriving.import_questionnaire(file, to, chapter, json_wanted=as_json)
