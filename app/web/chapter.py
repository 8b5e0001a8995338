"""What the chapter itself prints while it trains, to be drawn behind a run: facts to compare with, epoch by epoch.

Its accuracy is a mean over batches of the validation set, and its loss a running mean, so they differ a little from
what is shown here even where the training is the same.
"""

FIRST_LINEAR = (
    0.6883, 0.8314, 0.9017, 0.9227, 0.9349, 0.9438, 0.9501, 0.9535, 0.9564, 0.9594, 0.9618,
    0.9613, 0.9638, 0.9643, 0.9652, 0.9662, 0.9677, 0.9687, 0.9691, 0.9691, 0.9696,
)  # fmt: skip
TORCH_LINEAR = (
    0.4932, 0.8618, 0.8203, 0.9102, 0.9331, 0.9468, 0.9555, 0.9629, 0.9658, 0.9673,
    0.9687, 0.9707, 0.9726, 0.9751, 0.9761, 0.9761, 0.9775, 0.978, 0.9785, 0.9785,
)  # fmt: skip
LINEAR_LOSS = (0.6369, 0.5457, 0.1992, 0.0866, 0.0452, 0.0291, 0.0226, 0.0197, 0.0183, 0.0174)
NET_LAST = 0.982826  # after 40 epochs
SIMILARITY = 0.9511


def points(numbers: tuple[float, ...]) -> list[tuple[int, float]]:
    """With the epoch before each, counted from 1."""
    return list(enumerate(numbers, 1))


CHAPTER = {  # by model, then by how the weights begin ("" stands for any)
    "linear": {"normal": points(FIRST_LINEAR), "": points(TORCH_LINEAR), "loss": points(LINEAR_LOSS)},
    "net": {"": [(40, NET_LAST)], "loss": []},
    "similarity": SIMILARITY,
}
