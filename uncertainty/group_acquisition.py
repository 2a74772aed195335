"""Acquisitions that look at whole groups: which two of a prompt's completions to compare.

One signature: joint draws, each rollout's group, and the pairs (i, j) to value, both of one group. Duelling rules are
given as the *exact probability* that the rule would ask about the pair, instead of one throw of its dice: seeded ties
and random streams then belong to `selection` alone, as for every other rule. They learn what is best, not how good
everything is: right for choosing what a policy should imitate, wasteful for teaching a reward model.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Floats, Ints, group_codes, indices, same_length
from uncertainty.errors import ShapeMismatch
from uncertainty.reward_samples import RewardSamples

REACH = 2.0  # standard deviations of an optimistic or pessimistic reward


class GroupValue(Protocol):
    def __call__(self, samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> Floats: ...


def reward_std(samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
    """Ask about the two whose own rewards are least known: the sum of their spreads inside the group.

    A baseline: it cannot see that two uncertain rewards may move together.
    """
    i, j, _ = _pairs(samples, groups_N, i_M, j_M)
    spread_N = samples.spread_N(groups_N)
    return np.asarray(spread_N[i] + spread_N[j])


def double_thompson(samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
    """Ask about two likely winners: the best under one draw against the best under another, drawn again on a clash.

    With b the share of draws in which a completion is the group's best: 2 b_i b_j / (1 - sum of b squared).
    """
    i, j, code_N = _pairs(samples, groups_N, i_M, j_M)
    best_N = _share_on_top(samples.rewards_S_N, code_N)
    clash_G = np.bincount(code_N, weights=best_N**2)
    return _given_no_clash(2.0 * best_N[i] * best_N[j], clash_G[code_N[i]])


def drts(samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
    """Ask about a likely best against a likely worst: the top of one draw and the bottom of another.

    With b and w the shares of draws in which a completion is best or worst: (b_i w_j + b_j w_i) / (1 - sum of b w).
    """
    i, j, code_N = _pairs(samples, groups_N, i_M, j_M)
    best_N, worst_N = _share_on_top(samples.rewards_S_N, code_N), _share_on_top(-samples.rewards_S_N, code_N)
    clash_G = np.bincount(code_N, weights=best_N * worst_N)
    return _given_no_clash(best_N[i] * worst_N[j] + best_N[j] * worst_N[i], clash_G[code_N[i]])


def delta_ucb(samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
    """Ask about the widest gap that is still plausible: one's optimistic reward minus the other's pessimistic one."""
    i, j, _ = _pairs(samples, groups_N, i_M, j_M)
    reach_N, mean_N = REACH * samples.spread_N(groups_N), samples.mean_N
    return np.asarray(np.abs(mean_N[i] - mean_N[j]) + reach_N[i] + reach_N[j])


GROUP_ACQUISITIONS: Mapping[str, GroupValue] = MappingProxyType(
    {"reward_std": reward_std, "dts": double_thompson, "drts": drts, "delta_ucb": delta_ucb}
)


def _pairs(samples: RewardSamples, groups_N: ArrayLike, i_M: ArrayLike, j_M: ArrayLike) -> tuple[Ints, Ints, Ints]:
    draws, n = samples.rewards_S_N.shape
    if draws < 2:
        raise ShapeMismatch("This rule reads how draws disagree and needs two or more.", draws=draws)
    i, j = indices(i_M, "i_M", below=n), indices(j_M, "j_M", below=n)
    same_length(i_M=i, j_M=j)
    code_N, _ = group_codes(groups_N, "groups_N")
    same_length(groups_N=code_N, rewards=samples.rewards_S_N.T)
    if (code_N[i] != code_N[j]).any() or (i == j).any():
        raise ShapeMismatch("A pair is two different completions of one group.")
    return i, j, code_N


def _share_on_top(rewards_S_N: Floats, code_N: Ints) -> Floats:
    """Share of draws in which a rollout is its group's best; equals share the draw."""
    share_N = np.zeros(len(code_N))
    for reward_N in rewards_S_N:
        top_G = np.full(code_N.max() + 1, -np.inf)
        np.maximum.at(top_G, code_N, reward_N)
        on_top = reward_N == top_G[code_N]
        share_N += on_top / np.bincount(code_N, weights=on_top)[code_N]
    return share_N / len(rewards_S_N)


def _given_no_clash(chance_M: Floats, clash_M: AnyArray) -> Floats:
    """Conditional on two different completions; 0 where every draw names the same one for both places."""
    clear_M = 1.0 - clash_M
    return np.asarray(np.where(clear_M > 1e-12, chance_M / np.maximum(clear_M, 1e-12), 0.0))
