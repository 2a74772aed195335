"""Best first; with learning, what each pick's answer would have taught is taken off the value of the others.

Two near-duplicates are each worth asking, but not both. A Bayesian head knows by how much an answer shrinks its doubts
about every other pair *before* the answer is known (the curvature at the expected margin), so the pool can be valued
anew after every pick at the price of one rank-one update. To stay quick on large pools only a shortlist, `SHORTLIST`
times n of the best at the start, is valued anew.
"""

from __future__ import annotations

import numpy as np

from uncertainty.arrays import AnyArray, Floats, Ints
from uncertainty.batch.pool import Candidates, Pool, Room, candidates
from uncertainty.batch.scores import Score
from uncertainty.errors import ShapeMismatch

SHORTLIST = 20
DEEP = 3  # times the cap: how many of one group come before others' worse ones in the shortlist


def top(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score) -> Ints:
    """The n rows of the highest score, at most `per_group` of one group, ties by seeded chance."""
    at, room, chosen = candidates(pool, rng), Room(pool.groups_M, per_group), list[int]()
    for row in np.lexsort((at.chance_R, -score(at))).tolist():
        if len(chosen) == _at_least_one(n):
            break
        if room.open_M[row]:
            room.take(row)
            chosen.append(row)
    return np.array(chosen, dtype=np.int64)


def greedy(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score) -> Ints:
    """The n best rows one after the other, each pick's answer counted as known when the next is chosen.

    Fewer than n come back only when the cap per group leaves fewer.
    """
    at, room, chosen = candidates(pool, rng), Room(pool.groups_M, per_group), list[int]()
    at = at.only(_shortlist(score(at), at, per_group)[: SHORTLIST * _at_least_one(n)])
    while len(chosen) < n and room.open_M[at.rows_R].any():
        pick = _best(at, score(at), room)
        chosen.append(int(at.rows_R[pick]))
        room.take(chosen[-1])
        at = at.as_if_known(pick)
    return np.array(chosen, dtype=np.int64)


def _best(at: Candidates, value_R: Floats, room: Room) -> int:
    open_R = np.where(room.open_M[at.rows_R], value_R, -np.inf)
    ties = np.flatnonzero(open_R == open_R.max())
    return int(ties[at.chance_R[ties].argmin()])


def _shortlist(value_R: Floats, at: Candidates, per_group: int) -> Ints:
    """Rows by value, but a group's first few before anybody's later ones: so no big group fills the shortlist."""
    order = np.lexsort((at.chance_R, -value_R))
    deep = _place_in_group(np.asarray(at.pool.groups_M)[order]) >= DEEP * per_group
    return order[np.argsort(deep, kind="stable")]


def _place_in_group(groups_R: AnyArray) -> Ints:
    """0, 1, 2, ... for the first, second, third row of each group in the given order."""
    code_R = np.unique(groups_R, return_inverse=True)[1].reshape(-1)
    together = np.argsort(code_R, kind="stable")
    place_R = np.empty(len(code_R), dtype=np.int64)
    place_R[together] = np.arange(len(code_R)) - np.searchsorted(code_R[together], code_R[together])
    return place_R


def _at_least_one(n: int) -> int:
    if n < 1:
        raise ShapeMismatch("n must be at least 1.", n=n)
    return n
