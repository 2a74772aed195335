"""Rules whose picks repel each other by where they lie, not by what their answers would teach."""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.arrays import Floats, Ints
from uncertainty.batch.greedy import greedy
from uncertainty.batch.pool import Pool, Room, candidates
from uncertainty.batch.scores import bald
from uncertainty.clusters import k_means, squared_distances
from uncertainty.logistic import sigmoid

BAL_PM_NEIGHBOURS = 13
BAL_PM_WEIGHT = 0.01
EULER_GAMMA = 0.5772156649015329


def badge(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """Rows whose answers would pull the model in strong and different directions: k-means++ on gradients.

    The gradient is (p - y) * delta for the answer y the model itself expects. The origin counts as drawn already, so a
    pair whose answer would pull nowhere is not mistaken for a different one.
    """
    at, room = candidates(pool, rng), Room(pool.groups_M, per_group)
    p = sigmoid(at.mean_R)
    pull_M_D = (p - (p > 0.5))[:, None] * pool.deltas_M_D
    near_M, chosen = (pull_M_D**2).sum(axis=1), list[int]()
    while len(chosen) < n and room.open_M.any():
        weight_M = np.where(room.open_M, near_M, 0.0)
        if weight_M.sum() <= 0:  # all that is left pulls like something chosen: any of it
            weight_M = room.open_M.astype(np.float64)
        chosen.append(int(rng.choice(len(weight_M), p=weight_M / weight_M.sum())))
        room.take(chosen[-1])
        near_M = np.minimum(near_M, squared_distances(pull_M_D, pull_M_D[chosen[-1:]])[:, 0])
    return np.array(chosen, dtype=np.int64)


def bal_pm(
    pool: Pool, *, n: int, per_group: int, rng: np.random.Generator,
    weight: float = BAL_PM_WEIGHT, neighbours: int = BAL_PM_NEIGHBOURS,
) -> Ints:  # fmt: skip
    """BALD plus a reward for prompts in thinly asked regions: weight * (log(2 * radius) - psi(asked nearby + 1) / P).

    The radius reaches a prompt's `neighbours`-th nearest prompt; how many prompts inside it were asked is updated after
    every pick, which is what spreads a batch over prompts.
    """
    at, room = candidates(pool, rng), Room(pool.groups_M, per_group)
    prompts_G_P, code_M = pool.prompts()
    apart_G_G = squared_distances(prompts_G_P, prompts_G_P)
    reach = min(neighbours, len(prompts_G_P) - 1)
    radius_G = np.maximum(np.partition(apart_G_G, reach, axis=1)[:, reach], 1e-12)
    asked_G = np.zeros(len(prompts_G_P))
    if pool.asked_A_P is not None and len(pool.asked_A_P):
        asked_G += (squared_distances(prompts_G_P, pool.asked_A_P) <= radius_G[:, None]).sum(axis=1)
    information_M, chosen = bald(at), list[int]()
    while len(chosen) < n and room.open_M.any():
        spread_G = 0.5 * np.log(4.0 * radius_G) - _digamma_after(asked_G) / prompts_G_P.shape[1]
        value_M = np.where(room.open_M, information_M + weight * spread_G[code_M], -np.inf)
        ties = np.flatnonzero(value_M == value_M.max())
        chosen.append(int(ties[at.chance_R[ties].argmin()]))
        room.take(chosen[-1])
        asked_G += apart_G_G[:, code_M[chosen[-1]]] <= radius_G
    return np.array(chosen, dtype=np.int64)


def stratified_random(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """A random pair of every cluster of prompts in turn: how to begin, and what to fall back to."""
    room = Room(pool.groups_M, per_group)
    prompts_G_P, code_M = pool.prompts()
    cluster_M = k_means(prompts_G_P, min(n, len(prompts_G_P)), rng=rng)[code_M]
    queues = [[int(m) for m in rng.permutation(np.flatnonzero(cluster_M == c))] for c in np.unique(cluster_M)]
    chosen: list[int] = []
    while len(chosen) < n and any(queues):
        for which in rng.permutation(len(queues)):
            pick = next((m for m in queues[which] if room.open_M[m]), None)
            if pick is None or len(chosen) == n:
                queues[which] = [] if pick is None else queues[which]
                continue
            chosen.append(pick)
            room.take(pick)
    return np.array(chosen, dtype=np.int64)


def stratified_bald(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> Ints:
    """The most telling pair of every cluster of prompts, each pick's answer counted as known for the next.

    Plain BALD spends a batch where the model knows least, which on real texts are the odd prompts; one pair per cluster
    keeps the answers representative of what is asked.
    """
    prompts_G_P, code_M = pool.prompts()
    cluster_M = k_means(prompts_G_P, min(n, len(prompts_G_P)), rng=rng)[code_M]
    first = greedy(dataclasses.replace(pool, groups_M=cluster_M), n=n, per_group=1, rng=rng, score=bald)
    if len(first) == n:
        return first
    # Fewer clusters than n (equal prompts, or fewer prompts than n): the rest by value alone, under the cap.
    room, chosen = Room(pool.groups_M, per_group), [int(m) for m in first]
    for row in chosen:
        room.take(row)
    for row in greedy(pool, n=len(code_M), per_group=per_group, rng=rng, score=bald).tolist():
        if room.open_M[row] and len(chosen) < n:
            room.take(row)
            chosen.append(row)
    return np.array(chosen, dtype=np.int64)


def _digamma_after(count_G: Floats) -> Floats:
    """psi(count + 1) for whole counts: the harmonic number less Euler's constant."""
    harmonic = np.concatenate(([0.0], np.cumsum(1.0 / np.arange(1, int(count_G.max()) + 1))))
    return np.asarray(harmonic[count_G.astype(np.int64)] - EULER_GAMMA)
