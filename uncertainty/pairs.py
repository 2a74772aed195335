"""The pool of a pairwise campaign: every two completions of one prompt, or a fixed random few of very many."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, Ints, group_codes
from uncertainty.errors import ShapeMismatch


def pairs_within_groups(
    groups_N: ArrayLike, *, max_pairs_per_group: int | None = None, seed: int = 0
) -> tuple[Ints, Ints]:
    """Every pair i < j of rows in the same group, ordered by group; a group over the cap gives a random subset.

    The subset is uniform without replacement, so every completion has the same expected number of pairs. It depends
    only on the seed, the group's number and its size: other groups arriving later do not change it, so a pair that
    was in the pool stays in the pool. (A group that grows is redrawn.)
    """
    groups = np.asarray(groups_N)
    if groups.ndim != 1 or (groups.size and groups.dtype.kind not in "iu"):
        raise ShapeMismatch("groups_N must be a list of whole numbers.", shape=list(groups.shape))
    if max_pairs_per_group is not None and max_pairs_per_group < 1:
        raise ShapeMismatch("max_pairs_per_group must be at least 1.", max_pairs_per_group=max_pairs_per_group)
    order_N = np.argsort(groups, kind="stable")
    id_G, first_G, size_G = np.unique(groups[order_N], return_index=True, return_counts=True)
    parts: list[tuple[Ints, Ints, Ints]] = [
        _pairs_of_size(int(size), np.flatnonzero(size_G == size), id_G, max_pairs_per_group, seed)
        for size in np.unique(size_G)
        if size > 1
    ]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    which, i, j = (np.concatenate(column) for column in zip(*parts, strict=True))
    by_group = np.argsort(which, kind="stable")
    start = first_G[which[by_group]]
    return order_N[start + i[by_group]], order_N[start + j[by_group]]


def overlap_weights(groups_M: ArrayLike) -> Floats:
    """How much each of a prompt's k answers counts: 1 / sqrt(k), so that together they count as sqrt(k).

    Answers about one prompt share completions and a mood, and are not independent evidence: taken at their number they
    make a model too sure and its prior too loose. The square root is a rule of thumb between counting every answer
    (too sure) and counting every prompt once (too timid); on two public collections it was the best of the powers
    0, 1/2, 3/4 and 1 wherever prompts had several answers.
    """
    code_M, _ = group_codes(groups_M, "groups_M")
    return np.asarray(1.0 / np.sqrt(np.bincount(code_M))[code_M])


def _pairs_of_size(size: int, which: Ints, id_G: Ints, cap: int | None, seed: int) -> tuple[Ints, Ints, Ints]:
    """(group, i, j) for all groups of one size, i and j counted inside the group."""
    count = size * (size - 1) // 2
    if cap is None or count <= cap:
        i, j = (side.astype(np.int64) for side in np.triu_indices(size, k=1))
        return np.repeat(which, count), np.tile(i, len(which)), np.tile(j, len(which))
    flat = np.concatenate([_subset(count, cap, int(id_G[group]), size, seed) for group in which])
    i, j = _unrank(flat, size)
    return np.repeat(which, cap), i, j


def _subset(count: int, cap: int, group: int, size: int, seed: int) -> Ints:
    # Entropy must not be negative; two's complement keeps group -1 apart from group 1.
    rng = np.random.default_rng([seed % 2**64, group % 2**64, size])
    return np.sort(rng.choice(count, size=cap, replace=False, shuffle=False))


def _unrank(flat: Ints, size: int) -> tuple[Ints, Ints]:
    """The flat-th pair i < j in reading order of the upper triangle."""
    first_of_row = np.cumsum(np.concatenate(([0], np.arange(size - 1, 0, -1))))
    i = np.searchsorted(first_of_row, flat, side="right") - 1
    return i, flat - first_of_row[i] + i + 1
