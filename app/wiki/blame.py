"""Blame: for each paragraph of a text the revision that it is from."""


def first_blame(text: str) -> tuple[int, ...]:
    """Of a first revision: everything is from number 1."""
    raise NotImplementedError
