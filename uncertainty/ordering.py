"""Best first under a cap per group, without sorting what cannot be chosen: a hundred of a million in a moment."""

from __future__ import annotations

import numpy as np

from uncertainty.arrays import Floats, Ints


def place_in_group(code_R: Ints) -> Ints:
    """0, 1, 2, ... for the first, second, third row of each group in the given order."""
    together = np.argsort(code_R, kind="stable")
    code = code_R[together]
    first_R = np.zeros(len(code), dtype=np.int64)
    first_R[1:] = np.where(code[1:] != code[:-1], np.arange(1, len(code)), 0)
    place_R = np.empty(len(code), dtype=np.int64)
    place_R[together] = np.arange(len(code)) - np.maximum.accumulate(first_R)
    return place_R


def best_first(values_M: Floats, noise_M: Floats, code_M: Ints, room_G: Ints, n: int) -> Ints:
    """The n rows of the highest value, best first, ties by the lowest noise, at most `room_G` rows of each group.

    Only the best 4n are sorted, and four times as many whenever the caps left too few of them. Rows worth as much as
    the last one looked at are all looked at, so where the line falls favours nobody.
    """
    look = max(4 * n, 1)
    while True:
        if look < len(values_M):
            least = np.partition(values_M, len(values_M) - look)[len(values_M) - look]
            rows = np.flatnonzero(values_M >= least)
        else:
            rows = np.arange(len(values_M))
        order = rows[np.lexsort((noise_M[rows], -values_M[rows]))]
        order = order[place_in_group(code_M[order]) < room_G[code_M[order]]]
        if len(order) >= n or len(rows) == len(values_M):
            return order[:n]
        look *= 4
