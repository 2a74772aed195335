"""Every way of holding many opinions at once answers one question: what does each of you think of these?

Row s of what `draw` returns is one opinion of everything asked, in this call and in any other, so differences between
completions, and those between today's and tomorrow's, are joint (`uncertainty.reward_samples`). Heads on frozen
features are asked with rows of features; a `LoraEnsemble`, which has backbones of its own, with the texts.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training_bridge.reward_models.model import RewardModel
from uncertainty.laplace import BayesianHead
from uncertainty.view import PairView

Asked_contra = TypeVar("Asked_contra", contravariant=True)
Rewards = NDArray[np.floating[Any]]


class Estimator(Protocol[Asked_contra]):
    """Something with several opinions; `draw` gives `rewards_S_N`."""

    def draw(self, asked: Asked_contra, /) -> Rewards: ...


@dataclasses.dataclass(frozen=True, eq=False)
class EnsembleHeads:
    """An opinion per head, each anchored elsewhere and taught by its own bootstrap of the prompts."""

    model: RewardModel

    def draw(self, features_N_D: ArrayLike, /) -> Rewards:
        return self.model.draw(features_N_D)[0]


@dataclasses.dataclass(frozen=True, eq=False)
class DropoutMasks:
    """An opinion per mask of one head: the masks are kept with the version and shared by all rows."""

    model: RewardModel

    def draw(self, features_N_D: ArrayLike, /) -> Rewards:
        return self.model.draw(features_N_D)[1]


@dataclasses.dataclass(frozen=True, eq=False)
class LastLayer:
    """An opinion per draw from a Bayesian last layer; the seed keeps them the same ones."""

    head: BayesianHead
    view: PairView
    draws: int = 20
    seed: int = 0

    def draw(self, features_N_D: ArrayLike, /) -> Rewards:
        return self.head.draw(self.view.points(features_N_D), self.draws, np.random.default_rng(self.seed))
