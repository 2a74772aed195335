"""Small pools with everything in them that any rule may read."""

from __future__ import annotations

import numpy as np

from uncertainty.batch.drawn import Drawn
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import RULES
from uncertainty.laplace import BayesianHead
from uncertainty.pairs import pairs_within_groups
from uncertainty.reward_samples import RewardSamples


def pool_of(deltas, groups=None, head=None, **more):
    """Pairs given by their differences, each of a prompt of its own unless told otherwise."""
    deltas = np.asarray(deltas, dtype=float)
    groups = np.arange(len(deltas)) if groups is None else np.asarray(groups)
    return Pool(head or BayesianHead.prior(deltas.shape[1]), deltas, groups, **more)


def world_of(features_N_D, groups_N, head, rewards_S_N, **more):
    """All pairs inside the groups; the prompt's embedding is the mean of its completions."""
    groups_N = np.asarray(groups_N)
    i, j = pairs_within_groups(groups_N)
    prompts = {group: features_N_D[groups_N == group].mean(axis=0) for group in set(groups_N.tolist())}
    return Pool(
        head,
        features_N_D[i] - features_N_D[j],
        groups_N[i],
        prompts_M_P=np.array([prompts[group] for group in groups_N[i].tolist()]),
        drawn=Drawn(RewardSamples(rewards_S_N), groups_N, i, j),
        **more,
    )


def random_world(seed, sizes=(4, 3, 5, 2, 4, 3), width=3, draws=7, **more):
    """Completions, a belief about them and draws of it, and a machine's labels: nothing a person said."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)) * 3 - 2, sizes)
    root = rng.normal(size=(width, width + 2))
    head = BayesianHead(rng.normal(size=width), root @ root.T / 4)
    features = rng.normal(size=(len(groups), width)) + 2.0 * rng.normal(size=(len(sizes), width))[groups // 3]
    pairs = sum(size * (size - 1) // 2 for size in sizes)
    more.setdefault("machine_M", rng.integers(0, 2, size=pairs).astype(float))
    return world_of(features, groups, head, head.draw(features, draws, rng), **more)


def ask(name, pool, n, per_group=1, seed=0):
    return RULES[name](pool, n=n, per_group=per_group, rng=np.random.default_rng(seed))
