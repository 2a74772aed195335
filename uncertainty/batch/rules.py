"""Batch rules by name: functions of a pool and an n that return rows in the order to ask.

`as_values` turns an order into values for `selection.select`, which adds the random stream, the cap per group over both
streams, and the propensities. To add a rule: write a score and add a line here, with `greedy` if picks should learn
from each other and `top` if not; or a function like `badge` when a score is not enough; and a test worked by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, Ints, indices
from uncertainty.batch import scores, spread
from uncertainty.batch.greedy import greedy, top
from uncertainty.batch.pool import Pool
from uncertainty.batch.scores import Score


class Rule(Protocol):
    def __call__(self, pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints: ...


class _Ordering(Protocol):
    def __call__(self, pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score) -> Ints: ...


def as_values(order: ArrayLike, pool_size: int) -> Floats:
    """An order as values for `selection.select`: the first pick the highest, rows not picked all alike below."""
    rows = indices(order, "order", below=pool_size)
    values_M = np.zeros(pool_size)
    values_M[rows] = np.arange(len(rows), 0, -1)
    return values_M


def _rule(ordering: _Ordering, score: Score) -> Rule:
    def rule(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
        return ordering(pool, n=n, per_group=per_group, rng=rng, score=score)

    rule.__doc__ = score.__doc__
    return rule


BATCH_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "random": _rule(top, scores.random),
        "stratified_random": spread.stratified_random,
        "stratified_bald": spread.stratified_bald,
        "margin": _rule(top, scores.margin),
        "entropy": _rule(greedy, scores.entropy),
        "bald": _rule(top, scores.bald),
        "bald_greedy": _rule(greedy, scores.bald),
        "bald_decisive": _rule(greedy, scores.bald_decisive),
        "d_optimal": _rule(greedy, scores.d_optimal),
        "v_optimal": _rule(greedy, scores.v_optimal),
        "badge": spread.badge,
        "bal_pm": spread.bal_pm,
        "feature_distance": _rule(top, scores.feature_distance),
        "rlthf_band": _rule(top, scores.rlthf_band),
        "wrong_machine_label": _rule(top, scores.wrong_machine_label),
        "bald_where_wrong": _rule(greedy, scores.bald_where_wrong),
    }
)
NEEDS_MACHINE_LABELS = frozenset({"rlthf_band", "wrong_machine_label", "bald_where_wrong"})
