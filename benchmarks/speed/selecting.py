"""How long it takes to choose a hundred questions among very many candidates whose draws or features are at hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from uncertainty.batch.drawn import Drawn
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import BATCH_RULES, as_values
from uncertainty.laplace import fit
from uncertainty.pairs import pairs_within_groups
from uncertainty.reward_samples import RewardSamples
from uncertainty.selection import select

GROUP, DRAWS, WIDTH, PROMPT_WIDTH = 8, 20, 128, 16
CHOSEN, RANDOM_SHARE = 100, 0.1


def figures(sizes: list[int], *, draw_rule: str, head_rules: list[str]) -> dict[str, float]:
    """Seconds to the hundred chosen: by the draws of an ensemble, and by a Bayesian head's rules."""
    told = {}
    for size in sizes:
        name = f"{size // 1000}k" if size < 1_000_000 else f"{size // 1_000_000}m"
        for rule, (wall_s, cpu_s) in _one_size(size, draw_rule, head_rules).items():
            told[f"select_{name}_{rule}_s"], told[f"select_{name}_{rule}_cpu_s"] = wall_s, cpu_s
        told[f"select_{name}_s"] = told[f"select_{name}_{draw_rule}_s"]
    return told


def _one_size(size: int, draw_rule: str, head_rules: list[str]) -> dict[str, tuple[float, float]]:
    rng = np.random.default_rng(0)
    groups_N = np.repeat(np.arange(-(-size // (GROUP * (GROUP - 1) // 2))), GROUP)
    i_M, j_M = (side[:size] for side in pairs_within_groups(groups_N))
    rewards_S_N = rng.normal(size=(DRAWS, len(groups_N))).astype(np.float32)
    told = {draw_rule: _seconds(lambda: by_draws(draw_rule, rewards_S_N, groups_N, i_M, j_M))}
    pool = _pool(i_M, j_M, groups_N, rng)
    return told | {rule: _seconds(partial(by_head, rule, pool)) for rule in head_rules}


def by_draws(rule: str, rewards_S_N: np.ndarray, groups_N: np.ndarray, i_M: np.ndarray, j_M: np.ndarray) -> np.ndarray:
    """From joint draws to the hundred: margins, the rule's values, caps, random stream and propensities."""
    rng = np.random.default_rng(0)
    values_M = Drawn(RewardSamples(rewards_S_N), groups_N, i_M, j_M).values(rule, rng=rng)
    return _selected(values_M, groups_N[i_M], rng)


def by_head(rule: str, pool: Pool) -> np.ndarray:
    """From a belief and differences of features to the hundred."""
    rng = np.random.default_rng(0)
    order = BATCH_RULES[rule](pool, n=CHOSEN, per_group=1, rng=rng)
    return _selected(as_values(order, len(pool.groups_M)), pool.groups_M, rng)


def _selected(values_M: np.ndarray, groups_M: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = select(values_M, groups_M, n=CHOSEN, per_group=1, random_share=RANDOM_SHARE, rng=rng).indices
    assert len(np.unique(groups_M[chosen])) == CHOSEN
    return chosen


def _pool(i_M: np.ndarray, j_M: np.ndarray, groups_N: np.ndarray, rng: np.random.Generator) -> Pool:
    """Points of which some directions matter more than others, and a head that has heard three hundred answers."""
    points_N_W = (rng.normal(size=(len(groups_N), WIDTH)) * np.linspace(2.0, 0.1, WIDTH)).astype(np.float32)
    points_N_W /= np.sqrt(2.0 * (points_N_W**2).sum(axis=1).mean())
    said = rng.permutation(len(i_M))[:300]
    deltas = points_N_W[i_M[said]] - points_N_W[j_M[said]]
    head = fit(deltas, (deltas[:, :20].sum(axis=1) + 0.2 * rng.normal(size=len(said)) > 0).astype(float))
    deltas_M_W = points_N_W[i_M]
    deltas_M_W -= points_N_W[j_M]
    prompts_G_P = rng.normal(size=(groups_N[-1] + 1, PROMPT_WIDTH)).astype(np.float32)
    return Pool(head, deltas_M_W, groups_N[i_M], prompts_M_P=prompts_G_P[groups_N[i_M]])


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, processor) of the better of two tries: other work on the machine only ever adds to the first."""
    tries = []
    for _ in range(2):
        began = time.perf_counter(), time.process_time()
        work()
        tries.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    return min(tries)
