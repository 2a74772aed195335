"""Small made-up worlds with a known hidden reward, for trying reward models on."""

from __future__ import annotations

import numpy as np

from training_bridge.reward_models.comparisons import Comparisons
from training_bridge.reward_models.config import TrainingConfig

QUICK = TrainingConfig(heads=8, hidden=16, steps=120, epochs=1)
WIDTH = 12


def quiet(*_):
    """A report nobody reads."""


def answers(left, right, outcome, **columns):
    """Comparisons from lists; what is not given is plain: strength not asked, weight 1, one prompt each, one person."""
    count = len(left)
    plain = {
        "strength_M": np.zeros(count),
        "weight_M": np.ones(count),
        "prompt_M": np.arange(count),
        "annotator_M": np.zeros(count),
        "heldout_M": np.zeros(count, dtype=bool),
    }
    arrays = {"left_M": left, "right_M": right, "outcome_M": outcome, **plain, **columns}
    return Comparisons.from_arrays(arrays, rows=10**9)


def linear_world(pairs=400, *, noise=1.0, ties=0.0, heldout=0.5, seed=0):
    """Features whose first three columns make the reward; answers drawn by Bradley-Terry, some replaced by ties."""
    rng = np.random.default_rng(seed)
    features_N_D = rng.normal(size=(2 * pairs, WIDTH)).astype(np.float32)
    reward_N = features_N_D[:, :3] @ np.array([1.5, -1.0, 0.5])
    left, right = np.arange(pairs), np.arange(pairs, 2 * pairs)
    chance = 1 / (1 + np.exp(-(reward_N[left] - reward_N[right]) / noise))
    outcome = (rng.random(pairs) < chance).astype(float)
    outcome[rng.random(pairs) < ties] = 0.5
    prompt = np.arange(pairs) // 2
    held = prompt % 10 < 10 * heldout
    return features_N_D, answers(left, right, outcome, prompt_M=prompt, heldout_M=held), reward_N
