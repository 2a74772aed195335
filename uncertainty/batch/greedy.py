"""Best first; with learning, what each pick's answer would have taught is taken off the value of the others.

Two near-duplicates are each worth asking, but not both. A Bayesian head knows by how much an answer shrinks its doubts
about every other pair *before* the answer is known (the curvature at the expected margin), so the pool can be valued
anew after every pick at the price of one rank-one update. To stay quick on large pools only a shortlist, `SHORTLIST`
times n of the best at the start, is valued anew.
"""

from __future__ import annotations

import numpy as np

from uncertainty.arrays import Floats, Ints, at_least_one
from uncertainty.batch.pool import Candidates, Pool, Room, candidates
from uncertainty.batch.scores import Score
from uncertainty.ordering import best_first

SHORTLIST = 20
DEEP = 3  # times the cap: how many of one group come before others' worse ones in the shortlist


def top(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score) -> Ints:
    """The n rows of the highest score, at most `per_group` of one group, ties by seeded chance."""
    at_least_one(n=n, per_group=per_group)
    at = candidates(pool, rng)
    return best_first(score(at), at.chance_R, pool.code_M, pool.room_G(per_group), n)


def greedy(
    pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score, begun: tuple[int, ...] = ()
) -> Ints:
    """The n best rows one after the other, each pick's answer counted as known when the next is chosen.

    Rows `begun` with are the first picks already. Fewer than n come back only when the cap per group leaves fewer.
    """
    at_least_one(n=n, per_group=per_group)
    at = candidates(pool, rng)
    short = _shortlist(at, score(at), SHORTLIST * n, per_group)
    at = at.only(np.concatenate((np.array(begun, dtype=np.int64), short[~np.isin(short, begun)])))
    room = Room(pool.code_M[at.rows_R], n=n, per_group=per_group)
    while room.is_left():
        made = len(room.chosen)
        pick = made if made < len(begun) else room.best(score(at), at.chance_R)
        room.take(pick)
        at = at.as_if_known(pick)
    return at.rows_R[room.chosen]


def _shortlist(at: Candidates, value_R: Floats, size: int, per_group: int) -> Ints:
    """Rows by value, but a group's first few before anybody's later ones: so no big group fills the shortlist."""
    code_R = at.pool.code_M
    first = best_first(value_R, at.chance_R, code_R, at.pool.room_G(DEEP * per_group), size)
    if len(first) == min(size, len(value_R)):
        return first
    left = np.setdiff1d(at.rows_R, first)
    no_cap = at.pool.room_G(len(value_R))
    rest = best_first(value_R[left], at.chance_R[left], code_R[left], no_cap, size - len(first))
    return np.concatenate((first, left[rest]))
