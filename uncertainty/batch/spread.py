"""Rules whose picks repel each other by where they lie, not by what their answers would teach."""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.arrays import Bools, Floats, Ints, at_least_one
from uncertainty.batch import scores
from uncertainty.batch.greedy import greedy
from uncertainty.batch.pool import Pool, Room, candidates
from uncertainty.clusters import distance_tiles, k_means, squared_distances
from uncertainty.logistic import sigmoid
from uncertainty.ordering import best_first, place_in_group

BADGE_ROWS = 16_384  # of a larger pool, only so many: every pick measures its distance to all of them
BAL_PM_NEIGHBOURS = 13
BAL_PM_WEIGHT = 0.01
BAL_PM_PROMPTS = 4_096  # of more prompts, so many at random tell how thinly a region is populated
EULER_GAMMA = 0.5772156649015329


def badge(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """Rows whose answers would pull the model in strong and different directions: k-means++ on gradients.

    The gradient is (p - y) * delta for the answer y the model itself expects. The origin counts as drawn already, so a
    pair whose answer would pull nowhere is not mistaken for a different one. Where the seconds an answer takes are
    known, the chance to be drawn is per second.
    """
    at_least_one(n=n, per_group=per_group)
    rows = _thinned(pool.code_M, max(BADGE_ROWS, n), rng)
    deltas_R_D = pool.deltas_M_D[rows].astype(np.float64)
    seconds_R = 1.0 if pool.seconds_M is None else pool.seconds_M[rows]
    p = sigmoid(deltas_R_D @ pool.head.mean_D)
    pull_R_D = (p - (p > 0.5))[:, None] * deltas_R_D
    size_R = (pull_R_D**2).sum(axis=1)
    near_R, room = size_R.copy(), Room(pool.code_M[rows], n=n, per_group=per_group)
    while room.is_left():
        weight_R = np.where(room.open_R, near_R, 0.0) / seconds_R
        if weight_R.sum() <= 0:  # all that is left pulls like something chosen: any of it
            weight_R = room.open_R.astype(np.float64)
        pick = int(rng.choice(len(rows), p=weight_R / weight_R.sum()))
        room.take(pick)
        apart_R = size_R - 2.0 * (pull_R_D @ pull_R_D[pick]) + size_R[pick]
        near_R = np.minimum(near_R, np.maximum(apart_R, 0.0))
    return rows[room.chosen]


def bal_pm(
    pool: Pool, *, n: int, per_group: int, rng: np.random.Generator,
    weight: float = BAL_PM_WEIGHT, neighbours: int = BAL_PM_NEIGHBOURS,
) -> Ints:  # fmt: skip
    """BALD plus a reward for prompts in thinly asked regions: weight * (log(2 * radius) - psi(asked nearby + 1) / P).

    The radius reaches a prompt's `neighbours`-th nearest prompt; how many prompts inside it were asked is updated after
    every pick, which is what spreads a batch over prompts. Where the seconds an answer takes are known, BALD counts per
    second, in units of the pool's mean; the reward for the region, which may be negative, is left as it is.
    """
    at_least_one(n=n, per_group=per_group)
    prompts_G_P = pool.prompts_G_P()
    at = candidates(pool, rng)
    information_M = scores.per_second(scores.bald)(at) * (1.0 if pool.seconds_M is None else pool.seconds_M.mean())
    # What is added is the same for all pairs of a group, so only its best few can ever be picked.
    rows = best_first(information_M, at.chance_R, pool.code_M, pool.room_G(per_group), len(information_M))
    code_R, room = pool.code_M[rows], Room(pool.code_M[rows], n=n, per_group=per_group)
    radius_G = _reach(prompts_G_P, neighbours, rng)
    asked_G = _asked_within(radius_G, prompts_G_P, pool.asked_A_P)
    while room.is_left():
        spread_G = 0.5 * np.log(4.0 * radius_G) - _digamma_after(asked_G) / prompts_G_P.shape[1]
        pick = room.best(information_M[rows] + weight * spread_G[code_R], at.chance_R[rows])
        room.take(pick)
        asked_G += squared_distances(prompts_G_P, prompts_G_P[[code_R[pick]]])[:, 0] <= radius_G
    return rows[room.chosen]


def stratified_random(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """A random pair of every cluster of prompts in turn: how to begin, and what to fall back to."""
    at_least_one(n=n, per_group=per_group)
    cluster_M = _clusters(pool, n, rng)
    order = rng.permutation(len(cluster_M))
    order = order[place_in_group(pool.code_M[order]) < per_group]
    turn_R = place_in_group(cluster_M[order])
    return order[np.lexsort((rng.random(len(order)), turn_R))][:n]


def stratified_bald(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """The most telling pair of every cluster of prompts, each pick's answer counted as known for the next.

    Plain BALD spends a batch where the model knows least, which on real texts are the odd prompts; one pair per cluster
    keeps the answers representative of what is asked.
    """
    at_least_one(n=n, per_group=per_group)
    score = scores.per_second(scores.bald)
    by_cluster = dataclasses.replace(pool, groups_M=_clusters(pool, n, rng))
    first = greedy(by_cluster, n=n, per_group=1, rng=rng, score=score)
    if len(first) == n:
        return first
    # Fewer clusters than n (equal prompts, or fewer prompts than n): the rest by value alone, under the cap.
    return greedy(pool, n=n, per_group=per_group, rng=rng, score=score, begun=tuple(first.tolist()))


def _clusters(pool: Pool, n: int, rng: np.random.Generator) -> Ints:
    """Each pair's cluster: as many as there are picks, or prompts."""
    prompts_G_P = pool.prompts_G_P()
    return k_means(prompts_G_P, min(n, len(prompts_G_P)), rng=rng)[pool.code_M]


def _thinned(code_M: Ints, at_most: int, rng: np.random.Generator) -> Ints:
    """All rows, or so many at random: one of every group before a second of any, so that no group is lost."""
    if len(code_M) <= at_most:
        return np.arange(len(code_M))
    order = rng.permutation(len(code_M))
    return np.sort(order[np.argsort(place_in_group(code_M[order]), kind="stable")[:at_most]])


def _some(count: int, at_most: int, rng: np.random.Generator) -> Ints:
    """All rows, or so many of them at random."""
    return np.arange(count) if count <= at_most else np.sort(rng.choice(count, at_most, replace=False))


def _reach(prompts_G_P: Floats, neighbours: int, rng: np.random.Generator) -> Floats:
    """Squared distance from each prompt to its `neighbours`-th nearest other; of very many, read off a random part.

    In a part that holds a share of all prompts the same radius is that of the nearest share * neighbours, rounded.
    """
    count = len(prompts_G_P)
    part = _some(count, BAL_PM_PROMPTS, rng)
    reach = min(max(round(neighbours * len(part) / count), 1), len(part) - 1)
    inside_G: Bools = np.isin(np.arange(count), part)  # finds itself at distance 0, and must not count itself
    radius_G = np.empty(count)
    for rows, apart_B_K in distance_tiles(prompts_G_P, prompts_G_P[part]):
        nearest = np.partition(apart_B_K, (max(reach - 1, 0), reach), axis=1)
        radius_G[rows] = np.where(inside_G[rows], nearest[:, reach], nearest[:, max(reach - 1, 0)])
    return np.maximum(radius_G * (1.0 + 1e-9), 1e-12)  # rounding must not put the neighbour itself outside


def _asked_within(radius_G: Floats, prompts_G_P: Floats, asked_A_P: Floats | None) -> Floats:
    """How many of the prompts asked before lie inside each prompt's radius."""
    asked_G = np.zeros(len(radius_G))
    if asked_A_P is not None and len(asked_A_P):
        for rows, apart_B_A in distance_tiles(prompts_G_P, asked_A_P):
            asked_G[rows] = (apart_B_A <= radius_G[rows, None]).sum(axis=1)
    return asked_G


def _digamma_after(count_G: Floats) -> Floats:
    """psi(count + 1) for whole counts: the harmonic number less Euler's constant."""
    harmonic = np.concatenate(([0.0], np.cumsum(1.0 / np.arange(1, int(count_G.max()) + 1))))
    return np.asarray(harmonic[count_G.astype(np.int64)] - EULER_GAMMA)
