"""One question file: read whole, or every fault of it at its place, in a sentence for its author."""

import os
from pathlib import Path

import pytest

from app.bank.explain import DEMANDS
from app.bank.fault import BankError, FileFault
from app.bank.load import MAX_BYTES, Source, read_file, read_paths, read_source
from app.bank.question import CodePart, ProsePart, Question
from tests.question_text import QUESTION, another, changed, line_of, put

FILE = Path("07-doubling.yaml")


def source(text: str = QUESTION, path: Path = FILE) -> Source:
    found = read_source(path, text.encode())
    assert isinstance(found, Source), "\n".join(map(str, found))
    return found


def faults(text: str | bytes, path: Path = FILE) -> list[FileFault]:
    found = read_source(path, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return [] if isinstance(found, Source) else found


def only(text: str | bytes, path: Path = FILE) -> FileFault:
    found = faults(text, path)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_a_question_is_read_whole() -> None:
    question = source().question
    write, explain = question.parts
    assert isinstance(write, CodePart) and isinstance(explain, ProsePart)
    assert (question.id, question.number, question.topics) == ("doubling", 7, ("python",))
    assert write.solution == "def double(xs):\n    return [2 * x for x in xs]\n"
    assert write.cases[2].args == ([{"py": "math.pi"}, {"plain": 1.5}],)
    assert write.cases[1].hidden and not write.cases[0].hidden
    assert write.compare.accept == ("tensor", "array")
    assert explain.points[0].required_terms == (("item", "each"),)


def test_a_part_is_found_by_its_id() -> None:
    question = source().question
    assert question.part("explain") is question.parts[1]
    assert question.part("none") is None


def test_a_function_that_is_never_called_is_a_fault() -> None:
    start, end = QUESTION.index("    cases:"), QUESTION.index("    compare:")
    assert "needs `cases` or `random`" in only(QUESTION[:start] + QUESTION[end:]).message


def test_windows_line_ends_and_a_byte_order_mark_change_nothing_but_the_version() -> None:
    windows = read_source(FILE, b"\xef\xbb\xbf" + QUESTION.replace("\n", "\r\n").encode())
    assert isinstance(windows, Source)
    assert windows.question == source().question
    assert windows.version != source().version


def test_the_version_is_twelve_digits_of_the_content() -> None:
    assert len(source().version) == 12 and int(source().version, 16) >= 0
    assert source().version == source().version != source(QUESTION + "\n").version


def test_a_fault_reads_as_file_line_column_and_message() -> None:
    assert str(only(changed(("hints:", "hint:")))) == "07-doubling.yaml:7:1: unknown key `hint`; did you mean `hints`?"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("title: Doubling\n", "", "id:", "`title` is missing; add it"),
        ("    function: double\n", "", "- id: write", "needs `function` or `variables`"),
        ("        reply:", "        replies:", "replies:", "unknown key `replies`; did you mean `reply`?"),
        ("    compare: {", "    compare: {wobble: 1, ", "compare:", "unknown key `wobble`; known here: rtol, atol"),
        ("number: 7", "number: '7'", "number:", "`number` must be a whole number"),
        ("number: 7", "number: 7.5", "number:", "`number` must be a whole number"),
        ("number: 7", "number: true", "number:", "`number` must be a whole number"),
        ("number: 7", "number: 0", "number:", "`number` must be at least 1"),
        ("number: 7", "number: 10000", "number:", "`number` must be at most 9999"),
        ("number: 7", "number:", "number:", "`number` is empty; write its value, or delete the key"),
        ("title: Doubling", "title: 7", "title:", "`title` must be text; put it in quotes"),
        ("title: Doubling", "title: [a]", "title:", "`title` must be text"),
        ("title: Doubling", "title: ''", "title:", "`title` must not be empty"),
        ("title: Doubling", f"title: {'x' * 121}", "title:", "`title` must have at most 120 characters"),
        ("topics: [python]", "topics: python", "topics:", "`topics` must be a list"),
        ("topics: [python]", "topics: []", "topics:", "`topics` needs 1 or more, and has 0"),
        ("topics: [python]", "topics: [Py Thon]", "topics:", "item 1 of `topics` must be lower-case words joined"),
        ("function: double", "function: 2x", "function:", "must be a name that Python knows"),
        ("kind: prose", "kind: prosa", "kind: prosa", "`kind` must be one of: code, prose, "),
        ("    kind: prose\n", "", "- id: explain", "`kind` is missing; write `kind: ` and one of: code, prose, "),
        ("rtol: 1.0e-5", "rtol: .nan", "compare:", "`rtol` must be a finite number"),
        ("rtol: 1.0e-5", "atol: .inf", "compare:", "`atol` must be a finite number"),
        ("rtol: 1.0e-5", "rtol: 2", "compare:", "must be at most 1"),
        ("rtol: 1.0e-5", "rtol: small", "compare:", "must be a number"),
        ("accept: [tensor", "accept: [tensors", "compare:", "must be 'tensor', 'array', 'number', 'list' or 'tuple'"),
        ("compare: {rtol: 1.0e-5, accept: [tensor, array]}", "compare: 3", "compare:", "must be a mapping"),
        ("    compare: {", "    limits: {wall_s: 0}\n    compare: {", "limits:", "`wall_s` must be more than 0"),
        ("hidden: true", "hidden: 1", "hidden:", "must be true or false"),
        ("    wrong:\n", "    rules: [{}]\n    wrong:\n", "rules:", "a rule needs `uses` or `avoids`"),
        ("function: double", "variables: [xs]", "- id: write", "`cases` and `random` belong to a part with `function`"),
        ("contradicts: doubled", "contradicts: it", "contradicts: it", "`it` is no point of this part; there are: dou"),
        ("  - Multiply it by two.\n", "", "- Think", "`hints` needs 2 or more, and has 1"),
        (
            "    misconceptions:",
            "      - {text: x, id: new}\n    misconceptions:",
            "- {text: x",
            "two points have the same",
        ),
        ("- id: explain\n    kind: prose", "- kind: prose\n    id: write", "id: write", "two parts have the same id"),
    ],
)
def test_a_mistake_is_told_at_its_line_in_words_of_the_author(old: str, new: str, at: str, says: str) -> None:
    text = changed((old, new))
    found = read_source(Path("draft.yaml"), text.encode(), named=False)
    assert isinstance(found, list) and len(found) == 1, found
    assert says in found[0].message
    assert found[0].line == line_of(text, at)


@pytest.mark.parametrize(
    ("old", "new", "value", "says"),
    [
        ("covers: [doubled]", "covers: [doubld]", "doubld", "no point of this part; did you mean `doubled`?"),
        ("contradicts: doubled", "contradicts: doubld", "doubld", "no point of this part; did you mean `doubled`?"),
        ("function: double", "function: doubel", "doubel", "defines no function `doubel`; did you mean `double`?"),
        ("function: double", "function: _x", "_x", "defines no function `_x`; there are: math, double"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_at_that_name(old: str, new: str, value: str, says: str) -> None:
    text = changed((old, new))
    line = next(number for number, line in enumerate(text.split("\n"), 1) if value in line)
    fault = only(text)
    assert (fault.line, fault.column) == (line, text.split("\n")[line - 1].index(value) + 1)
    assert says in fault.message


def test_a_limit_is_told_as_the_author_wrote_it() -> None:
    fault = only(changed(("    compare: {", "    limits: {wall_s: 0}\n    compare: {")))
    assert (fault.message, fault.column) == ("`wall_s` must be more than 0", 22)


def test_a_variable_that_the_solution_does_not_make_is_told_at_its_name() -> None:
    start, end = QUESTION.index("    cases:"), QUESTION.index("    compare:")
    text = (QUESTION[:start] + QUESTION[end:]).replace("function: double", "variables: [double, twice]")
    assert "makes no variable `twice`" in only(text).message
    assert isinstance(read_source(FILE, text.replace("twice", "math").encode()), Source)


@pytest.mark.parametrize("solution", ["exec('double = 1')", "if 1:\n          double = sum", "x = double = 1"])
def test_a_function_that_comes_about_in_another_way_is_no_fault(solution: str) -> None:
    assert source(changed(("def double(xs):\n          return [2 * x for x in xs]", solution)))


def test_a_trial_that_defines_none_is_told_at_its_code() -> None:
    fault = only(changed(("    cases:", "    trial: |\n      def tried(xs):\n          return double(xs)\n    cases:")))
    assert "`trial` has to define a function `trial(...)`, which calls `double`" in fault.message


def test_draws_without_make_are_told_at_their_code() -> None:
    text = changed(("def make(rng):", "def made(rng):"))
    assert "has to define a function `make(rng)`" in only(text).message
    assert only(text).line == line_of(text, "make: |")


def test_a_fault_points_at_the_value_or_at_the_key_that_is_unknown() -> None:
    assert only(changed(("number: 7", "number: x"))).column == 9
    assert only(changed(("        reply:", "        replies:"))).column == 9
    assert only(changed(("    compare: {", "    compare: {wobble: 1, "))).column == 15


def test_all_faults_of_a_file_are_listed_in_its_order() -> None:
    text = changed(
        ("title: Doubling", "title: 3"), ("hints:", "hint:"), ("hidden: true", "hidden: maybe"), ("answer:", "a:")
    )
    assert [fault.line for fault in faults(text)] == [1, 3, 7, line_of(text, "hidden:"), line_of(text, "a:")]


def test_a_demand_that_has_no_sentence_yet_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(DEMANDS, "bool_type")
    assert "is not right (bool type)" in only(changed(("hidden: true", "hidden: 1"))).message


@pytest.mark.parametrize("text", ["- a\n", "question\n", "null\n", "7\n", "{}\n"])
def test_what_is_no_mapping_is_no_question(text: str) -> None:
    assert faults(text)[0].line == 1


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [(b"id: a\ntitle: \xffx\n", 2, 8), ("id: é\n".encode("latin-1"), 1, 5), ("id: a\n".encode("utf-16"), 1, 1)],
)
def test_another_encoding_is_told_where_it_shows(data: bytes, line: int, column: int) -> None:
    fault = only(data)
    assert "not UTF-8" in fault.message and (fault.line, fault.column) == (line, column)


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert "at most 256 KiB" in only(b"#" * (MAX_BYTES + 1)).message


def test_there_is_an_end_to_the_faults() -> None:
    assert len(faults("".join(f"k{number}: &a 1\n" for number in range(300)))) == 50


@pytest.mark.parametrize(
    ("old", "new", "line_begins", "column", "says"),
    [
        ("return [2 * x for", "return [2 * x fro", "return [2 * x fro", 19, "`solution` is not valid Python"),
        ("import math", "import math as", "import math as", 21, "`setup` is not valid Python"),
        ("return ([rng.random()],)", "return ([rng.random(],)", "return ([rng.random(],", 33, "`make` is not valid"),
        ('{py: "math.pi"}', '{py: "math."}', "- args: [[{py:", 22, "`py` is not valid Python"),
        ('{py: "list(range(3))"}', "{py: torch.zeros(2, 3)}", "- args: [{py", 16, "`py` stands alone"),
        ('{py: "math.pi"}', "{py: 3}", "- args: [[{py: 3", 17, "`py` stands alone"),
    ],
)
def test_python_that_does_not_parse_is_told_at_its_own_line(
    old: str, new: str, line_begins: str, column: int, says: str
) -> None:
    text = changed((old, new))
    fault = only(text)
    assert says in fault.message
    assert (fault.line, fault.column) == (line_of(text, line_begins), column)


def test_python_that_no_parser_can_hold_is_a_fault_and_no_crash() -> None:
    assert "`py` is too deeply nested" in only(changed(("math.pi", "-" * 15_000 + "1"))).message


def test_code_with_the_wrong_type_is_told_once() -> None:
    assert "`setup` must be text" in only(changed(("setup: |\n      import math", "setup: 3"))).message


@pytest.mark.parametrize("parts", ["parts: 3\n", "parts: [3]\n", "parts: [{kind: code, cases: 3, random: 4}]\n"])
def test_parts_of_no_shape_are_faults(parts: str) -> None:
    assert faults(QUESTION[: QUESTION.index("parts:")] + parts + "answer: x\n")


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("covers: [doubled, new]", "covers: [new]", "samples:", "no sample covers every point"),
        ("covers: [doubled]}", "covers: []}", "samples:", "no sample covers some of the points"),
        ("covers: []", "covers: [new]", "samples:", "no sample is wrong"),
        ("[[item, each]]", '[[item], [" "]]', "required_terms:", "this group has no word"),
    ],
)
def test_a_prose_part_that_cannot_be_tested_is_a_fault(old: str, new: str, at: str, says: str) -> None:
    text = changed((old, new))
    assert says in only(text).message
    assert only(text).line in (line_of(text, at), line_of(text, at) + 1)


def test_two_misconceptions_need_two_ids() -> None:
    again = "      - id: repeats\n        refs: [x]\n        reply: y\n    samples:"
    assert "two misconceptions have the id `repeats`" in only(changed(("    samples:", again))).message


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("doubling.yaml", 1, "rename it to 07-doubling.yaml"),
        ("7-doubling.yaml", 1, "rename it to 07-doubling.yaml"),
        ("07-doubling.yml", 1, "rename it to 07-doubling.yaml"),
        ("08-doubling.yaml", 2, "`number` is 7, and the file's name says 08"),
        ("07-double.yaml", 1, "`id` is `doubling`, and the file's name says `double`"),
    ],
)
def test_the_name_of_a_file_tells_its_number_and_id(name: str, line: int, says: str) -> None:
    fault = only(QUESTION, Path(name))
    assert says in fault.message and fault.line == line


def test_a_draft_may_have_any_name_but_not_that_of_another_question(tmp_path: Path) -> None:
    assert isinstance(read_file(put(tmp_path, name="draft.yaml")), Question)
    assert isinstance(read_file(put(tmp_path, name="08-other.yaml")), list)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name, says in (("none", "no such file"), ("pipe", "it is not a file"), ("folder", "is a directory")):
        found = read_file(tmp_path / f"{name}.yaml")
        assert isinstance(found, list) and says in found[0].message


def test_files_and_folders_are_read_each_file_once(tmp_path: Path) -> None:
    first, second = put(tmp_path), put(tmp_path, another(8, "other"), "08-other.yaml")
    reading = read_paths([tmp_path / "lists", first, second])
    assert [source.path for source in reading.sources] == [first, second] and not reading.faults


def test_a_fault_in_one_file_leaves_the_others(tmp_path: Path) -> None:
    put(tmp_path)
    broken = put(tmp_path, "id: x\n", "08-broken.yaml")
    os.mkfifo(tmp_path / "lists" / "09-pipe.yaml")
    reading = read_paths([tmp_path])
    assert len(reading.sources) == 1
    assert {fault.path.name for fault in reading.faults} == {broken.name, "09-pipe.yaml"}


def test_a_path_that_does_not_exist_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="There is no .*nothing"):
        read_paths([tmp_path / "nothing"])


def test_a_fault_found_later_can_point_into_the_file() -> None:
    read = source()
    line = line_of(QUESTION, "return xs + xs")
    assert read.fault("x", "parts", 0, "wrong", 0, "code", line=2) == FileFault(FILE, line, 11, "x")
    assert read.fault("x", "parts", 0, "wrong", 0).line == line_of(QUESTION, "- code:")
    assert read.fault("x", "answer", line=4).line == line_of(QUESTION, "assert")
    assert read.fault("x", "answer", line=99).line == line_of(QUESTION, "answer:")
    assert read.fault("x", "title", line=1) == FileFault(FILE, 3, 8, "x")
