"""stub"""
from pathlib import Path
from typing import Any


def asag_bench(path: Path) -> dict[str, Any]:
    return {}
