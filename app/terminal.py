"""What the commands share: how one ends when it cannot do its work, and the progress bar, which is drawn on stderr
and only where a person sees it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Usage(Exception):
    """Wrong usage or something missing: the command ends with exit code 2, and str() is the one line it shows."""


@contextmanager
def progress(label: str, total: int | None = None, hidden: bool = False) -> Iterator[Callable[[], None]]:
    """Gives a function to call after each thing done. Without a total it only counts."""
    if hidden or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    # Not redirected: results go to stdout, whatever is drawn here.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
