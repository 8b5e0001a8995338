"""CSV that a spreadsheet takes for what it is: numbers stay numbers, and no text becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | bool | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def harmless(cell: Cell) -> str | int | float:
    """Text that a spreadsheet would compute gets an apostrophe before it. Nothing is an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        text = cell.replace("\0", "")
        return f"'{text}" if text.lstrip(" \xa0").startswith(FORMULA) or text.startswith(FORMULA) else text
    return cell


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Each row as a line with its end, CR LF as RFC 4180 wants it."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([harmless(cell) for cell in row])
        yield line.getvalue()
