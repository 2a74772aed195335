"""Rules by name: functions of a pool and an n that return rows in the order to ask.

`RULES` holds them all: `BATCH_RULES` read the belief, those of `drawn.DRAWN` the joint draws of an ensemble or of
dropout. Where the pool says how many seconds each answer will take, what is worth an amount is worth it per second; the
rules in `BLIND_TO_SECONDS` are not amounts and pay no heed. In group form a rule with `per_group=1` names the groups in
order, each by its best pair, and `showing.completions_to_show` adds a third and fourth to it.

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

from uncertainty.acquisition import ACQUISITIONS, per_second
from uncertainty.arrays import Floats, Ints, at_least_one, indices
from uncertainty.batch import scores, spread
from uncertainty.batch.drawn import DRAWN
from uncertainty.batch.greedy import greedy, top
from uncertainty.batch.pool import Pool
from uncertainty.batch.scores import Score
from uncertainty.errors import ShapeMismatch
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.ordering import best_first


class Rule(Protocol):
    def __call__(self, pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints: ...


class _Ordering(Protocol):
    def __call__(self, pool: Pool, *, n: int, per_group: int, rng: np.random.Generator, score: Score) -> Ints: ...


def as_values(order: ArrayLike, pool_size: int) -> Floats:
    """An order as values for `selection.select`: the first pick the highest, rows not picked all alike below."""
    rows = indices(order, "order", below=pool_size)
    if len(np.unique(rows)) < len(rows):
        raise ShapeMismatch("An order names a row once.", what="order")
    values_M = np.zeros(pool_size)
    values_M[rows] = np.arange(len(rows), 0, -1)
    return values_M


def _rule(ordering: _Ordering, score: Score) -> Rule:
    def rule(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
        return ordering(pool, n=n, per_group=per_group, rng=rng, score=score)

    rule.__doc__ = score.__doc__
    return rule


def _amount(ordering: _Ordering, score: Score) -> Rule:
    """A rule whose score says how much, never less than 0: per second, where a pool says how long answers take."""
    return _rule(ordering, scores.per_second(score))


def _drawn(name: str) -> Rule:
    """A rule that reads the pool's draws instead of the belief; its values are amounts."""

    def rule(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
        at_least_one(n=n, per_group=per_group)
        values_M = pool.draws.values(name, rng=rng)
        if pool.seconds_M is not None:
            values_M = per_second(values_M, pool.seconds_M)
        return best_first(values_M, rng.random(len(values_M)), pool.code_M, pool.room_G(per_group), n)

    rule.__doc__ = (GROUP_ACQUISITIONS.get(name) or ACQUISITIONS[name].value).__doc__
    return rule


BATCH_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "random": _rule(top, scores.random),
        "stratified_random": spread.stratified_random,
        "stratified_bald": spread.stratified_bald,
        "margin": _rule(top, scores.margin),
        "entropy": _amount(greedy, scores.entropy),
        "bald": _amount(top, scores.bald),
        "bald_greedy": _amount(greedy, scores.bald),
        "bald_decisive": _amount(greedy, scores.bald_decisive),
        "d_optimal": _amount(greedy, scores.d_optimal),
        "v_optimal": _amount(greedy, scores.v_optimal),
        "badge": spread.badge,
        "bal_pm": spread.bal_pm,
        "feature_distance": _amount(top, scores.feature_distance),
        "rlthf_band": _rule(top, scores.rlthf_band),
        "wrong_machine_label": _amount(top, scores.wrong_machine_label),
        "bald_where_wrong": _amount(greedy, scores.bald_where_wrong),
    }
)
NEEDS_MACHINE_LABELS = frozenset({"rlthf_band", "wrong_machine_label", "bald_where_wrong"})
# These say where, not how much: closeness to a tie has no zero to count from, and chance must stay chance.
BLIND_TO_SECONDS = frozenset({"random", "stratified_random", "margin", "rlthf_band"})
# Every acquisition, by name, with one signature.
RULES: Mapping[str, Rule] = MappingProxyType({**BATCH_RULES, **{name: _drawn(name) for name in DRAWN}})
