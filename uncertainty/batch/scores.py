"""How much each candidate's answer is worth now, under the belief as it would be once earlier picks are answered."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from uncertainty import acquisition, gauss, logistic
from uncertainty.acquisition import decisive
from uncertainty.arrays import Floats
from uncertainty.batch.pool import Candidates

Score = Callable[[Candidates], Floats]


def per_second(score: Score) -> Score:
    """The score per second its answer will probably take, where that is known. For amounts: scores of 0 or more."""

    @functools.wraps(score)
    def worth(at: Candidates) -> Floats:
        seconds_M = at.pool.seconds_M
        return score(at) if seconds_M is None else acquisition.per_second(score(at), seconds_M[at.rows_R])

    return worth


def random(at: Candidates) -> Floats:
    """Ask anywhere: the control."""
    return at.chance_R


def margin(at: Candidates) -> Floats:
    """Ask where the expected margin is closest to a tie."""
    return -np.abs(at.mean_R)


def entropy(at: Candidates) -> Floats:
    """Ask where the answer is hardest to foretell: its entropy in nats."""
    return logistic.entropy(at.prob_R, gauss.probability(-at.mean_R, at.var_R))


def bald(at: Candidates) -> Floats:
    """Ask where the answer would tell most about the model."""
    return gauss.information(at.mean_R, at.var_R)


def bald_decisive(at: Candidates) -> Floats:
    """Ask where an answer would tell much and a person can probably give one."""
    return np.asarray(bald(at) * decisive(at.prob_R))


def d_optimal(at: Candidates) -> Floats:
    """Ask for what shrinks the volume of the belief most: log(1 + curvature * variance) of the pair's margin."""
    return np.log1p(at.curvature_R * at.var_R)


def v_optimal(at: Candidates) -> Floats:
    """Ask for what most reduces uncertainty about the *pool's* answers, rather than about the model.

    BALD and D-optimality are drawn to odd pairs, whose answers tell much about directions no other pair lies in. Here
    a direction counts by how often the pool needs it: the drop of the pool's curvature-weighted margin variance,
    curvature * delta' cov A cov delta / (1 + curvature * variance), A the pool's second moment.
    """
    return np.asarray(at.curvature_R * at.reach_R / (1.0 + at.curvature_R * at.var_R))


def feature_distance(at: Candidates) -> Floats:
    """Ask where the two completions differ most: knows nothing of rewards, and must be beaten."""
    return np.asarray(np.sqrt(np.einsum("rd,rd->r", at.deltas_R_D, at.deltas_R_D)), dtype=np.float64)


def wrong_machine_label(at: Candidates) -> Floats:
    """Ask where the machine's label is most probably wrong, what the model does not know taken into account."""
    prob = at.prob_R
    return np.where(at.pool.machine_labels_M[at.rows_R] == 1.0, 1.0 - prob, prob)


def rlthf_band(at: Candidates) -> Floats:
    """Ask anywhere between reflection and knee; only when that band is used up, anywhere else."""
    return np.asarray(at.pool.in_band_M[at.rows_R] + at.chance_R)


def bald_where_wrong(at: Candidates) -> Floats:
    """Ask where an answer tells much, can be given, and would correct the machine: BALD x decisive x (1 + P(wrong))."""
    return np.asarray(bald_decisive(at) * (1.0 + wrong_machine_label(at)))
