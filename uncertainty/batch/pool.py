"""What a batch rule may look at, and how much room the cap per group leaves. Nothing here was said by a person."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import ArrayLike

from uncertainty import gauss
from uncertainty.arrays import AnyArray, Bools, Floats, Ints, finite, same_length
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.laplace import BayesianHead, after_label
from uncertainty.logistic import sigmoid
from uncertainty.rlthf import Zone, agreement, reward_curve


@dataclasses.dataclass(frozen=True, eq=False)
class Pool:
    """M pairs that may be asked about, and what the model believes: no answer of a person is in here."""

    head: BayesianHead
    deltas_M_D: Floats  # features of the first completion minus those of the second
    groups_M: AnyArray
    prompts_M_P: Floats | None = None  # an embedding of each pair's prompt, for rules that spread over prompts
    machine_M: Floats | None = None  # labels a machine gave: 1 first, 0 second
    asked_A_P: Floats | None = None  # embeddings of the prompts asked about before
    needs_D_D: Floats | None = None  # `needs` of a wider pool that this one is only a part of

    @functools.cached_property
    def needed_D_D(self) -> Floats:
        """What the answers are for: the needs given, or else those of these very pairs."""
        return needs(self.head, self.deltas_M_D) if self.needs_D_D is None else self.needs_D_D

    @functools.cached_property
    def in_band_M(self) -> Bools:
        """Pairs whose machine label lies between reflection and knee of the reward-distribution curve."""
        agreement_M = agreement(self.deltas_M_D @ self.head.mean_D, self.machine_labels_M)
        return np.asarray(reward_curve(agreement_M).zones(agreement_M) == Zone.ASK)

    @property
    def machine_labels_M(self) -> Floats:
        if self.machine_M is None:
            raise EmptyPool("This rule reads the labels a machine gave, and there are none.", what="machine_M")
        return self.machine_M

    def prompts(self) -> tuple[Floats, Ints]:
        """One embedding per group, and each row's group as a number."""
        if self.prompts_M_P is None:
            raise EmptyPool("This rule reads embeddings of the prompts, and there are none.", what="prompts_M_P")
        _, first_G, code_M = np.unique(self.groups_M, return_index=True, return_inverse=True)
        return self.prompts_M_P[first_G], code_M.reshape(-1)

    def __post_init__(self) -> None:
        axes = {"deltas_M_D": 2, "prompts_M_P": 2, "machine_M": 1, "asked_A_P": 2, "needs_D_D": 2}
        for name, ndim in axes.items():
            if (given := getattr(self, name)) is not None and (name != "asked_A_P" or len(given)):
                object.__setattr__(self, name, finite(given, name, ndim=ndim))
        object.__setattr__(self, "groups_M", np.asarray(self.groups_M))
        per_pair = {name: getattr(self, name) for name in ("deltas_M_D", "groups_M", "prompts_M_P", "machine_M")}
        same_length(**{name: column for name, column in per_pair.items() if column is not None})
        width = self.deltas_M_D.shape[1]
        if self.needs_D_D is not None and self.needs_D_D.shape != (width, width):
            raise ShapeMismatch(f"needs_D_D must be {width} x {width}.", shape=list(self.needs_D_D.shape))


def needs(head: BayesianHead, deltas_M_D: ArrayLike) -> Floats:
    """Second moment of the differences, each weighted by how open its answer is: what will be needed, D x D.

    A pool of only some of the pairs (the open tasks) is ordered for the needs of all by passing this as `needs_D_D`.
    """
    deltas = finite(deltas_M_D, "deltas_M_D", ndim=2)
    p = sigmoid(deltas @ head.mean_D)
    return np.asarray((deltas.T * (p * (1.0 - p))) @ deltas / len(p))


@dataclasses.dataclass(frozen=True, eq=False)
class Candidates:
    """The rows still being compared: their margins' means and variances under what would be known by now."""

    pool: Pool
    rows_R: Ints
    deltas_R_D: Floats
    mean_R: Floats
    var_R: Floats
    cov_D_D: Floats
    chance_R: Floats  # one number in 0..1 per candidate, drawn once

    @property
    def prob_R(self) -> Floats:
        return gauss.probability(self.mean_R, self.var_R)

    @property
    def curvature_R(self) -> Floats:
        """What one answer adds to the precision of its own margin, at the expected margin."""
        p = sigmoid(self.mean_R)
        return np.asarray(p * (1.0 - p))

    def only(self, keep_R: Ints) -> Candidates:
        """Some of them."""
        columns = ("rows_R", "deltas_R_D", "mean_R", "var_R", "chance_R")
        return dataclasses.replace(self, **{name: getattr(self, name)[keep_R] for name in columns})

    def as_if_known(self, pick: int) -> Candidates:
        """What is left to know once this one's answer is in: variances shrink along it, expected margins stay."""
        delta_D, curvature = self.deltas_R_D[pick], float(self.curvature_R[pick])
        shared_R = self.deltas_R_D @ (self.cov_D_D @ delta_D)
        var_R = self.var_R - shared_R**2 * (curvature / (1.0 + curvature * self.var_R[pick]))
        cov_D_D = after_label(self.cov_D_D, delta_D, curvature)
        return dataclasses.replace(self, cov_D_D=cov_D_D, var_R=np.asarray(np.maximum(var_R, 0.0)))


def candidates(pool: Pool, rng: np.random.Generator) -> Candidates:
    """The whole pool, nothing picked yet."""
    mean_M, var_M = pool.head.margins(pool.deltas_M_D)
    rows = np.arange(len(mean_M))
    return Candidates(pool, rows, pool.deltas_M_D, mean_M, var_M, pool.head.cov_D_D, rng.random(len(rows)))


class Room:
    """Which rows may still be picked under the cap per group; a row is picked once."""

    def __init__(self, groups_M: AnyArray, per_group: int) -> None:
        if per_group < 1:
            raise ShapeMismatch("per_group must be at least 1.", per_group=per_group)
        _, code_M, size_G = np.unique(groups_M, return_inverse=True, return_counts=True)
        self.code_M, self.left_G = code_M.reshape(-1), np.minimum(size_G, per_group)
        self.open_M: Bools = np.ones(len(self.code_M), dtype=np.bool_)

    def take(self, row: int) -> None:
        group = self.code_M[row]
        self.left_G[group] -= 1
        self.open_M[row] = False
        if self.left_G[group] == 0:
            self.open_M[self.code_M == group] = False
