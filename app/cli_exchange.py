"""The commands of arriving and leaving: `selfgrad import …` and `selfgrad export …`."""

from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings

bring = typer.Typer(help="Bring questions from elsewhere, and the wiki’s answers back.", rich_markup_mode=None)
export = typer.Typer(help="Take grades, questions and the wiki’s answers along.", rich_markup_mode=None)

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


@export.command("questions")
def export_questions(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for the files, a folder a chapter.")],
    questions: QuestionsOption = None,
) -> None:
    """Write every question as a YAML file that reads back as the same question."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import leaving

    leaving.export_questions(settings, folder)


@export.command("moodle")
def export_moodle(to: ToOption = None, questions: QuestionsOption = None) -> None:
    """Moodle XML: choices, numbers, predictions, and essays with their key points."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import leaving

    leaving.export_items(settings, "moodle", to)


@export.command("gift")
def export_gift(to: ToOption = None, questions: QuestionsOption = None) -> None:
    """The same as GIFT, which more programs read."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import leaving

    leaving.export_items(settings, "gift", to)


@export.command("anki")
def export_anki(to: ToOption = None, questions: QuestionsOption = None) -> None:
    """Cards for Anki: the question in front, its answer on the back."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app import leaving

    leaving.export_anki(settings, to)


@export.command("grades")
def export_grades(
    form: Annotated[str, typer.Option("--format", metavar="long|wide|canvas|xapi", help="Which form.")] = "long",
    to: ToOption = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="URL", help="Where the questionnaire is, for xapi.")
    ] = None,
    course: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="Only of this class: its title or its code.")
    ] = None,
    questions: QuestionsOption = None,
    database: Annotated[str | None, typer.Option(metavar="URL", help="sqlite:///FILE or postgresql://…")] = None,
) -> None:
    """Everybody's grades: one line an attempt, a gradebook, one for Canvas, or xAPI statements."""
    settings = Settings.read(questions=questions, database_url=database, secret_key=NO_SECRET)
    from app import leaving

    leaving.export_grades(settings, form, to, site, course)
