"""One seed's world: prompts split into a pool and a test part, differences of features, labels hidden on the pool.

Everything learnt without labels (scale, principal directions) is learnt from the pool alone. The test part is read only
to evaluate.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from benchmarks.efficiency.data import Items
from uncertainty.laplace import fit
from uncertainty.logistic import sigmoid
from uncertainty.pairs import overlap_weights

TEST_SHARE = 1 / 3
PROMPT_WIDTH = 16
BOUND = 2.0  # standard deviations inside pairs


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """Pairs of some prompts; `outcome_M` is what the person would answer, `machine_M` what a noisy judge did."""

    deltas_M_D: np.ndarray
    outcome_M: np.ndarray
    machine_M: np.ndarray
    left_M: np.ndarray
    right_M: np.ndarray
    prompt_M: np.ndarray
    prompts_M_P: np.ndarray

    def __len__(self) -> int:
        return len(self.outcome_M)

    def of(self, rows: np.ndarray) -> Part:
        return Part(**{field.name: getattr(self, field.name)[rows] for field in dataclasses.fields(self)})


@dataclasses.dataclass(frozen=True, eq=False)
class World:
    pool: Part
    test: Part


def split(items: Items, features_N_D: np.ndarray, prompts_G_P: np.ndarray, *, seed: int, width: int) -> World:
    """Prompt-disjoint parts; features become `width` principal directions of the pool's differences.

    A feature is first divided by how much it differs inside the pool's pairs, as the product's trainer does, so that
    what varies between prompts only does not drown what tells completions apart; and then bounded, because the few
    completions that lie far out in some feature would otherwise own every rule that looks for the unknown.
    """
    used = np.unique(items.prompt_M)
    shuffled = np.random.default_rng([seed, 1]).permutation(used)
    is_test = np.isin(items.prompt_M, shuffled[: round(TEST_SHARE * len(used))])
    left_P, right_P = features_N_D[items.left_M[~is_test]], features_N_D[items.right_M[~is_test]]
    scale_D = np.sqrt(((left_P - right_P).astype(np.float64) ** 2).mean(axis=0) / 2.0)
    centre_D = (left_P.mean(axis=0) + right_P.mean(axis=0)) / 2.0
    z_N_D = np.clip((features_N_D - centre_D) / np.where(scale_D > 1e-6, scale_D, np.inf), -BOUND, BOUND)
    apart_M_D = z_N_D[items.left_M] - z_N_D[items.right_M]
    deltas_M_D = apart_M_D @ _principal(apart_M_D[~is_test], width)
    deltas_M_D /= np.sqrt((deltas_M_D[~is_test] ** 2).sum(axis=1).mean())
    pool_prompts = np.unique(items.prompt_M[~is_test])
    centred_G_P = prompts_G_P.astype(np.float64) - prompts_G_P[pool_prompts].mean(axis=0)
    prompts_G_Q = centred_G_P @ _principal(centred_G_P[pool_prompts], PROMPT_WIDTH)
    length_M = apart_M_D[:, -4]  # the first surface feature: log length
    every = Part(
        deltas_M_D=deltas_M_D,
        outcome_M=items.outcome_M,
        machine_M=noisy_judge(items, length_M, deltas_M_D, ~is_test, seed=seed),
        left_M=items.left_M,
        right_M=items.right_M,
        prompt_M=items.prompt_M,
        prompts_M_P=prompts_G_Q[items.prompt_M],
    )
    return World(every.of(np.flatnonzero(~is_test)), every.of(np.flatnonzero(is_test)))


def noisy_judge(
    items: Items, length_M: np.ndarray, deltas_M_D: np.ndarray, pool_M: np.ndarray, *, seed: int, right: float = 0.75
) -> np.ndarray:
    """A judge with a taste of its own: right on the pool in `right` of the pairs, wrong where its taste is strong.

    Its score is the true gap plus a liking for length (or for brevity) plus a liking for one random direction of the
    features; how loud the true gap is gets set so that the share right comes out. Nothing is flipped independently:
    errors lie where a model can learn them by mistake, as a language model's do.
    """
    rng = np.random.default_rng([seed, 2])
    truth_M = (2.0 * items.outcome_M - 1.0) * (0.3 + items.strength_M)
    other_M = deltas_M_D @ rng.normal(size=deltas_M_D.shape[1])
    taste_M = rng.choice([-1.0, 1.0]) * length_M / length_M.std() + other_M / other_M.std()
    low, high = 0.0, 50.0
    for _ in range(50):
        loud = (low + high) / 2.0
        agree = np.mean(((loud * truth_M + taste_M > 0) == (truth_M > 0))[pool_M])
        low, high = (loud, high) if agree < right else (low, loud)
    return (high * truth_M + taste_M > 0).astype(float)


def oracle(items: Items, features_N_D: np.ndarray, *, seed: int = 0, width: int = 300) -> Items:
    """The same pairs answered by a frozen scorer that is richer than any learner here, and never contradicts itself.

    Random Fourier features of the completions, fitted to every label of the set. The learners see only a linear view
    of the features, so the oracle is not one of them.
    """
    rng = np.random.default_rng([seed, 3])
    rows = np.unique(np.concatenate((items.left_M, items.right_M)))
    scale_D = features_N_D[rows].std(axis=0)
    z_N_D = (features_N_D - features_N_D[rows].mean(axis=0)) / np.where(scale_D > 1e-6, scale_D, np.inf)
    angles = z_N_D @ rng.normal(scale=0.5 / np.sqrt(z_N_D.shape[1]), size=(z_N_D.shape[1], width))
    waves_N_W = np.hstack((np.cos(angles), np.sin(angles)))
    deltas = waves_N_W[items.left_M] - waves_N_W[items.right_M]
    weights_M = overlap_weights(items.prompt_M)
    margin_M, _ = fit(deltas, items.outcome_M, precision=0.3, weights_M=weights_M).margins(deltas)
    sure_M = np.abs(2.0 * sigmoid(margin_M) - 1.0)
    return dataclasses.replace(items, outcome_M=(margin_M > 0).astype(float), strength_M=sure_M)


def _principal(rows: np.ndarray, width: int) -> np.ndarray:
    """The directions of most second moment; differences have no mean to take off."""
    _, vectors = np.linalg.eigh(rows.T @ rows)
    return vectors[:, ::-1][:, :width]
