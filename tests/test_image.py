"""The container image, read and not built: `make image-check` builds and runs it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


@pytest.fixture(scope="module")
def service() -> Any:
    return YAML(typ="safe").load(ROOT / "compose.yaml")["services"]["selfgrad"]


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    tool = str(hadolint) if hadolint.exists() else shutil.which("hadolint")
    if tool is None:
        pytest.skip("hadolint is not installed")
    ran = subprocess.run([tool, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert ran.stdout + ran.stderr == ""


def test_the_container_runs_as_an_ordinary_user_with_a_check_of_its_health() -> None:
    assert "\nUSER 10001\n" in LAST_STAGE
    assert "\nHEALTHCHECK " in LAST_STAGE and '\nCMD ["selfgrad", "serve"]' in LAST_STAGE
    assert "\nVOLUME /data\n" in LAST_STAGE and "pip install" not in LAST_STAGE


def test_the_context_holds_what_the_image_is_made_of_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        word
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert "*" in lines and let_in == copied
    assert all((ROOT / name).exists() for name in copied)


def test_one_container_needs_no_rights_and_writes_only_its_volume(service: Any) -> None:
    assert service["profiles"] == ["single"] and service["read_only"] and service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"] and service["volumes"] == ["data:/data"]
    assert not {"privileged", "cap_add", "security_opt", "devices", "pid"} & set(service)


def test_a_stop_leaves_the_server_its_grace(service: Any) -> None:
    from app.serving import GRACE_S

    assert int(service["stop_grace_period"].removesuffix("s")) > GRACE_S


def test_it_is_open_to_this_machine_alone_unless_somebody_says_otherwise(service: Any) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
