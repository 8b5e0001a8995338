"""Drawings and what normalising makes of them, for the browser's twin of app/demo/drawing.py: demo_vectors.json.

`python -m tests.demo_vectors` writes the file anew, which is needed only when the algorithm changes. Each entry has
`name`, `pixels` (784 numbers), `centre` and `normalised` (784). A twin may differ by 1 in single numbers, by rounding.
"""

import json
from pathlib import Path

import numpy as np

from app.demo.drawing import normalised
from app.demo.strokes import draw_sample

FILE = Path(__file__).with_suffix(".json")
Canvas = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def spread(size: int, n: int) -> Canvas:
    """[n, size]: the area of each source pixel within each target pixel, written otherwise than in drawing.py."""
    edges = np.linspace(0, size, n + 1)
    inside = np.clip(edges[1:, None] - np.arange(size), 0, 1) - np.clip(edges[:-1, None] - np.arange(size), 0, 1)
    return np.asarray(inside / (size / n), np.float64)


def placed(picture: Canvas, size: int, top: int, left: int) -> Canvas:
    """The middle 20x20 of a picture, scaled to `size` and put somewhere on an empty canvas."""
    canvas = np.zeros((28, 28))
    canvas[top : top + size, left : left + size] = spread(20, size) @ picture[4:24, 4:24] @ spread(20, size).T
    return canvas


def drawings() -> dict[str, Canvas]:
    made = draw_sample(11, 3, 1)
    threes, sevens = (made[f"train/{digit}"].reshape(-1, 28, 28).astype(float) for digit in "37")
    dot, line, full, faint = (np.zeros((28, 28)) for _ in range(4))
    dot[3, 22] = 255
    line[20, 2:27] = 200
    full[:] = 255
    faint[5:8, 5:25], faint[0, 0] = 21, 20
    return {
        "a 3 as it is": threes[0],
        "a small 3 in a corner": placed(threes[1], 9, 0, 19),
        "a large 3": placed(threes[2], 28, 0, 0),
        "a 7 of half the size": placed(sevens[0], 13, 14, 2),
        "a 7 to the right": placed(sevens[1], 21, 3, 7),
        "one dot": dot,
        "a line": line,
        "all ink": full,
        "hardly any ink": faint,
    }


def vectors() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, canvas in drawings().items():
        pixels = [int(value) for value in np.rint(canvas).ravel()]
        for centre in (True, False):
            seen = normalised(pixels, centre=centre)
            rows.append({"name": name, "centre": centre, "pixels": pixels, "normalised": seen})
    return rows


if __name__ == "__main__":
    lines = (json.dumps(row, separators=(",", ":")) for row in vectors())
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="ascii")
