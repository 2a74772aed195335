"""A completion's features as the Bayesian head sees them: bounded, and turned towards what tells completions apart.

Learnt from the pool's pairs alone, never from an answer. A feature is divided by how much it differs *inside* pairs, so
that what varies between prompts only does not drown what tells completions of one prompt apart; then bounded, because
the few completions that lie far out in some feature would otherwise own every rule that looks for the unknown; then
projected on the directions in which the pool's pairs differ most.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Floats, finite, indices, same_length
from uncertainty.errors import EmptyPool, ShapeMismatch

WIDTH = 128  # directions kept; chosen on random answers, see benchmarks/efficiency/learners.py
BOUND = 2.0  # standard deviations inside pairs
SAMPLE = 10_000  # pairs that are enough to learn the directions from
PROMPT_WIDTH = 16
# How fast what a head cannot see grows with distance, against what it can; chosen on the pools of other splits of four
# public collections among 0 (nothing unseen), 1, 8 and infinity (only the direction counts).
UNSEEN = 8.0
BLOCK = 8_192  # rows turned at once: features may be stored in half precision, and are never all widened


@dataclasses.dataclass(frozen=True, eq=False)
class PairView:
    """Where features lie for a head; the difference of two points is what a pair's margin is linear in."""

    centre_D: Floats
    scale_D: Floats  # infinite for a feature that never differs inside a pair: it is left out
    basis_D_W: Floats

    @classmethod
    def fit(cls, features_N_D: ArrayLike, i_M: ArrayLike, j_M: ArrayLike, *, width: int = WIDTH) -> PairView:
        """The view of a pool: rows `i_M` and `j_M` of the features are its pairs. Differences have mean square 1."""
        features = _table(features_N_D)
        i, j = (indices(rows, name, below=len(features)) for rows, name in ((i_M, "i_M"), (j_M, "j_M")))
        same_length(i_M=i, j_M=j)
        if not len(i):
            raise EmptyPool("A view is learnt from pairs, and there are none.", what="i_M")
        some = slice(None, None, -(-len(i) // SAMPLE))
        left, right = (finite(features[rows[some]], "features_N_D", ndim=2) for rows in (i, j))
        scale_D = np.sqrt(((left - right) ** 2).mean(axis=0) / 2.0)
        scale_D[scale_D <= 1e-6] = np.inf
        centre_D = (left.mean(axis=0) + right.mean(axis=0)) / 2.0
        apart = _bounded(left, centre_D, scale_D) - _bounded(right, centre_D, scale_D)
        _, vector_D_D = np.linalg.eigh(apart.T @ apart)
        basis_D_W = vector_D_D[:, ::-1][:, :width]
        size = float(np.sqrt(((apart @ basis_D_W) ** 2).sum(axis=1).mean()))
        return cls(centre_D, scale_D, basis_D_W / (size if size > 0 else 1.0))

    def points(self, features_N_D: ArrayLike) -> Floats:
        """(N, W): equal features give equal points, so two equal completions differ by nothing."""
        features = _table(features_N_D)
        points_N_W = np.empty((len(features), self.basis_D_W.shape[1]))
        for start in range(0, len(features), BLOCK):
            block = finite(features[start : start + BLOCK], "features_N_D", ndim=2)
            points_N_W[start : start + BLOCK] = _bounded(block, self.centre_D, self.scale_D) @ self.basis_D_W
        return points_N_W


def damped(deltas_M_D: ArrayLike) -> Floats:
    """The further apart two completions are, the less their difference counts: d * sqrt((1 + c) / (1 + c * |d|^2)).

    Two completions that differ much in what a head sees differ much in what it cannot see, too. With a normal residual
    whose variance grows as |d|^2 the chance of an answer is that of a margin divided by sqrt(1 + c * |d|^2), so it is
    this difference that a margin is linear in. Without it a head foretells far pairs too boldly, and every rule that
    looks for information runs after the pairs whose answers it understands least. A difference of the typical size 1
    stays as it is, equal completions still differ by nothing, and no difference exceeds sqrt(1 + 1 / c).
    """
    deltas = finite(deltas_M_D, "deltas_M_D", ndim=2)
    square_M = np.einsum("md,md->m", deltas, deltas)
    return np.asarray(deltas * np.sqrt((1.0 + UNSEEN) / (1.0 + UNSEEN * square_M))[:, None])


def _table(features_N_D: ArrayLike) -> AnyArray:
    features = np.asarray(features_N_D)
    if features.ndim != 2:
        raise ShapeMismatch("features_N_D must have 2 axes.", what="features_N_D", shape=list(features.shape))
    return features


def _bounded(features: Floats, centre_D: Floats, scale_D: Floats) -> Floats:
    return np.asarray(np.clip((features - centre_D) / scale_D, -BOUND, BOUND))


def prompt_points(features_N_D: ArrayLike, groups_N: ArrayLike, *, width: int = PROMPT_WIDTH) -> Floats:
    """(N, P): where each rollout's prompt lies: the mean of its group's features, on the directions groups differ most.

    Completions of one prompt talk about one thing, so what they share stands for the prompt and costs no encoding.
    """
    features = _table(features_N_D)
    groups = np.asarray(groups_N)
    same_length(features_N_D=features, groups_N=groups)
    _, code_N, count_G = np.unique(groups, return_inverse=True, return_counts=True)
    mean_G_D = np.zeros((len(count_G), features.shape[1]))
    for start in range(0, len(features), BLOCK):
        block = slice(start, start + BLOCK)
        np.add.at(mean_G_D, code_N.reshape(-1)[block], finite(features[block], "features_N_D", ndim=2))
    mean_G_D = mean_G_D / count_G[:, None]
    mean_G_D -= mean_G_D.mean(axis=0)
    _, vector_D_D = np.linalg.eigh(mean_G_D.T @ mean_G_D)
    return np.asarray((mean_G_D @ vector_D_D[:, ::-1][:, :width])[code_N.reshape(-1)])
