"""Until people have looked at enough suspected flips, some questions of every round look at one. Only reads.

Flips are made without asking only after an audit; a rule of asking that has no eye for them would never get it done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annotator.rollouts.models import RewardModelVersion
from uncertainty.batch.rules import as_values
from uncertainty.machine_mix import AUDITS, flip_zone, with_audits
from uncertainty.view import damped

from .machine_labels import machine_pairs
from .models import Campaign
from .pool import Askable

if TYPE_CHECKING:
    from .ranking import Belief

PAIRS = 10_000  # of the machine's newest are looked through
AHEAD = 4  # times as many as asked keep their order: some give way to the cap per group


def audited_so_far(version: RewardModelVersion | None) -> int:
    """How many suspected flips people had answered when this version was trained."""
    told = (version.metrics.get("machine") if version is not None else None) or {}
    return int(told.get("flips", {}).get("audited", 0))


def with_due_audits(
    campaign: Campaign,
    version: RewardModelVersion | None,
    belief: Belief,
    pool: Askable,
    values_M: np.ndarray,
    *,
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """The values with a suspected flip in every tenth place of their order; as they were when no audit is due."""
    audited = audited_so_far(version)
    if not campaign.config.machine or audited >= AUDITS:
        return values_M
    suspected_M = _suspected(campaign, belief, pool)
    if not suspected_M.any():
        return values_M
    order = np.argsort(-values_M, kind="stable")[: AHEAD * n]
    order = order[values_M[order] > 0]  # what the rule did not name has no order
    return as_values(with_audits(order, suspected_M, audited=audited, rng=rng), len(pool))


def _suspected(campaign: Campaign, belief: Belief, pool: Askable) -> np.ndarray:
    """The pool's pairs that the machine labelled for training and the belief finds surely wrong."""
    suspected_M = np.zeros(len(pool), dtype=bool)
    labelled = machine_pairs(campaign, PAIRS)
    labelled = labelled.where(~np.isnan(labelled.label_M))
    pairs_P = _numbers(pool.rollouts_N[pool.i_M], pool.rollouts_N[pool.j_M])
    _, rows, told = np.intersect1d(pairs_P, _numbers(labelled.a_M, labelled.b_M), return_indices=True)
    known = belief.known_N[pool.i_M[rows]] & belief.known_N[pool.j_M[rows]]
    rows, told = rows[known], told[known]
    if len(rows):
        apart = damped(belief.points_N_W[pool.i_M[rows]] - belief.points_N_W[pool.j_M[rows]])
        suspected_M[rows] = flip_zone(apart @ belief.head.mean_D, labelled.label_M[told])
    return suspected_M


def _numbers(a_M: np.ndarray, b_M: np.ndarray) -> np.ndarray:
    """One complex number per pair of ids: exact up to 2^53, and sorted like the pair."""
    return np.asarray(a_M + 1j * b_M)
