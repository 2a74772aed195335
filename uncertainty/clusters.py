"""k-means, small and seeded: where to begin when nothing is known, and strata of equal attention."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, Ints, finite
from uncertainty.errors import ShapeMismatch

STEPS = 20


def squared_distances(points_N_D: Floats, centres_K_D: Floats) -> Floats:
    """(N, K) squared Euclidean distances, never negative."""
    apart = (points_N_D**2).sum(axis=1)[:, None] - 2.0 * points_N_D @ centres_K_D.T + (centres_K_D**2).sum(axis=1)
    return np.asarray(np.maximum(apart, 0.0))


def spread_out(points_N_D: Floats, k: int, rng: np.random.Generator, first: int | None = None) -> Ints:
    """k different rows, each drawn with chance proportional to its squared distance from those drawn (k-means++)."""
    chosen = [int(rng.integers(len(points_N_D))) if first is None else first]
    near_N = squared_distances(points_N_D, points_N_D[chosen])[:, 0]
    while len(chosen) < k:
        near_N[chosen] = 0.0
        total = near_N.sum()
        left = np.setdiff1d(np.arange(len(points_N_D)), chosen)
        # All that is left coincides with what was drawn: any of it is as good.
        pick = int(rng.choice(len(near_N), p=near_N / total)) if total > 0 else int(rng.choice(left))
        chosen.append(pick)
        near_N = np.minimum(near_N, squared_distances(points_N_D, points_N_D[[pick]])[:, 0])
    return np.array(chosen)


def k_means(points_N_D: ArrayLike, k: int, *, rng: np.random.Generator) -> Ints:
    """The cluster, 0..k-1, of every point; k at most the number of points. An emptied cluster stays where it was."""
    points = finite(points_N_D, "points_N_D", ndim=2)
    if not 1 <= k <= len(points):
        raise ShapeMismatch("The number of clusters lies between 1 and the number of points.", k=k, points=len(points))
    centres = points[spread_out(points, k, rng)].copy()
    cluster_N = np.full(len(points), -1)
    for _ in range(STEPS):
        nearest_N = squared_distances(points, centres).argmin(axis=1)
        if (nearest_N == cluster_N).all():
            break
        cluster_N = nearest_N
        for c in np.unique(cluster_N):
            centres[c] = points[cluster_N == c].mean(axis=0)
    return cluster_N
