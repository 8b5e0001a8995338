"""The system-call filter: what it is made of, and that it is the filter we reviewed."""

import hashlib
import subprocess
import sys

import pytest

from app.sandbox import seccomp

# Change these only together with a review of the tables in app/sandbox/seccomp.py.
GOLDEN = {
    "x86_64": "556e0656b17fe109eccd3d400e493154b5a91facba59fa2e7418c3afd44e4422",
    "aarch64": "fffd1f4e450c1a0cbee23f4b06c4dc61c808641ce431eeed8b89baa96953d5d3",
}


@pytest.mark.parametrize("machine", GOLDEN)
def test_the_filter_is_the_one_that_was_reviewed(machine: str) -> None:
    assert hashlib.sha256(seccomp.program(machine)).hexdigest() == GOLDEN[machine]


@pytest.mark.parametrize("machine", GOLDEN)
def test_no_number_stands_in_two_places(machine: str) -> None:
    column = seccomp.ARCHITECTURES[machine][0]
    tables = [seccomp.ALLOWED, *seccomp.REFUSED.values()]
    numbers = [row[column] for table in tables for row in table.values() if row[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_a_processor_without_a_filter_is_refused() -> None:
    with pytest.raises(seccomp.Unsupported, match="riscv64"):
        seccomp.program("riscv64")


LANDLOCK_ALONE = """
import sys
sys.path.insert(0, {root!r})
from app.sandbox import jail
jail.no_new_privileges()
jail.landlock()
try:
    open("/etc/hostname")
except PermissionError:
    print("denied")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_landlock_alone_denies_files() -> None:
    from app.sandbox.handle import ROOT

    program = LANDLOCK_ALONE.format(root=str(ROOT))
    made = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    if "landlock" in made.stderr:
        pytest.skip("this kernel has no Landlock")
    assert made.stdout.strip() == "denied", made.stderr
