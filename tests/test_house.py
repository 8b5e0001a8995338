"""The rules of the house that a program can check: sizes, docstrings, documentation, pins, and what is never named."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from typer.main import get_command

from app.cli import app
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "node_modules", "vendor", "__pycache__"}
PYTHON = sorted(path for room in ("app", "tests", "migrations") for path in (ROOT / room).rglob("*.py"))
PAGES = sorted(path for room in ("templates", "static", "frontend") for path in (ROOT / room).rglob("*.*"))
WRITTEN = {".py", ".html", ".css", ".js", ".mjs"}
# The only places that a file of this repository may point at: the standards, ourselves, examples, and the one archive
# that `selfgrad data fetch` downloads when it is told to.
HOSTS = {"127.0.0.1", "localhost", "testserver", "www.w3.org", "json-schema.org", "s3.amazonaws.com"}
HOSTS |= {"adlnet.gov"}  # the names of xAPI's verbs and activities; nothing is fetched from there
EXAMPLE = re.compile(r"(^|\.)example\.(org|com|net)$")


def ours(path: Path) -> bool:
    return not NOT_OURS & set(path.relative_to(ROOT).parts)


def texts() -> list[Path]:
    """Every text file that belongs to the repository."""
    hidden = [ROOT / ".ci" / "run", ROOT / ".dockerignore", ROOT / ".gitignore"]
    plain = [path for path in ROOT.glob("*") if path.is_file() and not path.name.startswith(".")]
    rooms = [path for path in ROOT.glob("*/**/*") if not path.relative_to(ROOT).parts[0].startswith(".")]
    return [path for path in hidden + plain + rooms if path.is_file() and ours(path) and b"\0" not in path.read_bytes()]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [path for path in PYTHON if path.stat().st_size], ids=named)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert says


@pytest.mark.parametrize("path", [path for path in PYTHON + PAGES if ours(path) and path.suffix in WRITTEN], ids=named)
def test_a_file_fits_into_a_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [path for path in PYTHON if "versions" not in path.parts], ids=named)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} in line {node.lineno}"


def test_every_command_and_option_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    words = []
    for name, command in commands(get_command(app)):
        options = (option for parameter in command.params for option in parameter.opts if option.startswith("--"))
        words += [f"selfgrad {name}", *(option for option in options if option != "--help")]
    assert not [word for word in words if word not in readme]


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in Settings.model_fields if f"SELFGRAD_{name.upper()}" not in readme]


def test_no_file_points_at_a_place_that_was_not_agreed() -> None:
    found = set()
    for path in texts():
        hosts = re.findall(r"https?://(?:[^\s/@]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", path.read_text(encoding="utf-8"))
        found |= {f"{named(path)}: {host}" for host in hosts if not EXAMPLE.search(host) and host not in HOSTS}
    assert not found


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert not [named(path) for path in texts() if str(ROOT) + "/" in path.read_text(encoding="utf-8")]


def test_versions_stand_in_one_file_alone() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^  "([^"]+)",$', project, flags=re.MULTILINE)
    assert listed and not [name for name in listed if re.search(r"[<>=~!]", name)]


def test_whatever_is_installed_for_the_program_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pins = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}
    found = {name: distribution(name).version.split("+")[0] for name in needed()}
    assert not {name: version for name, version in found.items() if pins.get(name) != version}


def needed() -> set[NormalizedName]:
    """What the program and its tests ask for on this machine, and what those ask for in their turn; but of torch's own
    the libraries for a graphics card, which it pins itself."""
    found: set[NormalizedName] = set()
    seen: set[str] = set()
    waiting = [Requirement("selfgrad[test]")]
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in seen or wanted.name.startswith(("nvidia-", "cuda-", "triton")):
            continue
        seen.add(str(wanted))
        found.add(canonicalize_name(wanted.name))
        for line in distribution(wanted.name).requires or []:
            asked = Requirement(line)
            if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in wanted.extras | {""}):
                waiting.append(asked)
    return found - {canonicalize_name("selfgrad")}
