"""What a version is judged by, on prompts it was not trained on; and its temperature, on answers unseen by some heads.

**Which answers serve what.** Every training answer fits the temperature, and every held-out answer is reported; so the
reported figures have seen neither weights nor temperature, and a candidate and the production version are compared on
answers that made neither. The temperature can do without held-out answers because each head's bootstrap leaves out a
third of the prompts: asked about an answer, only heads are heard that never saw its prompt. A thousand training answers
make a far steadier temperature than the hundred that could be spared from the held-out ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from training_bridge.reward_models.comparisons import Bools, Comparisons, Floats
from training_bridge.reward_models.model import RewardModel
from uncertainty.calibration import (
    accuracy,
    aurc,
    auroc,
    brier,
    ebce,
    ece,
    fit_temperature,
    losses,
    nll,
    out_of_bag_temperature,
    reliability,
    rights,
    risk_coverage,
)
from uncertainty.intervals import Mean, mean_by_cluster, share_by_cluster
from uncertainty.logistic import sigmoid
from uncertainty.reward_samples import RewardSamples

REACH = 2.0  # standard deviations to each side: what the draws are taken to promise about a margin
POINTS, BINS = 50, 20  # of the curves kept with a version


def calibrate(model: RewardModel, features_N_D: ArrayLike, seen: Comparisons, unseen_M_K: Bools) -> RewardModel:
    """The model with the temperatures that people's training answers ask for, heard from heads that did not see them.

    `unseen_M_K`: which answers were left out of which head's training. The dropout head has seen them all; it is a
    single network like each of the others, and gets the temperature that one of those alone asks for on average. With
    nothing to go by the temperatures stay 1.
    """
    useful = (unseen_M_K.sum(axis=1) >= 2) & ~seen.machine_M & (seen.weight_M > 0)
    if not useful.any():
        return model.with_temperatures(1.0, 1.0, n_calibration=0)
    told, unseen_K_M = seen.where(useful), unseen_M_K[useful].T
    margins_K_M = _margins(model.with_temperatures(1.0, 1.0), features_N_D, told)
    together = out_of_bag_temperature(margins_K_M, told.outcome_M, unseen_K_M)
    alone = fit_temperature(
        margins_K_M[unseen_K_M][None], np.broadcast_to(told.outcome_M, unseen_K_M.shape)[unseen_K_M]
    )
    return model.with_temperatures(together, alone, n_calibration=int(useful.sum()))


def evaluate(model: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons) -> dict[str, Any]:
    """Metrics on the held-out answers; None where there is nothing to measure."""
    held = comparisons.heldout_M
    metrics: dict[str, Any] = {
        **dict.fromkeys(("heldout_nll", "heldout_accuracy", "ece", "ebce", "brier", "auroc", "auroc_spread", "aurc")),
        **dict.fromkeys(("risk_coverage", "reliability", "heldout_random", "heldout_within")),
        "temperature": model.temperature, "n_heldout": int(held.sum()), **model.facts,
    }  # fmt: skip
    if not held.any():
        return metrics
    told = comparisons.where(held)
    margins_S_M = _margins(model, features_N_D, told)
    prob_M = np.asarray(sigmoid(margins_S_M).mean(axis=0))
    metrics |= _calibration(margins_S_M, prob_M, told.outcome_M) | _discrimination(margins_S_M, prob_M, told.outcome_M)
    metrics["heldout_within"] = _within(prob_M, told)
    if told.random_M.any():
        by_chance = {
            "nll": nll(prob_M[told.random_M], told.outcome_M[told.random_M]),
            "accuracy": _accuracy(prob_M[told.random_M], told.outcome_M[told.random_M]),
            "n": int(told.random_M.sum()),
        }
        metrics["heldout_random"] = by_chance
    return metrics


def against(
    model: RewardModel, before: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons
) -> dict[str, Any] | None:
    """By how much the model does better or worse than the one before it on the very same held-out answers.

    Paired: what makes an answer hard for both cancels, so that the interval of a change is far narrower than those of
    the two figures it lies between. None where nothing is held out.
    """
    told = comparisons.where(comparisons.heldout_M)
    if not len(told):
        return None
    now_M, then_M = (np.asarray(sigmoid(_margins(one, features_N_D, told)).mean(axis=0)) for one in (model, before))
    change_M = losses(now_M, told.outcome_M) - losses(then_M, told.outcome_M)
    found = {
        "n": len(told),
        "nll": nll(then_M, told.outcome_M),
        "nll_change": _plain(mean_by_cluster(change_M, told.prompt_M)),
        "accuracy": _accuracy(then_M, told.outcome_M),
        "accuracy_change": None,
    }
    strict_M = told.outcome_M != 0.5
    if strict_M.any():
        gained_M = (rights(now_M, told.outcome_M) - rights(then_M, told.outcome_M))[strict_M]
        found["accuracy_change"] = _plain(mean_by_cluster(gained_M, told.prompt_M[strict_M]))
    return found


def _within(prob_M: Floats, told: Comparisons) -> dict[str, Any]:
    """Between which ends the held-out figures lie: answers about one prompt share its luck."""
    strict_M = told.outcome_M != 0.5
    right_M, prompt_M = rights(prob_M, told.outcome_M)[strict_M], told.prompt_M[strict_M]
    return {
        "nll": _plain(mean_by_cluster(losses(prob_M, told.outcome_M), told.prompt_M)),
        "accuracy": _plain(share_by_cluster(right_M, prompt_M)) if strict_M.any() else None,
    }


def _plain(found: Mean) -> dict[str, float | None]:
    return {"mean": found.mean, "low": found.low, "high": found.high}


def _calibration(margins_S_M: Floats, prob_M: Floats, outcome_M: Floats) -> dict[str, Any]:
    """Does what the model says come true as often as it says?"""
    mean_M, reach_M = margins_S_M.mean(axis=0), REACH * margins_S_M.std(axis=0)
    curve = reliability(prob_M, outcome_M, bins=BINS)
    return {
        "heldout_nll": nll(prob_M, outcome_M),
        "heldout_accuracy": _accuracy(prob_M, outcome_M),
        "ece": ece(prob_M, outcome_M),
        "ebce": ebce(sigmoid(mean_M - reach_M), sigmoid(mean_M + reach_M), outcome_M),
        "brier": brier(prob_M, outcome_M),
        "reliability": {
            name: side.tolist() for name, side in zip(("predicted", "observed", "count"), curve, strict=True)
        },
    }


def _discrimination(margins_S_M: Floats, prob_M: Floats, outcome_M: Floats) -> dict[str, Any]:
    """Does the model know where it is wrong? Ties, about which it cannot be, are left out.

    `auroc`, `aurc` and the curve rank by how close the draws' mean probability is to one half: what is unknown pulls it
    there, and so does a true coin flip. `auroc_spread` ranks by the draws' disagreement about the margin alone.
    """
    strict_M = outcome_M != 0.5
    if not strict_M.any():
        return {}
    unsure_M = -np.abs(prob_M[strict_M] - 0.5)
    wrong_M = (prob_M[strict_M] > 0.5) != (outcome_M[strict_M] > 0.5)
    coverage, risk = risk_coverage(unsure_M, wrong_M)
    shown = np.unique(np.linspace(0, len(risk) - 1, POINTS).astype(np.int64))
    told: dict[str, Any] = {
        "aurc": aurc(unsure_M, wrong_M),
        "risk_coverage": {"coverage": coverage[shown].tolist(), "risk": risk[shown].tolist()},
    }
    if wrong_M.any() and not wrong_M.all():
        told["auroc"] = auroc(unsure_M, wrong_M)
        told["auroc_spread"] = auroc(margins_S_M.std(axis=0)[strict_M], wrong_M)
    return told


def _accuracy(prob_M: Floats, outcome_M: Floats) -> float | None:
    return accuracy(prob_M, outcome_M) if (outcome_M != 0.5).any() else None


def _margins(model: RewardModel, features_N_D: ArrayLike, comparisons: Comparisons) -> Floats:
    """Margins of the ensemble for these answers; only the rows they touch are scored."""
    sides = np.concatenate((comparisons.left_M, comparisons.right_M))
    rows, where = np.unique(sides, return_inverse=True)
    ensemble_K_N, _ = model.draw(np.asarray(features_N_D)[rows])
    count = len(comparisons)
    return RewardSamples(ensemble_K_N.astype(np.float64)).margins_S_M(where[:count], where[count:])
