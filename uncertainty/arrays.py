"""Array types and the checks every formula makes at its door.

Axis letters, used in names all over the product: S draws (models' opinions), N rollouts, M pairs, G groups (or the
completions of one group), K heads, D features. A function that takes `ArrayLike` is a door: it checks what it is given
and refuses with an `UncertaintyError`. One that takes `Floats` is inside the house and trusts its caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch

Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # single or double precision, as it is stored
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
AnyArray = NDArray[Any]

# Rows (or columns) widened to double precision at a time: a million of them are never copied at once.
BLOCK = 4_096


def blocks(count: int) -> Iterator[slice]:
    """0..count in slices of at most `BLOCK`."""
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


def finite(values: ArrayLike, what: str, *, ndim: int) -> Floats:
    """The array as float64, or a refusal: not numbers, wrong number of axes, empty, NaN or infinite."""
    return np.asarray(finite_as_stored(values, what, ndim=ndim), dtype=np.float64)


def finite_as_stored(values: ArrayLike, what: str, *, ndim: int) -> Reals:
    """`finite` without the copy: single precision stays single; anything else becomes float64."""
    array = _reals(values, what)
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


def _reals(values: ArrayLike, what: str) -> Reals:
    if isinstance(values, np.ndarray) and values.dtype == np.float32:
        return values
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:  # words, ragged lists
        raise ShapeMismatch(f"{what} must be numbers in rows of one length.", what=what) from error


def shares(values: ArrayLike, what: str) -> Floats:
    """A list of finite numbers that all lie in 0..1, or a refusal."""
    array = finite(values, what, ndim=1)
    if array.min() < 0.0 or array.max() > 1.0:
        raise ShapeMismatch(f"{what} must lie in 0..1.", what=what)
    return array


def flags(values: ArrayLike, what: str, *, ndim: int) -> Bools:
    """Yes or no, as booleans or 1 and 0; a NaN is not a yes."""
    array = finite(values, what, ndim=ndim)
    if not np.isin(array, (0.0, 1.0)).all():
        raise ShapeMismatch(f"{what} must be yes or no.", what=what)
    return array.astype(np.bool_)


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


def at_least_one(**counts: int) -> None:
    """Nobody means to choose none: a count of 0 is a mistake upstream, not an empty choice."""
    if min(counts.values()) < 1:
        raise ShapeMismatch(f"{' and '.join(counts)} must be at least 1.", **counts)


def group_codes(groups: ArrayLike, what: str) -> tuple[Ints, AnyArray]:
    """Every row's group as a number 0..G-1 in the order of the ids, and the G ids.

    Ids are whole numbers or texts. A mixture is refused: numpy would turn 1 into "1" and merge two groups in silence.
    """
    ids = _ids(groups, what)
    if ids.size and ids.dtype.kind == "i" and int(ids.max()) - int(ids.min()) < 4 * ids.size:
        low = int(ids.min())
        place = ids.astype(np.int64) - low
        used_P = np.bincount(place) > 0  # numbers that lie close together need no sorting
        return (np.cumsum(used_P) - 1)[place], np.flatnonzero(used_P) + low
    id_G, code = np.unique(ids, return_inverse=True)
    return code.reshape(-1).astype(np.int64), id_G


def _ids(groups: ArrayLike, what: str) -> AnyArray:
    array = np.asarray(groups) if isinstance(groups, np.ndarray) else np.asarray(groups, dtype=object)
    if array.dtype.kind == "O" and array.ndim == 1:
        plain = array.tolist()
        if len({isinstance(one, str) for one in plain}) < 2:
            array = np.array(plain)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iuU"):
        raise ShapeMismatch(f"{what} must be a list of whole numbers, or one of texts.", what=what)
    return array
