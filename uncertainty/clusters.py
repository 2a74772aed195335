"""k-means, small and seeded: where to begin when nothing is known, and strata of equal attention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, Ints, finite
from uncertainty.errors import ShapeMismatch

STEPS = 20
LEARN_FROM = 8_192  # points that are enough to place centres by (or four per cluster); all are assigned to them
TILE = 1_048_576  # distances held at once: 8 MB, and a few temporaries of that size


def squared_distances(points_N_D: Floats, centres_K_D: Floats) -> Floats:
    """(N, K) squared Euclidean distances, never negative."""
    apart = (points_N_D**2).sum(axis=1)[:, None] - 2.0 * points_N_D @ centres_K_D.T + (centres_K_D**2).sum(axis=1)
    return np.asarray(np.maximum(apart, 0.0))


def distance_tiles(points_N_D: Floats, centres_K_D: Floats) -> Iterator[tuple[slice, Floats]]:
    """Some points at a time with their squared distances to all centres: N x K is never held at once."""
    height = max(TILE // len(centres_K_D), 1)
    for start in range(0, len(points_N_D), height):
        rows = slice(start, start + height)
        yield rows, squared_distances(points_N_D[rows], centres_K_D)


def spread_out(points_N_D: Floats, k: int, rng: np.random.Generator, first: int | None = None) -> Ints:
    """k different rows, each drawn with chance proportional to its squared distance from those drawn (k-means++)."""
    chosen = [int(rng.integers(len(points_N_D))) if first is None else first]
    near_N = squared_distances(points_N_D, points_N_D[chosen])[:, 0]
    while len(chosen) < k:
        near_N[chosen[-1]] = 0.0
        total = near_N.sum()
        # All that is left coincides with what was drawn: any of it is as good.
        left = np.arange(len(near_N)) if total > 0 else np.setdiff1d(np.arange(len(near_N)), chosen)
        chosen.append(int(rng.choice(left, p=near_N / total if total > 0 else None)))
        near_N = np.minimum(near_N, squared_distances(points_N_D, points_N_D[chosen[-1:]])[:, 0])
    return np.array(chosen)


def k_means(points_N_D: ArrayLike, k: int, *, rng: np.random.Generator) -> Ints:
    """The cluster, 0..k-1, of every point; k at most the number of points. An emptied cluster stays where it was."""
    points = finite(points_N_D, "points_N_D", ndim=2)
    if not 1 <= k <= len(points):
        raise ShapeMismatch("The number of clusters lies between 1 and the number of points.", k=k, points=len(points))
    enough = max(LEARN_FROM, 4 * k)
    some = points if len(points) <= enough else points[rng.choice(len(points), enough, replace=False)]
    centres = some[spread_out(some, k, rng)].copy()
    cluster_N = np.full(len(some), -1)
    for _ in range(STEPS):
        nearest_N = _nearest(some, centres)
        if (nearest_N == cluster_N).all():
            break
        cluster_N = nearest_N
        count_K = np.bincount(cluster_N, minlength=k)
        total_K_D = np.zeros_like(centres)
        np.add.at(total_K_D, cluster_N, some)
        centres[count_K > 0] = total_K_D[count_K > 0] / count_K[count_K > 0, None]
    return cluster_N if some is points else _nearest(points, centres)


def _nearest(points_N_D: Floats, centres_K_D: Floats) -> Ints:
    parts = [apart_B_K.argmin(axis=1) for _, apart_B_K in distance_tiles(points_N_D, centres_K_D)]
    return np.concatenate(parts)
