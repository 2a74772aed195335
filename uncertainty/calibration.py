"""Does a probability of 0.7 mean seven in ten? Temperature, and the metrics a reward model version is judged by.

Outcomes: 1.0 the pair's first completion was preferred, 0.0 the second, 0.5 a tie (a tie is half of each, so every
metric stays the same when the two completions swap places). These functions do not split anything: fit the temperature
on other prompts than those you report on.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Bools, Floats, Ints, at_least_one, finite, flags, same_length, shares
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.logistic import log_sigmoid

# A temperature outside 1/20..20 says the model is useless or the sample is, not what the temperature is.
LOG_T_LIMIT = math.log(20.0)


def fit_temperature(
    margins_S_M: ArrayLike, outcomes_M: ArrayLike, *, prior_std: float = 1.0, heard_S_M: ArrayLike | None = None
) -> float:
    """The T for which the draws' mean of sigmoid(margin / T) best explains the outcomes.

    log T has a normal prior around 0: with a dozen answers T stays near 1, with hundreds the data decide. Without it a
    handful of answers that all agree with the model would ask for T = 0. `heard_S_M` says which draws are heard about
    which pair: of an ensemble trained on bootstraps, those that never saw the pair's answer, which makes every training
    answer one to calibrate by.
    """
    margins = finite(margins_S_M, "margins_S_M", ndim=2)
    outcomes = shares(outcomes_M, "outcomes_M")
    same_length(margins=margins.T, outcomes=outcomes)
    if not 0.0 < prior_std < math.inf:
        raise ShapeMismatch("The prior of log T has a positive spread.", prior_std=prior_std)
    heard = np.ones(margins.shape, dtype=np.bool_) if heard_S_M is None else flags(heard_S_M, "heard_S_M", ndim=2)
    if heard.shape != margins.shape or not heard.any(axis=0).all():
        raise ShapeMismatch("About every pair at least one draw is heard.", what="heard_S_M", shape=list(heard.shape))

    def cost(log_t: float) -> float:
        z = margins / math.exp(log_t)
        return -float(_log_likelihood(z, outcomes, heard).sum()) + 0.5 * (log_t / prior_std) ** 2

    grid = np.linspace(-LOG_T_LIMIT, LOG_T_LIMIT, 41)
    best = int(np.argmin([cost(float(log_t)) for log_t in grid]))
    return math.exp(_golden(cost, float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])))


def out_of_bag_temperature(margins_S_M: ArrayLike, outcomes_M: ArrayLike, unseen_S_M: ArrayLike) -> float:
    """The temperature of a bootstrapped ensemble from its own training answers, each heard from heads that missed it.

    About a third of the heads are heard of a pair, and fewer heads average less of each other's noise away, so they ask
    for a higher temperature than all of them would. How much higher is seen by hearing every other of them only: log T
    is taken to be linear in 1 / (heads heard), and read at 1 / (all heads). Pairs missed by one head only are left out.
    """
    margins, unseen = finite(margins_S_M, "margins_S_M", ndim=2), flags(unseen_S_M, "unseen_S_M", ndim=2)
    outcomes = shares(outcomes_M, "outcomes_M")
    same_length(margins=margins.T, outcomes=outcomes, unseen=unseen.T)
    missed_M = unseen.sum(axis=0)
    used = missed_M >= 2
    if not used.any():
        raise EmptyPool("No answer was missed by two heads of the ensemble.", heads=len(margins))
    margins, outcomes, unseen = margins[:, used], outcomes[used], unseen[:, used]
    odd = unseen & (np.cumsum(unseen, axis=0) % 2 == 1)
    every, *parts = (
        (math.log(fit_temperature(margins, outcomes, heard_S_M=heard)), float((1.0 / heard.sum(axis=0)).mean()))
        for heard in (unseen, odd, unseen & ~odd)
    )
    log_t, share = (sum(part[side] for part in parts) / len(parts) for side in (0, 1))
    slope = (log_t - every[0]) / (share - every[1])
    return math.exp(float(np.clip(every[0] + slope * (1.0 / len(margins) - every[1]), -LOG_T_LIMIT, LOG_T_LIMIT)))


def nll(prob_M: ArrayLike, outcomes_M: ArrayLike) -> float:
    """Mean negative log-likelihood in nats; always saying one half scores log 2 = 0.693.

    A probability of exactly 0 or 1 that turns out wrong is refused as infinite rather than clipped.
    """
    return float(losses(prob_M, outcomes_M).mean())


def losses(prob_M: ArrayLike, outcomes_M: ArrayLike) -> Floats:
    """What each answer adds to `nll`."""
    prob, outcomes = _pair(prob_M, outcomes_M)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 * log 0 is computed, and then not taken
        log_p, log_q = np.log(prob), np.log1p(-prob)
        terms = np.where(outcomes > 0, outcomes * log_p, 0.0) + np.where(outcomes < 1, (1.0 - outcomes) * log_q, 0.0)
    return -finite(terms, "log-likelihood", ndim=1)


def accuracy(prob_M: ArrayLike, outcomes_M: ArrayLike) -> float:
    """Share of strict answers (ties left out) on the side the model prefers; a model that says one half gets half."""
    right_M = rights(prob_M, outcomes_M)
    strict = np.asarray(outcomes_M) != 0.5
    if not strict.any():
        raise EmptyPool("Accuracy needs at least one answer that is not a tie.", answers=len(right_M))
    return float(right_M[strict].mean())


def brier(prob_M: ArrayLike, outcomes_M: ArrayLike) -> float:
    """Mean squared distance of probability and outcome; always saying one half scores 0.25 on strict answers."""
    prob, outcomes = _pair(prob_M, outcomes_M)
    return float(((prob - outcomes) ** 2).mean())


def ece(prob_M: ArrayLike, outcomes_M: ArrayLike, *, bins: int = 10) -> float:
    """Expected calibration error: |confidence - share right|, averaged over equal-width bins of confidence 0.5..1.

    Confidence is that in the preferred side, so swapping the completions of a pair changes nothing. A tie counts as
    half right. Biased upwards on small samples: about 0.4 * sqrt(bins / answers) for a perfectly calibrated model.
    """
    predicted, observed, count = reliability(prob_M, outcomes_M, bins=bins)
    return float(np.abs(predicted - observed) @ count / count.sum())


def ebce(lower_M: ArrayLike, upper_M: ArrayLike, outcomes_M: ArrayLike, *, bins: int = 10) -> float:
    """Expected bound calibration error: by how much the share right falls below what the interval promised.

    `lower_M`..`upper_M` is the interval of P(first). Its promise is the least confidence in the preferred side that it
    still holds (one half if it reaches across); pairs are binned by that promise, and only promises that were broken
    count: sum of share * max(promise - share right, 0).
    """
    at_least_one(bins=bins)
    lower, outcomes = _pair(lower_M, outcomes_M)
    upper, _ = _pair(upper_M, outcomes_M)
    if (lower > upper).any():
        raise ShapeMismatch("An interval's lower end is above its upper end.", what="lower_M, upper_M")
    middle = (lower + upper) / 2.0
    promise = np.maximum(np.where(middle >= 0.5, lower, 1.0 - upper), 0.5)
    bin_M = np.minimum(((promise - 0.5) * 2 * bins).astype(np.int64), bins - 1)
    broken = np.bincount(bin_M, weights=promise - rights(middle, outcomes), minlength=bins)
    return float(np.maximum(broken, 0.0).sum() / len(lower))


def reliability(prob_M: ArrayLike, outcomes_M: ArrayLike, *, bins: int = 10) -> tuple[Floats, Floats, Ints]:
    """(mean confidence, share right, answers) of every bin of confidence that holds any: what ECE averages over."""
    at_least_one(bins=bins)
    prob, outcomes = _pair(prob_M, outcomes_M)
    confidence, right = np.maximum(prob, 1.0 - prob), rights(prob, outcomes)
    bin_M = np.minimum(((confidence - 0.5) * 2 * bins).astype(np.int64), bins - 1)
    count = np.bincount(bin_M, minlength=bins)
    held = count > 0
    predicted, observed = (
        np.bincount(bin_M, weights=side, minlength=bins)[held] / count[held] for side in (confidence, right)
    )
    return predicted, observed, count[held]


def auroc(uncertainty_M: ArrayLike, wrong_M: ArrayLike) -> float:
    """Chance that a pair the model got wrong looks more uncertain than one it got right; equal looks count half."""
    uncertainty = finite(uncertainty_M, "uncertainty_M", ndim=1)
    wrong = flags(wrong_M, "wrong_M", ndim=1)
    same_length(uncertainty_M=uncertainty, wrong_M=wrong)
    right = ~wrong
    if not wrong.any() or not right.any():
        raise EmptyPool("AUROC compares wrong with right pairs and needs one of each.", wrong=int(wrong.sum()))
    _, code_M, count_V = np.unique(uncertainty, return_inverse=True, return_counts=True)
    rank_M = (np.cumsum(count_V) - (count_V - 1) / 2.0)[code_M.reshape(-1)]  # equal values share their mean rank
    above = rank_M[wrong].sum() - wrong.sum() * (wrong.sum() + 1) / 2.0
    return float(above / (wrong.sum() * right.sum()))


def risk_coverage(uncertainty_M: ArrayLike, wrong_M: ArrayLike) -> tuple[Floats, Floats]:
    """(coverage, risk): the share of wrong pairs among the most certain 1, 2, ... M."""
    uncertainty = finite(uncertainty_M, "uncertainty_M", ndim=1)
    wrong = shares(wrong_M, "wrong_M")
    same_length(uncertainty_M=uncertainty, wrong_M=wrong)
    value_V, code_M = np.unique(uncertainty, return_inverse=True)
    code_M = code_M.reshape(-1)
    # Pairs of one uncertainty have no order among themselves: each counts as the average of them.
    mean_V = np.bincount(code_M, weights=wrong) / np.bincount(code_M, minlength=len(value_V))
    taken = np.arange(1, len(wrong) + 1)
    return taken / len(wrong), np.cumsum(mean_V[np.sort(code_M)]) / taken


def aurc(uncertainty_M: ArrayLike, wrong_M: ArrayLike) -> float:
    """Area under risk against coverage: 0 never wrong; the error rate if uncertainty says nothing."""
    return float(risk_coverage(uncertainty_M, wrong_M)[1].mean())


def rights(prob_M: ArrayLike, outcomes_M: ArrayLike) -> Floats:
    """1 where the preferred side won, 0 where it lost, half for a tie or a model without a preference."""
    prob, outcomes = _pair(prob_M, outcomes_M)
    return np.asarray(0.5 + np.sign(prob - 0.5) * (outcomes - 0.5))


def _log_likelihood(margins_S_M: Floats, outcomes_M: Floats, heard_S_M: Bools) -> Floats:
    """log of the heard draws' mean probability, by logsumexp: exact where every draw's probability underflows."""
    draws_M = np.log(heard_S_M.sum(axis=0))
    log_p, log_q = (
        np.logaddexp.reduce(np.where(heard_S_M, log_sigmoid(side), -np.inf), axis=0) - draws_M
        for side in (margins_S_M, -margins_S_M)
    )
    return np.asarray(outcomes_M * log_p + (1.0 - outcomes_M) * log_q)


def _golden(cost: Callable[[float], float], low: float, high: float) -> float:
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    while high - low > 1e-5:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return (low + high) / 2.0


def _pair(prob_M: ArrayLike, outcomes_M: ArrayLike) -> tuple[Floats, Floats]:
    prob, outcomes = shares(prob_M, "prob_M"), shares(outcomes_M, "outcomes_M")
    same_length(prob_M=prob, outcomes_M=outcomes)
    return prob, outcomes
