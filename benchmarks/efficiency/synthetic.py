"""A set that needs no files: completions are points, better ones lie further along a direction and off a bend."""

from __future__ import annotations

import numpy as np

from benchmarks.efficiency.data import Items

WIDTH = 40


def synthetic(prompts: int = 150, completions: int = 5, *, noise: float = 0.5) -> tuple[Items, np.ndarray]:
    """(items, features), always the same. The last four features stand for the surface ones."""
    rng = np.random.default_rng(7)
    prompts_G_P = rng.normal(size=(prompts, WIDTH))
    shared = np.repeat(prompts_G_P, completions, axis=0)
    features_N_D = 0.5 * shared + rng.normal(size=shared.shape) * np.linspace(1.5, 0.3, WIDTH)
    reward_N = features_N_D @ rng.normal(size=WIDTH) / 2.0 + 0.5 * np.abs(features_N_D[:, 0])
    reward_N += noise * rng.normal(size=len(reward_N))
    i, j = np.triu_indices(completions, k=1)
    start = completions * np.arange(prompts)[:, None]
    left, right = (start + i).ravel(), (start + j).ravel()
    gap = reward_N[left] - reward_N[right]
    items = Items(
        name="synthetic",
        texts=[("", "")] * len(reward_N),
        prompts=[""] * prompts,
        generator_N=np.full(len(reward_N), ""),
        left_M=left,
        right_M=right,
        prompt_M=np.repeat(np.arange(prompts), len(i)),
        outcome_M=(gap > 0).astype(float),
        strength_M=np.minimum(np.abs(gap) / np.abs(gap).max(), 1.0),
    )
    return items, features_N_D
