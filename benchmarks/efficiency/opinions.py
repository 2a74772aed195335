"""Arms that ask where the product's ensemble of small networks, or its dropout masks, disagree; retrained every round.

Only what is asked differs: what is learnt from the answers, and measured, is the same head as for every other arm.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from benchmarks.efficiency.world import Part
from uncertainty.batch.drawn import Drawn
from uncertainty.reward_samples import RewardSamples

# Arm: (whose opinions, how they become a value).
DRAWN_ARMS = {
    "ensemble_bald": ("ensemble", "bald"),
    "ensemble_std": ("ensemble", "ensemble_std"),
    "mc_dropout_std": ("mc_dropout", "mc_dropout_std"),
    "infomax": ("ensemble", "infomax"),
    "dts": ("ensemble", "dts"),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Trainer:
    """Trains the product's reward model on answers so far; torch is loaded only when an arm needs it."""

    features_N_D: np.ndarray
    seed: int

    def values(
        self, arm: str, pool: Part, answered: np.ndarray, left: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """What each pair that is left is worth to an arm, by the opinions of a model that learnt the answered ones."""
        who, name = DRAWN_ARMS[arm]
        said = pool.of(answered)
        group_N = np.zeros(len(self.features_N_D), dtype=np.int64)
        group_N[pool.left_M], group_N[pool.right_M] = pool.prompt_M, pool.prompt_M
        samples = RewardSamples(self._draws(said, who))
        return Drawn(samples, group_N, pool.left_M[left], pool.right_M[left]).values(name, rng=rng)

    def _draws(self, said: Part, who: str) -> np.ndarray:
        import torch

        from training_bridge.reward_models.comparisons import Comparisons
        from training_bridge.reward_models.config import TrainingConfig
        from training_bridge.reward_models.train import train

        torch.set_num_threads(1)
        zeros = np.zeros(len(said), dtype=np.int64)
        arrays = {name: getattr(said, name) for name in ("left_M", "right_M", "outcome_M", "prompt_M")}
        plain = {"strength_M": zeros, "annotator_M": zeros, "heldout_M": zeros, "weight_M": zeros + 1.0}
        told = Comparisons.from_arrays({**arrays, **plain}, rows=len(self.features_N_D))
        model = train(self.features_N_D, told, TrainingConfig(seed=self.seed), lambda *_: None)
        return np.asarray(model.draw(self.features_N_D)[0 if who == "ensemble" else 1])
