"""`selfgrad check`: reads question files and proves them on all lanes; faults to stdout, one a line, in file order."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.bank.fault import FileFault, in_order
from app.bank.load import Source, read_paths
from app.grading.proof import prove
from app.report import as_json, harmless
from app.sandbox.pool import Pool
from app.terminal import progress


def check_paths(paths: Sequence[Path], lanes: int, *, json_wanted: bool) -> int:
    """0 when nothing is at fault, else 1. Raises BankError, and Unavailable after the faults that need no run."""
    reading = read_paths(paths)
    faults = list(reading.faults)
    try:
        faults += _proved(reading.sources, lanes)
    finally:
        _show(in_order(faults), json_wanted=json_wanted)
    found = "no fault"
    if faults:
        found = f"{_count(len(faults), 'fault')} in {_count(len({fault.path for fault in faults}), 'file')}"
    at_fault = {fault.path for fault in faults}
    proved = sum(source.path not in at_fault for source in reading.sources)
    print(f"{_count(proved, 'question')} proved, {found}.", file=sys.stderr)
    return 1 if faults else 0


def _proved(sources: Sequence[Source], lanes: int) -> list[FileFault]:
    faults: list[FileFault] = []
    if not sources:
        return faults
    with progress("proving", total=len(sources)) as done, Pool(lanes) as pool, ThreadPoolExecutor(lanes) as workers:
        for found in workers.map(lambda source: prove(source, pool.run), sources):
            faults += found
            done()
    return faults


def _show(faults: list[FileFault], *, json_wanted: bool) -> None:
    if json_wanted:
        rows = [
            {"file": str(fault.path), "line": fault.line, "column": fault.column, "message": fault.message}
            for fault in faults
        ]
        print(as_json(rows))
    else:
        for fault in faults:
            print(harmless(str(fault)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def short(folder: Path) -> Path:
    """The folder as seen from here, where that is shorter to read and to click."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
