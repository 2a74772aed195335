"""How far apart two answers are, by the kind of answer: the one thing agreement has to be told.

Values are the V different answers in ascending order, counts how often each was given (only ranks need them).
Squared, as Krippendorff has them, except between sets, where the distance itself is what is averaged (Passonneau).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

import numpy as np

from uncertainty.arrays import Floats
from uncertainty.errors import ShapeMismatch

Distance = Callable[[Floats, Floats], Floats]
MOST_VALUES = 4_000  # different answers: their distances are a table, 128 MB of it at most


def nominal(values_V: Floats, counts_V: Floats) -> Floats:
    """Equal or not."""
    return 1.0 - np.eye(len(values_V))


def ordinal(values_V: Floats, counts_V: Floats) -> Floats:
    """How many answers lie between two levels, half of each level's own included."""
    return interval(np.cumsum(counts_V) - counts_V / 2.0, counts_V)


def absolute(values_V: Floats, counts_V: Floats) -> Floats:
    """The plain difference: the linear weights of kappa."""
    return np.abs(values_V[:, None] - values_V)


def interval(values_V: Floats, counts_V: Floats) -> Floats:
    """The squared difference: the quadratic weights of kappa."""
    return np.asarray((values_V[:, None] - values_V) ** 2)


def ratio(values_V: Floats, counts_V: Floats) -> Floats:
    """The squared difference in proportion to the sum: 1 and 2 are as far apart as 10 and 20."""
    if values_V[0] < 0.0:
        raise ShapeMismatch("Values of a ratio scale are not negative.", least=float(values_V[0]))
    total_V_V = values_V[:, None] + values_V
    return np.asarray((np.abs(values_V[:, None] - values_V) / np.where(total_V_V > 0.0, total_V_V, 1.0)) ** 2)


DISTANCES: dict[str, Distance] = {
    "nominal": nominal, "ordinal": ordinal, "absolute": absolute, "interval": interval, "ratio": ratio,
}  # fmt: skip


def jaccard(common: Floats, either: Floats, smaller: Floats) -> Floats:
    """The share of what either holds that not both hold; two empty sets are equal."""
    return np.asarray(1.0 - np.where(either > 0.0, common / np.where(either > 0.0, either, 1.0), 1.0))


def masi(common: Floats, either: Floats, smaller: Floats) -> Floats:
    """Jaccard's likeness, a third less where one set holds the other, two thirds less where each holds its own."""
    nested, equal = common == smaller, common == either
    kept = np.where(equal, 1.0, np.where(nested & (smaller > 0.0), 2.0 / 3.0, np.where(common > 0.0, 1.0 / 3.0, 0.0)))
    return np.asarray(1.0 - kept * (1.0 - jaccard(common, either, smaller)))


SET_DISTANCES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {"jaccard": jaccard, "masi": masi}


def between_numbers(name: str) -> Distance:
    """The distance of that name, or a refusal that lists the names."""
    if name not in DISTANCES:
        raise ShapeMismatch(f"No distance {name!r}; known: {', '.join(DISTANCES)}.", distance=name)
    return DISTANCES[name]


def between_sets(sets_V: Sequence[Collection[Hashable]], name: str) -> Floats:
    """Every two sets' distance (V, V); counted element by element, so that rare elements cost next to nothing."""
    if name not in SET_DISTANCES:
        raise ShapeMismatch(f"No distance {name!r} of sets; known: {', '.join(SET_DISTANCES)}.", distance=name)
    few(len(sets_V))
    holders: dict[Hashable, list[int]] = {}
    for row, one in enumerate(sets_V):
        for element in one:
            holders.setdefault(element, []).append(row)
    # The characters of one marked span are held by the same sets: they are added at once.
    alike: dict[tuple[int, ...], int] = {}
    for rows in map(tuple, holders.values()):
        alike[rows] = alike.get(rows, 0) + 1
    common = np.zeros((len(sets_V), len(sets_V)))
    for rows, times in alike.items():
        common[np.ix_(rows, rows)] += times
    size_V = np.array([len(one) for one in sets_V], dtype=np.float64)
    either = size_V[:, None] + size_V - common
    return SET_DISTANCES[name](common, either, np.minimum(size_V[:, None], size_V))


def few(values: int) -> None:
    """A table of distances has a limit."""
    if values > MOST_VALUES:
        raise ShapeMismatch(f"More than {MOST_VALUES} different answers.", values=values)
