"""A counterexample as a picture: bounded, and with the wrong places marked."""

from typing import Any

from app.bank.question import Compare
from app.grading.compare import difference
from app.grading.picture import Picture, alone, pair
from app.sandbox.job import Array, Thing, Value

ANY = Compare(accept=("tensor", "array"))


def drawn(expected: Value, got: Value) -> tuple[Picture, Picture]:
    found = difference(expected, got, ANY)
    return pair(expected, got, found.path if found else (), ANY)


def marks(grid: Picture) -> list[list[bool]]:
    return [[cell["different"] for cell in row] for row in grid["rows"]]


def tensor(data: Any, *shape: int, kind: str = "tensor") -> Array:
    return Array(kind, "int64", shape, tuple(data))


def test_every_wrong_cell_of_a_grid_is_marked() -> None:
    expected, got = drawn(tensor([10, 12, 16, 18], 2, 2), tensor([10, 0, 16, 1], 2, 2, kind="array"))
    assert marks(expected) == marks(got) == [[False, True], [False, True]]
    assert got["different"] and got["shape"] == "(2, 2)" and got["dtype"] == "int64"
    assert expected["says"] == "a tensor, two rows of two, int64"
    assert [cell["text"] for cell in got["rows"][0]] == ["10", "0"]


def test_another_shape_is_marked_as_a_whole() -> None:
    expected, got = drawn(tensor([10, 12, 16, 18], 2, 2), tensor([10, 12, 16, 18], 4))
    assert got["different"] and marks(got) == [[False] * 4]
    assert got["says"] == "a tensor of four numbers"


def test_a_large_grid_shows_a_window_around_the_first_wrong_cell() -> None:
    numbers = list(range(10_000))
    wrong = [*numbers[:7550], -1, *numbers[7551:]]
    _, got = drawn(tensor(numbers, 100, 100), tensor(wrong, 100, 100))
    assert len(got["rows"]) == 12 and len(got["rows"][0]) == 12
    assert sum(map(sum, marks(got))) == 1
    assert got["rows_before"] + 12 + got["rows_more"] == got["columns_before"] + 12 + got["columns_more"] == 100


def test_of_many_slices_the_first_wrong_one_is_drawn() -> None:
    _, got = drawn(tensor(range(24), 2, 3, 4), tensor([*range(13), -1, *range(14, 24)], 2, 3, 4))
    assert (got["slices"], got["slice"]) == (2, "[1, :, :]")
    assert marks(got) == [[False, True, False, False], [False] * 4, [False] * 4]


def test_a_tensor_without_numbers_has_no_rows() -> None:
    assert drawn(tensor([], 0, 3), tensor([], 3, 0))[1]["rows"] == []


def test_a_single_number_tensor_is_text() -> None:
    picture = alone(tensor([7]))
    assert picture == {"form": "text", "text": "tensor(7)", "different": False, "says": "a tensor with a single number"}


def test_wrong_items_of_a_list_are_marked() -> None:
    expected, got = drawn([(1, "a"), (2, "b")], [(1, "a"), [2, "b"], 9])
    assert [item["different"] for item in got["items"]] == [False, True, True]
    assert [item["form"] for item in got["items"]] == ["sequence", "sequence", "text"]
    assert (got["open"], got["close"], got["says"]) == ("[", "]", "a list of three items")
    assert expected["items"][0]["open"] == "("


def test_a_long_list_shows_a_window_around_the_first_wrong_item() -> None:
    _, got = drawn(list(range(500)), [*range(300), -1, *range(301, 500)])
    assert len(got["items"]) == 12 and got["before"] + 12 + got["more"] == 500
    assert [item["text"] for item in got["items"] if item["different"]] == ["-1"]


def test_a_list_beside_something_else_is_drawn_all_the_same() -> None:
    expected, got = drawn([1, 2], None)
    assert expected["form"] == "sequence" and got == {
        "form": "text", "text": "None", "different": True, "says": "None",
    }  # fmt: skip
    assert drawn([1], Thing("zip"))[1]["says"] == "a zip object"


def test_a_deep_value_ends_in_text() -> None:
    picture = alone([[[[[1]]]]])
    for _ in range(3):
        picture = picture["items"][0]
    assert picture == {"form": "text", "text": "[[1]]", "different": False, "says": "a list"}


def test_a_list_of_many_grids_stays_small() -> None:
    grids = [[tensor(range(400), 20, 20) for _ in range(20)] for _ in range(20)]
    cells = str(alone(grids)).count("'different'")
    assert cells < 2_000
