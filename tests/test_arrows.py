"""The floors of the house: an import goes down, or stays in its room; and each room has its own third parties."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent / "app"
FLOORS = {
    "settings": 0, "bank": 1, "demo": 1, "exchange": 1, "insight": 1, "keypoints": 1, "sandbox": 1, "wiki": 1,
    "grading": 2, "store": 3, "web": 4, "entry": 5,
}  # fmt: skip
LOG = {"structlog"}
THIRD_PARTIES = {
    "settings": {"platformdirs", "pydantic", "pydantic_settings"},
    "bank": {"pydantic", "ruamel"},
    "exchange": set(),
    "insight": set(),
    "keypoints": set(),
    "sandbox": set(),
    "demo": {"numpy", "torch"},
    "wiki": {"latex2mathml", "markdown_it", "markupsafe", "mdit_py_plugins", "nh3", "pygments"},
    "grading": {"pydantic"},
    "store": {"alembic", "sqlalchemy", "sqlmodel"},
    "web": {"fastapi", "itsdangerous", "jinja2", "markupsafe", "prometheus_client", "pwdlib", "pydantic", "starlette"}
    | LOG,
    "entry": {"fastapi", "prometheus_client", "rich", "starlette", "typer", "uvicorn"} | LOG,
}
INSIDE_THE_JAIL = {"child.py", "live.py", "zygote.py"}  # the only files that may know torch and NumPy
FILES = sorted(APP.rglob("*.py"))


def room_of(module: str) -> str:
    name = module.split(".")[1] if "." in module else "entry"
    return name if name in FLOORS else "entry"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the whole name of the module"
            names = (f"app.{alias.name}" for alias in node.names)
            yield from names if node.module == "app" else iter([node.module or ""])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_imports_go_down_and_know_only_their_own_third_parties(path: Path) -> None:
    room = room_of(".".join(["app", *path.relative_to(APP).with_suffix("").parts]))
    allowed = THIRD_PARTIES[room] | sys.stdlib_module_names
    if room == "sandbox" and path.name in INSIDE_THE_JAIL:
        allowed |= {"numpy", "torch"}
    for module in imports(path):
        if module.split(".")[0] == "app":
            there = room_of(module)
            assert there == room or FLOORS[there] < FLOORS[room], f"{room} may not import {module}"
        else:
            assert module.split(".")[0] in allowed, f"{room} may not import {module}"
