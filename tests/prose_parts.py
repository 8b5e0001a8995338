"""A small task for the engine of key points, and short ways to ask it."""

from app.keypoints.find import Found, find
from app.keypoints.task import Misconception, Point, Task

TASK = Task(
    points=(
        Point(
            "shares",
            "Nothing is copied: the view shares its memory with the original.",
            ("Both tensors use the same memory.", "no copy is made", "It does not copy the data."),
        ),
        Point(
            "shape",
            "It gives a tensor of another shape with the same elements.",
            (
                "the same numbers in a new shape",
                "It changes the shape of the tensor.",
                "You get other rows and columns.",
            ),
        ),
        Point(
            "faster",
            "A larger batch makes the training faster.",
            ("Training is quicker with bigger batches.", "With larger batches it takes less time."),
        ),
    ),
    misconceptions=(Misconception("copies", ("It makes a copy of the numbers.", "The data is copied."), "shares"),),
    question=("What does view do to a tensor, and what happens to its memory when you call it?",),
    accept_short=("same memory",),
)


def found(text: str, task: Task = TASK) -> Found:
    return find(task, text)


def states(text: str, task: Task = TASK) -> dict[str, str]:
    return {point.id: point.state for point in find(task, text).points}
