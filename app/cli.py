"""The command line: `selfgrad …`, the same as `python -m app …`.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the thing that was checked is not good, 2 wrong
usage or something missing, told in one line that says what to do. A command reads what it is given and hands it on:
`grade` works in `marking`, `check` in `checking`, `serve` in `serving`, `train` and `data` in `training`, `backup` and
`restore` in `keeping`, `user` in `people`, `regrade` in `regrading`. What those need is imported only by the command
that needs it, so that `--help` is there at once.
"""

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app import (
    cli_wiki,  # noqa: F401  (it adds its commands to those of cli_exchange)
    people,
)
from app.bank.fault import BankError
from app.cli_exchange import bring, export
from app.sandbox.job import Unavailable
from app.settings import NO_SECRET, Settings, SettingsError
from app.terminal import Usage

app = typer.Typer(
    name="selfgrad",
    help="A questionnaire that grades itself.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench = typer.Typer(help="The benchmarks: ratios between things measured in turns.", rich_markup_mode=None)
app.add_typer(bench, name="bench")
data = typer.Typer(help="The pictures that the training learns from.", rich_markup_mode=None)
app.add_typer(data, name="data")
app.add_typer(people.user, name="user")
app.add_typer(export, name="export")
app.add_typer(bring, name="import")

INTERRUPTED = 130  # what a shell reports after Ctrl-C
DISK = {errno.ENOSPC, errno.EFBIG, errno.EIO}  # a full disk, and what looks like one

QuestionsOption = Annotated[
    Path | None, typer.Option("--questions", metavar="DIR", help="A folder of question files instead of the built-in.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataOption = Annotated[
    str, typer.Option("--data", metavar="auto|PATH|synthetic", help="Which pictures; a PATH is a folder or a .tgz.")
]
DeviceOption = Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda", help="Where to compute.")]


@app.command("serve")
def serve_app(
    host: Annotated[str | None, typer.Option(help="The address to listen at [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="The port [8000]; 0 takes a free one.")] = None,
    questions: QuestionsOption = None,
    database: Annotated[str | None, typer.Option(metavar="URL", help="sqlite:///FILE or postgresql://…")] = None,
) -> None:
    """Serve the questionnaire until Ctrl-C."""
    settings = Settings.read(host=host, port=port, questions=questions, database_url=database)
    from app.serving import serve

    serve(settings)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files or folders.")] = None,
    questions: QuestionsOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a question file.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Read and prove questions: solutions pass, wrong answers fail, snippets run. Exit 1 if anything is at fault."""
    if schema:
        from app.bank.schema import schema_text

        print(schema_text(), end="")
        return 0
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app.checking import check_paths, short

    return check_paths(paths or [short(settings.questions)], settings.lanes, json_wanted=as_json)


@app.command()
def grade(
    target: Annotated[str | None, typer.Argument(metavar="QUESTION/PART", help="For example zip-pairs/write.")] = None,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="The answer; - reads it from stdin.")] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="FILE", help="Grade a file of JSON lines instead; - reads them from stdin.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Draw the same inputs as a grade before.")] = None,
    questions: QuestionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grade one answer, or a batch of them, exactly as the web app does."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app.marking import grade_lines, grade_one

    if batch is not None:
        if target is not None:
            raise Usage("--batch takes its questions from the file: leave QUESTION/PART and FILE out.")
        grade_lines(settings, batch, seed)
    elif target is None or file is None:
        raise Usage("Say what to grade: selfgrad grade QUESTION/PART FILE, or selfgrad grade --batch FILE.")
    else:
        grade_one(settings, target, file, seed, json_wanted=as_json)


@app.command()
def train(
    model: Annotated[str, typer.Option(metavar="linear|net", help="784-1, or 784-30-1.")] = "linear",
    preset: Annotated[str, typer.Option(metavar="book|better", help="As the chapter does it, or better.")] = "book",
    epochs: Annotated[int | None, typer.Option(help="How often to see all pictures.")] = None,
    lr: Annotated[float | None, typer.Option(help="The learning rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures in a batch.")] = None,
    seed: Annotated[int | None, typer.Option(help="For the first weights and the order.")] = None,
    shuffle: Annotated[bool | None, typer.Option("--shuffle/--no-shuffle", help="A new order each epoch?")] = None,
    loss: Annotated[str | None, typer.Option(metavar="book|bce|accuracy", help="What is made small.")] = None,
    start: Annotated[str | None, typer.Option(metavar="normal|torch|zeros", help="The weights at first.")] = None,
    forget_zero: Annotated[
        bool | None, typer.Option("--forget-zero", help="Never set the gradients to zero: they add up.")
    ] = None,
    device: DeviceOption = "auto",
    data: DataOption = "auto",
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a plain PyTorch script with the same numbers.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model to tell a 3 from a 7, here in the terminal."""
    said = {"model": model, "preset": preset, "epochs": epochs, "lr": lr, "batch_size": batch_size, "seed": seed}
    said |= {"shuffle": shuffle, "loss": loss, "start": start, "forget_zero": forget_zero, "device": device}
    settings = Settings.read(secret_key=NO_SECRET)
    from app.training import train_here

    train_here(settings, said, data, export, json_wanted=as_json)


FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The copy.")]


@app.command()
def regrade(
    target: Annotated[str, typer.Argument(metavar="QUESTION[/PART]", help="For example zip-pairs/write.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change.")] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="What is told to whoever it concerns.")] = None,
    questions: QuestionsOption = None,
    database: Annotated[str | None, typer.Option(metavar="URL", help="sqlite:///FILE or postgresql://…")] = None,
    as_json: JsonOption = False,
) -> None:
    """Grade all attempts again by the question and the grader of today, on all lanes; old verdicts are kept."""
    settings = Settings.read(questions=questions, database_url=database, secret_key=NO_SECRET)
    from app.regrading import regrade as grade_again

    grade_again(settings, target, reason, dry_run=dry_run, json_wanted=as_json)


@app.command()
def backup(file: FileArgument, as_json: JsonOption = False) -> None:
    """Write a consistent copy of the database, while the app runs."""
    settings = Settings.read(secret_key=NO_SECRET)
    from app.keeping import back_up

    back_up(settings, file, json_wanted=as_json)


@app.command()
def restore(file: FileArgument, as_json: JsonOption = False) -> None:
    """Put a copy in the database's place; what was there before is kept beside it."""
    settings = Settings.read(secret_key=NO_SECRET)
    from app.keeping import restore

    restore(settings, file, json_wanted=as_json)


@data.command("fetch")
def data_fetch(
    url: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Another place that has the archive.")
    ] = None,
) -> int:
    """Download MNIST_SAMPLE (3.2 MB) and check it. Exit 1 if what came is something else."""
    settings = Settings.read(secret_key=NO_SECRET)
    from app.training import fetch_data

    return fetch_data(settings, url)


@data.command("info")
def data_info(data: DataOption = "auto", as_json: JsonOption = False) -> None:
    """Say which pictures would be used, and where they come from."""
    settings = Settings.read(secret_key=NO_SECRET)
    from app import training

    training.data_info(settings, data, json_wanted=as_json)


@bench.command("grade")
def bench_grade(questions: QuestionsOption = None, as_json: JsonOption = False) -> None:
    """How long a grade takes, beside a cold start of torch and the machine's own floor."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app.bench import grade_bench

    grade_bench(settings, as_json=as_json)


@bench.command("pages")
def bench_pages(questions: QuestionsOption = None, as_json: JsonOption = False) -> None:
    """What a page costs on a young site, beside one with a million attempts and ten thousand revisions."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app.bench_pages import pages_bench

    pages_bench(settings, as_json=as_json)


@bench.command("train")
def bench_train(data: DataOption = "auto", device: DeviceOption = "cpu", as_json: JsonOption = False) -> None:
    """How long an epoch takes in many ways, beside the machine's own limits."""
    settings = Settings.read(secret_key=NO_SECRET)
    from app.bench_train import train_bench

    train_bench(settings, data, device, as_json=as_json)


@bench.command("prose")
def bench_prose(
    asag: Annotated[
        Path | None, typer.Option(metavar="ZIP", help="Also judge SciEntsBank's graded answers, from this archive.")
    ] = None,
    fit: Annotated[bool, typer.Option("--fit", help="Train, and write the weights that the program uses.")] = False,
    questions: QuestionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often the suggestions on prose answers are right, each question by a model that has not seen it.

    A second table is about answers that others wrote and nothing was fitted to."""
    settings = Settings.read(questions=questions, secret_key=NO_SECRET)
    from app.bench_prose import prose_bench

    prose_bench(settings, asag, fit_wanted=fit, as_json=as_json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but a fault of our own leaves a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character shows its number
    try:
        code = app(arguments, prog_name="selfgrad", standalone_mode=False)
        sys.stdout.flush()
        return code or 0
    except (typer.TyperException, Usage, SettingsError, BankError, Unavailable) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        hint = ". See selfgrad --help." if isinstance(error, typer.TyperException) else "."
        print(f"selfgrad: {' '.join(message.split()).rstrip('.')}{hint}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the reader had enough, as in `selfgrad check | head`; typer exits by itself
        _let_stdout_go()
        return 0
    except OSError as error:
        if error.errno not in DISK:
            raise
        _let_stdout_go()
        print(f"selfgrad: {error.strerror}: the result could not be written.", file=sys.stderr)
        return 2


def _let_stdout_go() -> None:
    """What is still to be written goes nowhere, so that the end of the program does not stumble over it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
