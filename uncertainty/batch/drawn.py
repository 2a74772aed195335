"""Joint draws of rewards as a pool carries them: what an ensemble's heads, or dropout's masks, think of its pairs."""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.acquisition import ACQUISITIONS
from uncertainty.arrays import AnyArray, Floats, Ints, blocks, indices, same_length
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.reward_samples import RewardSamples

DRAWN = ("ensemble_std", "mc_dropout_std", "infomax", *GROUP_ACQUISITIONS)  # the rules no belief is needed for


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """The draws of N rollouts, the rollouts' groups, and which two rollouts each of the M pairs compares."""

    samples: RewardSamples
    groups_N: AnyArray
    i_M: Ints
    j_M: Ints

    def __post_init__(self) -> None:
        count = self.samples.rewards_S_N.shape[1]
        for name in ("i_M", "j_M"):
            object.__setattr__(self, name, indices(getattr(self, name), name, below=count))
        same_length(i_M=self.i_M, j_M=self.j_M)

    def values(self, name: str, *, rng: np.random.Generator) -> Floats:
        """What the rule of this name, of one completion or of whole groups, says each pair (M,) is worth."""
        if name in GROUP_ACQUISITIONS:
            return GROUP_ACQUISITIONS[name](self.samples, self.groups_N, self.i_M, self.j_M)
        value, values_M = ACQUISITIONS[name].value, np.empty(len(self.i_M))
        for block in blocks(len(values_M)):  # the margins of a million pairs are never held at once
            values_M[block] = value(self.samples.margins_S_M(self.i_M[block], self.j_M[block]), rng=rng)
        return values_M
