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

from uncertainty.arrays import AnyArray, Bools, Floats, Ints, finite, same_length
from uncertainty.errors import ShapeMismatch


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
    values, groups = finite(values_M, "values_M", ndim=1), np.asarray(groups_M)
    same_length(values_M=values, groups_M=groups)
    if n < 1 or per_group < 1 or not 0.0 <= random_share <= 1.0:
        raise ShapeMismatch(
            "n and per_group must be at least 1 and random_share between 0 and 1.",
            n=n, per_group=per_group, random_share=random_share,
        )  # fmt: skip
    pool = _Pool.of(groups, per_group)
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
    def of(cls, groups: AnyArray, per_group: int) -> _Pool:
        _, code_M, size_G = np.unique(groups, return_inverse=True, return_counts=True)
        return cls(code_M.reshape(-1), size_G, np.minimum(size_G, per_group))

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
    order_M = np.lexsort((rng.random(len(pool.code_M)), pool.code_M))
    return rng.permutation(order_M[_place_in_group(pool, order_M) < take_G[pool.code_M[order_M]]])


def _value_stream(values: Floats, pool: _Pool, taken: Ints, n: int, rng: np.random.Generator) -> Ints:
    if n == 0:
        return np.empty(0, dtype=np.int64)
    noise = rng.random(len(values))
    free_M = np.ones(len(values), dtype=np.bool_)
    free_M[taken] = False
    room_G = pool.room_G - np.bincount(pool.code_M[taken], minlength=len(pool.room_G))
    # Taken pairs sort behind the free ones of their group, so places count only free pairs.
    order_M = np.lexsort((noise, -values, ~free_M, pool.code_M))
    allowed = (_place_in_group(pool, order_M) < room_G[pool.code_M[order_M]]) & free_M[order_M]
    eligible = order_M[allowed]
    return eligible[np.lexsort((noise[eligible], -values[eligible]))[:n]]


def _place_in_group(pool: _Pool, order_M: Ints) -> Ints:
    """0, 1, 2, ... inside each group, for an order that keeps the groups together and ascending."""
    first_G = np.concatenate(([0], np.cumsum(pool.size_G)[:-1]))
    return np.arange(len(order_M)) - first_G[pool.code_M[order_M]]
