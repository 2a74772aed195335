"""One seed's world: prompts split into a pool and a test part, differences of features, labels hidden on the pool.

Everything learnt without labels (scale, principal directions) is learnt from the pool alone. The test part is read only
to evaluate.
"""

from __future__ import annotations

import dataclasses
import sys

import numpy as np

from benchmarks.efficiency.data import Items
from uncertainty.laplace import fit
from uncertainty.logistic import sigmoid
from uncertainty.pairs import overlap_weights
from uncertainty.view import PairView, damped, prompt_points

TEST_SHARE = 1 / 3


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
    points_N_W: np.ndarray  # every completion, by its row in the items


def split(items: Items, features_N_D: np.ndarray, *, seed: int, width: int, unseen: str = "prompts") -> World:
    """Prompt-disjoint parts, seen as the product sees a campaign's pool: `PairView`, `damped`, `prompt_points`.

    With `unseen="generators"` the test part's completions are also by models of which the pool has none.
    """
    used = np.unique(items.prompt_M)
    rng = np.random.default_rng([seed, 1])
    test_M = np.isin(items.prompt_M, rng.permutation(used)[: round(TEST_SHARE * len(used))])
    pool, test = np.flatnonzero(~test_M), np.flatnonzero(test_M)
    if unseen == "generators":
        sides_M_2 = _is_new(items, rng)[np.column_stack((items.left_M, items.right_M))]
        pool, test = pool[~sides_M_2[pool].any(axis=1)], test[sides_M_2[test].all(axis=1)]
        if not len(pool) or not len(test):
            sys.exit(f"{items.name}: too few pairs are left when the test part's generators are not in the pool.")
    return _world(items, features_N_D, pool, test, seed, width)


def _is_new(items: Items, rng: np.random.Generator) -> np.ndarray:
    """Which completions are by one of the generators drawn for the test part: half of them."""
    names = np.unique(items.generator_N)
    if len(names) < 4:
        sys.exit(f"{items.name}: {len(names)} named generators; a split by generators needs four or more.")
    return np.isin(items.generator_N, rng.permutation(names)[: len(names) // 2])


def _world(items: Items, features_N_D: np.ndarray, pool: np.ndarray, test: np.ndarray, seed: int, width: int) -> World:
    view = PairView.fit(features_N_D, items.left_M[pool], items.right_M[pool], width=width)
    points_N_W = view.points(features_N_D)
    pool_M = np.isin(np.arange(len(items.outcome_M)), pool)
    apart_M_W = points_N_W[items.left_M] - points_N_W[items.right_M]
    length_M = features_N_D[items.left_M, -4] - features_N_D[items.right_M, -4]  # the first surface feature: log length
    every = Part(
        deltas_M_D=damped(apart_M_W),
        outcome_M=items.outcome_M,
        machine_M=noisy_judge(items, length_M, apart_M_W, pool_M, seed=seed),
        left_M=items.left_M,
        right_M=items.right_M,
        prompt_M=items.prompt_M,
        prompts_M_P=_prompts(items, features_N_D, pool),
    )
    return World(every.of(pool), every.of(test), points_N_W)


def _prompts(items: Items, features_N_D: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Where each of the pool's prompts lies, learnt from the pool; what is not in it is never asked about, and zero."""
    rows = np.concatenate((items.left_M[pool], items.right_M[pool]))
    rows_K, first_K = np.unique(rows, return_index=True)
    group_K = np.concatenate((items.prompt_M[pool], items.prompt_M[pool]))[first_K]
    place_K_P = prompt_points(features_N_D[rows_K], group_K)
    prompts_M_P = np.zeros((len(items.prompt_M), place_K_P.shape[1]))
    prompts_M_P[pool] = place_K_P[np.searchsorted(rows_K, items.left_M[pool])]
    return prompts_M_P


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
    said_M: np.ndarray = (high * truth_M + taste_M > 0).astype(float)
    return said_M


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
