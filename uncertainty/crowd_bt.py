"""Preferences by people of different sharpness and with a side they lean to; truth and people are found together.

After Crowd-BT (Chen et al. 2013), with two changes. There, person k follows sigma(mu) with chance eta_k and turns it
round otherwise; here the person's own scale blunts it, so that being unsure about near-ties is not lying
(`sharpness`). And a pair's margin is not estimated but averaged over: with two or three answers a pair, estimated
margins would make everybody look sharp. The margins' distribution fixes the scale, and what is known of anybody
beforehand the sign: most people mean what they say. Sides are told apart from taste because a pair's first is now left,
now right. Who sees no difference says nothing of who is right: only choices count, and reliability is that of choices.
Pairs are taken one by one; that two of them share a completion is not used, but pairs that one answer gave
together (a ranking) say less than so many answers: intervals are as much wider as they vary together.

Intervals come from the observed information: what the answers say of everybody's habits at once, truths and fellows in
doubt as well, and how hard pairs are in doubt too. No randomness. Axis letters as in `annotators` and `sharpness`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.annotators import Heard, Reliability, Residuals, drawn_together, label_weights
from uncertainty.arrays import AnyArray, Floats, flags, shares
from uncertainty.crowd_fit import BEFOREHAND, Answers, Fit, Model
from uncertainty.errors import ShapeMismatch
from uncertainty.intervals import Z
from uncertainty.logistic import sigmoid
from uncertainty.sharpness import SHAPES

TIE = 0.5
NEAR = 1e-4  # for slopes by differences


@dataclasses.dataclass(frozen=True, eq=False)
class CrowdBT:
    """What people's preferences say of the pairs and of the people; NaN nowhere.

    `better_N` is how likely the first really is better, `soft_N` which share of this crowd would say so, were everybody
    asked without a side: the label to train on. `votes_N` is what was said: the share of answers for the first.
    """

    pairs_N: AnyArray
    better_N: Floats
    soft_N: Floats
    votes_N: Floats
    reliability: Reliability  # right: of the better one of a typical pair, each as often left as right
    left_A: Floats  # P(left), were both as often the better one, with a 95 % interval
    left_low_A: Floats
    left_high_A: Floats
    residuals: Residuals
    shapes: Floats  # how likely each distribution of margins is, in the order of `sharpness.SHAPES`


def crowd_bt(
    outcomes_L: ArrayLike,
    pairs_L: ArrayLike,
    annotators_L: ArrayLike,
    first_left_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
) -> CrowdBT:
    """Outcomes: 1 the pair's first was preferred, 0 its second, 0.5 neither, which says nothing of who is right.

    `first_left_L` says where the first was shown. `cards_L` says which pairs were asked about together: what somebody
    said of one card is one answer. Each pair is a card of its own where it is left out.
    """
    outcome_L, first_left_L = shares(outcomes_L, "outcomes_L"), flags(first_left_L, "first_left_L", ndim=1)
    heard = Heard.of(pairs_L, annotators_L, cards_L=cards_L, outcomes_L=outcome_L, first_left_L=first_left_L)
    if not np.isin(outcome_L, (0.0, TIE, 1.0)).all():
        raise ShapeMismatch("An outcome is 1, 0, or 0.5 for neither.", what="outcomes_L")
    chosen_L = outcome_L != TIE
    chose = heard.only(chosen_L).overlapping()
    told = Answers.of(chose, (outcome_L == first_left_L)[chosen_L].astype(float), first_left_L[chosen_L])
    models = [Model(told, margins) for margins in SHAPES]
    fits: list[Fit] = []
    for model in models:
        fits.append(
            model.fit(fits[-1].habits_A_2, held_back=0.0)
            if fits
            else model.fit(np.tile(BEFOREHAND, (len(heard.annotators_A), 1)))
        )
    shapes = _likely([fit.log_evidence for fit in fits])
    best = int(shapes.argmax())
    right, low, high = _together([_judged(fit, fit.margins.right) for fit in fits], shapes)
    left, left_low, left_high = _together([_judged(fit, fit.margins.left) for fit in fits], shapes)
    weight_A = label_weights(drawn_together(right, (high - low) / (2.0 * Z)), heard.answers_A, chance=0.5)
    return CrowdBT(
        heard.items_N,
        shapes @ np.stack([fit.margin_N_Q @ (fit.margins.mu_Q > 0.0) for fit in fits]),
        shapes @ np.stack([fit.margin_N_Q @ _would(fit) for fit in fits]),
        np.bincount(heard.item_L, weights=outcome_L) / np.bincount(heard.item_L),
        Reliability(heard.annotators_A, chose.answers_A, right, low, high, weight_A),
        left, left_low, left_high, models[best].residuals(fits[best]), shapes,
    )  # fmt: skip


def _likely(log_evidence: list[float]) -> Floats:
    shares_S = np.exp(np.array(log_evidence) - max(log_evidence))
    return np.asarray(shares_S / shares_S.sum())


def _would(fit: Fit) -> Floats:
    """Which share of the crowd would choose the first at each margin, without sides."""
    return np.asarray(sigmoid(fit.margins.tau(fit.habits_A_2[:, :1]) * fit.margins.mu_Q).mean(axis=0))


def _judged(fit: Fit, measure: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Log odds of a share that follows from each person's habits, and their variance."""

    def log_odds(habits_A_2: Floats) -> Floats:
        share_A = np.clip(measure(habits_A_2), 1e-12, 1.0 - 1e-12)
        return np.asarray(np.log(share_A) - np.log1p(-share_A))

    steps = NEAR * np.eye(2)
    risen = [log_odds(fit.habits_A_2 + step) - log_odds(fit.habits_A_2 - step) for step in steps]
    slope_A_2, every = np.stack(risen, axis=1) / (2.0 * NEAR), np.arange(len(fit.habits_A_2))
    own_A_2_2 = fit.covariance.reshape(len(every), 2, len(every), 2)[every, :, every, :]
    return log_odds(fit.habits_A_2), np.einsum("ai,aij,aj->a", slope_A_2, own_A_2_2, slope_A_2)


def _together(judged: list[tuple[Floats, Floats]], shapes: Floats) -> tuple[Floats, Floats, Floats]:
    """A share and its 95 % interval where how hard pairs are is in doubt: what each says, and how they differ."""
    mean_S_A, var_S_A = (np.stack(one) for one in zip(*judged, strict=True))
    middle_A = shapes @ mean_S_A
    half_A = Z * np.sqrt(shapes @ (var_S_A + (mean_S_A - middle_A) ** 2))
    return sigmoid(middle_A), sigmoid(middle_A - half_A), sigmoid(middle_A + half_A)
