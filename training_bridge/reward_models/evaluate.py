"""What a version is judged by, on prompts it was not trained on.

**Which held-out answers serve what.** Held-out prompts are halved by a hash of their number: one half fits the
temperature, the other is reported, so the reported figures have seen neither weights nor temperature. The hash keeps a
prompt in its half for every label set and version, so a candidate and the production version are compared on answers
that calibrated neither. With fewer than `ENOUGH` answers in a half, both halves serve both purposes and `split` says
`shared`: the NLL is then slightly flattering, by about 1 / (2 * answers).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from training_bridge.reward_models.comparisons import Bools, Comparisons, Floats, Ints
from training_bridge.reward_models.model import RewardModel
from uncertainty.calibration import accuracy, brier, ece, fit_temperature, nll
from uncertainty.logistic import sigmoid
from uncertainty.reward_samples import RewardSamples

ENOUGH = 40


def calibrate(model: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons) -> RewardModel:
    """The model with its temperature fitted; untouched (temperature 1) when nothing is held out."""
    fitted_on, _, split = halves(comparisons)
    if not fitted_on.any():
        return model.with_temperature(1.0, n_calibration=0)
    margins_S_M = _margins(model.with_temperature(1.0), features_N_D, comparisons.where(fitted_on))
    temperature = fit_temperature(margins_S_M, comparisons.outcome_M[fitted_on])
    return model.with_temperature(temperature, n_calibration=int(fitted_on.sum()), split=split)


def evaluate(model: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons) -> dict[str, Any]:
    """Metrics on the reported half of the held-out answers; None where there is nothing to measure."""
    _, reported, split = halves(comparisons)
    metrics: dict[str, Any] = {
        "heldout_nll": None, "heldout_accuracy": None, "ece": None, "brier": None,
        "temperature": model.temperature, "n_heldout": int(reported.sum()), "split": split, **model.facts,
    }  # fmt: skip
    if not reported.any():
        return metrics
    told = comparisons.where(reported)
    prob_M = np.asarray(sigmoid(_margins(model, features_N_D, told)).mean(axis=0))
    metrics |= {
        "heldout_nll": nll(prob_M, told.outcome_M),
        "ece": ece(prob_M, told.outcome_M),
        "brier": brier(prob_M, told.outcome_M),
    }
    if (told.outcome_M != 0.5).any():
        metrics["heldout_accuracy"] = accuracy(prob_M, told.outcome_M)
    return metrics


def halves(comparisons: Comparisons) -> tuple[Bools, Bools, str]:
    """(answers that fit the temperature, answers that are reported, "halves" or "shared")."""
    held = comparisons.heldout_M
    odd = held & (_mixed(comparisons.prompt_M) % 2 == 1)
    even = held & ~odd
    if min(int(odd.sum()), int(even.sum())) < ENOUGH:
        return held, held, "shared"
    return odd, even, "halves"


def _mixed(numbers: Ints) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Well mixed bits of whole numbers (the finaliser of splitmix64), so that parity follows no numbering habit."""
    with np.errstate(over="ignore"):
        bits = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


def _margins(model: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons) -> Floats:
    """Margins of the ensemble for these answers; only the rows they touch are scored."""
    sides = np.concatenate((comparisons.left_M, comparisons.right_M))
    rows, where = np.unique(sides, return_inverse=True)
    ensemble_K_N, _ = model.draw(np.asarray(features_N_D)[rows])
    count = len(comparisons)
    return RewardSamples(ensemble_K_N.astype(np.float64)).margins_S_M(where[:count], where[count:])
