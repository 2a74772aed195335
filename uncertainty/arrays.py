"""Array types and the checks every formula makes at its door.

Axis letters, used in names all over the product: S draws (models' opinions), N rollouts, M pairs, K heads, D features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
AnyArray = NDArray[Any]


def finite(values: ArrayLike, what: str, *, ndim: int) -> Floats:
    """The array as float64, or a refusal: wrong number of axes, empty, NaN or infinite."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim:
        raise ShapeMismatch(f"{what} must have {ndim} axes, not {array.ndim}.", what=what, shape=list(array.shape))
    if array.size == 0:
        raise EmptyPool(f"{what} is empty.", what=what, shape=list(array.shape))
    # One pass and no temporary: a sum is finite only if every term is. Overflow of finite terms is sorted out below.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(array.sum())
    if suspicious and not (good := np.isfinite(array)).all():
        first = [int(axis) for axis in np.argwhere(~good)[0]]
        bad = int(array.size - good.sum())
        raise NonFiniteReward(f"{what} holds {bad} values that are not finite.", what=what, bad=bad, first=first)
    return array


def indices(values: ArrayLike, what: str, *, below: int) -> Ints:
    """The array as row numbers in 0..below-1, or a refusal; negative numbers do not count from the end."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ShapeMismatch(f"{what} must be a list of whole numbers.", what=what, shape=list(array.shape))
    if array.size and (array.min() < 0 or array.max() >= below):
        raise ShapeMismatch(f"{what} must lie in 0..{below - 1}.", what=what, below=below)
    return array.astype(np.int64)


def same_length(**arrays: AnyArray) -> None:
    """Arrays that speak of the same items have the same number of them."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ShapeMismatch(f"Arrays must have one length, but: {told}.", **lengths)
