"""Row s of `rewards_S_N` is one model's opinion of all N rollouts.

GRPO centres rewards inside a group, and a preference compares two completions, so what matters is the uncertainty of
*differences*. That needs joint draws: an ensemble member, or a dropout mask, that is the same for every rollout. Draws
made row by row would make two nearly equal completions look wildly uncertain. This module does not know how the draws
were made, only that a row is one opinion.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, finite, group_codes, indices, same_length
from uncertainty.logistic import sigmoid


@dataclasses.dataclass(frozen=True, eq=False)
class RewardSamples:
    """Joint draws of the rewards of N rollouts; refuses anything that is not finite and two-dimensional."""

    rewards_S_N: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "rewards_S_N", finite(self.rewards_S_N, "rewards_S_N", ndim=2))

    @property
    def mean_N(self) -> Floats:
        """The reward a policy would be given: the draws' mean."""
        return np.asarray(self.rewards_S_N.mean(axis=0))

    def margins_S_M(self, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
        """By how much each draw prefers rollout i to rollout j."""
        n = self.rewards_S_N.shape[1]
        left_M, right_M = indices(i_M, "i_M", below=n), indices(j_M, "j_M", below=n)
        same_length(i_M=left_M, j_M=right_M)
        return self.rewards_S_N[:, left_M] - self.rewards_S_N[:, right_M]

    def prob_M(self, i_M: ArrayLike, j_M: ArrayLike) -> Floats:
        """Probability that i is preferred to j: the mean of each draw's probability, not that of the mean margin."""
        return np.asarray(sigmoid(self.margins_S_M(i_M, j_M)).mean(axis=0))

    def spread_N(self, groups_N: ArrayLike) -> Floats:
        """How much the draws disagree about a rollout *relative to its group*: std after centring inside the group.

        A constant that one draw adds to a whole prompt changes no comparison and no advantage, so it is taken out. A
        rollout alone in its group has spread 0: there is nothing it could be compared with.
        """
        code_N, _ = group_codes(groups_N, "groups_N")
        same_length(groups_N=code_N, rewards=self.rewards_S_N.T)
        size_G = np.bincount(code_N)
        draws, spread_N = len(self.rewards_S_N), np.zeros(len(code_N))
        for reward_N in self.rewards_S_N - self.rewards_S_N.mean(axis=0):
            mean_G = np.bincount(code_N, weights=reward_N) / size_G
            spread_N += (reward_N - mean_G[code_N]) ** 2
        return np.asarray(np.sqrt(spread_N / draws))
