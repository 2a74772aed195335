"""Most informative first, a fixed share at random, few per group; the same seed gives the same order.

Two streams fill the n places.

*Random stream*, drawn first and blind to the values: in rounds, every group once in a random order before any group a
second time, and a uniformly chosen pair of the group each time. So each group has the same chance however many pairs
it holds: a prompt with 64 completions (2,016 pairs) would otherwise own the control sample. Its size is `random_share`
of n, rounded up or down at random so that the share is right on average even when n is 1.

*Value stream*: the highest values among the rest, ties broken by seeded noise.

The cap per group counts both streams, and the random ones come out at random places of the order, so that any prefix
of the result holds about its share of them.

**Propensities.** For a pair of the random stream: the exact probability, over the randomness of this call, that the
random stream picks it; with it, `sum(x / propensity) / pool size` over the random stream estimates the pool's mean
without bias, because that stream never looks at the values. For a pair of the value stream: 1.0. Its place follows from
the values (once the random stream and the tie noise are drawn), so it has no probability to weight by; leave it out of
such estimates. Both speak of one call and its pool, not of a campaign's history.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Bools, Floats, Ints, finite, group_codes, same_length
from uncertainty.errors import ShapeMismatch
from uncertainty.ordering import best_first, place_in_group


@dataclasses.dataclass(frozen=True, eq=False)
class Selected:
    """The chosen pairs in the order to ask them; `indices` point into the pool."""

    indices: Ints
    from_random: Bools
    propensities: Floats


def select(
    values_M: ArrayLike,
    groups_M: ArrayLike,
    *,
    n: int,
    per_group: int,
    random_share: float,
    rng: np.random.Generator,
) -> Selected:
    """Choose up to n pairs; fewer only when the pool, under the cap per group, holds fewer.

    Give the pool in a stable order (by id): the seed fixes the choice for that order.
    """
    values = finite(values_M, "values_M", ndim=1)
    if n < 1 or per_group < 1 or not 0.0 <= random_share <= 1.0:
        raise ShapeMismatch(
            "n and per_group must be at least 1 and random_share between 0 and 1.",
            n=n, per_group=per_group, random_share=random_share,
        )  # fmt: skip
    pool = _Pool.of(groups_M, per_group)
    same_length(values_M=values, groups_M=pool.code_M)
    n = min(n, int(pool.room_G.sum()))
    wanted = n * random_share
    n_random = math.floor(wanted) + int(rng.random() < wanted - math.floor(wanted))

    random_picks = _random_stream(pool, n_random, rng)
    value_picks = _value_stream(values, pool, random_picks, n - n_random, rng)
    propensity_G = pool.random_propensity_G(wanted)
    is_random = np.zeros(n, dtype=np.bool_)
    is_random[rng.permutation(n)[:n_random]] = True
    chosen, propensities = np.empty(n, dtype=np.int64), np.ones(n)
    chosen[is_random], chosen[~is_random] = random_picks, value_picks
    propensities[is_random] = propensity_G[pool.code_M[random_picks]]
    return Selected(chosen, is_random, propensities)


@dataclasses.dataclass(frozen=True, eq=False)
class _Pool:
    """Groups as codes 0..G-1, their sizes, and how many places each may take."""

    code_M: Ints
    size_G: Ints
    room_G: Ints

    @classmethod
    def of(cls, groups: ArrayLike, per_group: int) -> _Pool:
        code_M, _ = group_codes(groups, "groups_M")
        size_G = np.bincount(code_M)
        return cls(code_M, size_G, np.minimum(size_G, per_group))

    def random_propensity_G(self, wanted: float) -> Floats:
        """Chance that the random stream picks a given pair of each group, averaged over the rounding of `wanted`."""
        low = math.floor(wanted)
        up = wanted - low
        taken_G = (1.0 - up) * self._expected_taken_G(low)
        if up:
            taken_G = taken_G + up * self._expected_taken_G(low + 1)
        return np.asarray(taken_G / self.size_G)

    def _expected_taken_G(self, n_random: int) -> Floats:
        full_rounds, left, open_G = _rounds(self.room_G, n_random)
        share = left / open_G.sum() if left else 0.0
        return np.asarray(np.minimum(self.room_G, full_rounds) + share * open_G)


def _rounds(room_G: Ints, n: int) -> tuple[int, int, Bools]:
    """n draws as complete rounds over the groups, draws left over, and the groups open in the unfinished round."""
    full = 0
    while True:
        open_G = room_G > full
        width = int(open_G.sum())
        if n < width or width == 0:
            return full, n, open_G
        n, full = n - width, full + 1


def _random_stream(pool: _Pool, n_random: int, rng: np.random.Generator) -> Ints:
    full_rounds, left, open_G = _rounds(pool.room_G, n_random)
    take_G = np.minimum(pool.room_G, full_rounds)
    take_G[rng.permutation(np.flatnonzero(open_G))[:left]] += 1
    # Uniform without replacement inside every group at once: the first take_g of a shuffled group.
    rows: Ints = rng.permutation(np.flatnonzero(take_G[pool.code_M] > 0))
    return rows[place_in_group(pool.code_M[rows]) < take_G[pool.code_M[rows]]]


def _value_stream(values: Floats, pool: _Pool, taken: Ints, n: int, rng: np.random.Generator) -> Ints:
    free_M = np.ones(len(values), dtype=np.bool_)
    free_M[taken] = False
    free = np.flatnonzero(free_M)
    room_G = pool.room_G - np.bincount(pool.code_M[taken], minlength=len(pool.room_G))
    return free[best_first(values[free], rng.random(len(free)), pool.code_M[free], room_G, n)]
