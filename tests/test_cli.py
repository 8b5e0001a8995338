"""The command line as a person or a script meets it: exit codes, what is said, and where."""

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from app.cli import main
from app.sandbox.pool import Pool
from tests.question_text import changed, put, some_built_in

ROOT = Path(__file__).resolve().parent.parent
RIGHT = "def odd_doubled(xs):\n    return [2 * x for x in xs if x % 2]\n"
WRONG = "def odd_doubled(xs):\n    return [x for x in xs if x % 2]\n"


def selfgrad(*words: str, stdin: bytes = b"", cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "app", *words]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, env={**os.environ, "PYTHONPATH": path})


@pytest.fixture
def linux() -> None:
    if sys.platform != "linux":
        pytest.skip("grading code needs Linux")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SELFGRAD_QUESTIONS", str(some_built_in(tmp_path / "few", "list-comprehension")))


class Warm:
    """The pool of all tests, in the place of one that starts for seconds and ends with the command."""

    def __init__(self, pool: Pool) -> None:
        self.run = pool.run

    def start(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    """Commands in this process do not start a sandbox of their own; those in another (above) do."""
    monkeypatch.setattr("app.checking.Pool", lambda lanes: nullcontext(pool))
    monkeypatch.setattr("app.marking.Pool", lambda lanes: Warm(pool))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--help"),
        (["no-such-command"], "no-such-command"),
        (["serve", "--no-such-option"], "--no-such-option"),
        (["serve", "--port", "many"], "--port"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--questions", "no/such/folder"], "--questions"),
        (["serve", "--database", "nonsense"], "--database"),
        (["check", "no/such/file.yaml"], "no/such/file.yaml"),
        (["grade"], "QUESTION/PART"),
        (["grade", "list-comprehension/write"], "FILE"),
        (["grade", "list-comprehension", __file__], "list-comprehension/write"),
        (["grade", "no-such-question/write", __file__], "no-such-question"),
        (["grade", "list-comprehension/no-such-part", __file__], "write"),
        (["grade", "list-comprehension/write", "no/such/answer.py"], "no/such/answer.py"),
        (["grade", "list-comprehension/write", __file__, "--batch", "x"], "--batch"),
        (["grade", "--batch", "no/such/batch.jsonl"], "no/such/batch.jsonl"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.startswith("selfgrad: ") and err.count("\n") == 1


def test_an_environment_that_makes_no_sense_stops_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFGRAD_LANES", "many")
    for words in (["serve"], ["check"], ["grade", "--batch", "-"], ["bench", "grade"]):
        assert main(words) == 2
        assert capsys.readouterr().err.startswith("selfgrad: SELFGRAD_LANES 'many'")


def test_help_is_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert "grade" in out and err == ""


def test_ctrl_c_ends_with_130_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.checking.check_paths", interrupted)
    assert main(["check"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = [sys.executable, "-m", "app", "check", "--schema"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None and process.stderr is not None
    with process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_full_disk_is_told_in_one_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is not here")
    command = [sys.executable, "-m", "app", "check", "--schema"]
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert ran.returncode == 2 and ran.stderr.startswith("selfgrad: No space left") and ran.stderr.count("\n") == 1


def test_the_published_schema_is_the_one_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "A selfgrad question"


def test_a_file_that_cannot_be_read_as_a_question_is_a_fault_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("id: x\ncolour: red\n")
    assert main(["check", str(path)]) == 1
    out, err = capsys.readouterr()
    assert f"{path}:2:1: " in out and "0 questions proved" in err
    assert main(["check", "--json", str(path)]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {"file": str(path), "line": 2, "column": 1}.items() <= rows[0].items() or len(rows) > 1


def test_a_question_at_fault_is_not_counted_as_proved(
    warm: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good = next((ROOT / "questions").glob("*/*-high-learning-rate.yaml"))
    path = tmp_path / good.name
    path.write_text(good.read_text(encoding="utf-8").replace("value: 2.25", "value: 2.5"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert "0 questions proved, 1 fault in 1 file." in capsys.readouterr().err


def test_a_good_question_is_proved(warm: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = put(tmp_path, changed(('      - args: [[{py: "math.pi"}, {plain: 1.5}]]\n', "")))
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr() == ("", "1 question proved, no fault.\n")


def test_an_answer_is_graded_from_a_file_or_from_stdin(linux: None, tmp_path: Path) -> None:
    (tmp_path / "answer.py").write_text(RIGHT)
    right = selfgrad("grade", "list-comprehension/write", "answer.py", "--json", cwd=tmp_path)
    wrong = selfgrad("grade", "list-comprehension/write", "-", "--json", stdin=WRONG.encode())
    assert right.returncode == wrong.returncode == 0
    assert json.loads(right.stdout)["passed"] is True
    verdict = json.loads(wrong.stdout)
    assert verdict["passed"] is False and verdict["counterexample"]["first_difference"]
    assert wrong.stderr == b""


def test_a_seed_draws_the_same_inputs_again(
    warm: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    answer = tmp_path / "answer.py"
    answer.write_text(WRONG)
    words = ["grade", "list-comprehension/write", str(answer), "--json", "--seed", "5"]
    assert [main(words), main(words)] == [0, 0]
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first | {"timing_ms": None} == second | {"timing_ms": None}


def test_a_verdict_is_readable_without_json(warm: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = tmp_path / "answer.py"
    answer.write_text(WRONG)
    assert main(["grade", "list-comprehension/write", str(answer)]) == 0
    shown = capsys.readouterr().out
    assert "not passed" in shown and "\nexpected " in shown and "\ngot " in shown


def test_an_answer_that_is_not_text_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = tmp_path / "answer.py"
    answer.write_bytes(b"x = '\xff'")
    assert main(["grade", "list-comprehension/write", str(answer)]) == 2
    assert "UTF-8 text (byte 5)" in capsys.readouterr().err


def test_a_batch_that_is_interrupted_leaves_no_process_behind(linux: None) -> None:
    line = json.dumps({"id": 1, "question": "list-comprehension", "part": "write", "answer": RIGHT})
    command = [sys.executable, "-m", "app", "grade", "--batch", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()  # and left open: the batch waits for more
        assert b"verdict" in process.stdout.readline()
        threads = Path(f"/proc/{process.pid}/task").iterdir()
        children = [pid for thread in threads for pid in (thread / "children").read_text().split()]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130 and process.stderr.read() == b""
    assert children and not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_batch_grades_every_good_line_in_order(linux: None) -> None:
    right = {"question": "list-comprehension", "part": "write", "answer": RIGHT}
    lines = [json.dumps({"id": number, **right, "answer": WRONG if number % 2 else RIGHT}) for number in range(6)]
    lines[2:2] = ["not json", "", json.dumps({"id": "half", **right, "answer": "\ud800"})]
    done = selfgrad("grade", "--batch", "-", stdin="\n".join(lines).encode())
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and done.stderr == b""
    assert [row["id"] for row in said] == [0, 1, None, "half", 2, 3, 4, 5]
    assert [row["verdict"]["passed"] for row in said if isinstance(row["id"], int)] == [True, False] * 3
    assert "error" in said[2] and ("error" in said[3] or said[3]["verdict"]["passed"] is False)
