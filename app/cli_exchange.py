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
