"""Preferences by people of different sharpness and with a side they lean to; truth and people are found together.

After Crowd-BT (Chen et al. 2013), with two changes. There, person k follows sigma(mu) with chance eta_k and turns it
round otherwise; here the person's own scale tau_k blunts it, so that being unsure about near-ties is not lying:

    P(k chooses the left one) = sigma(tau_k * mu + b_k),  mu > 0 where the left one is better,

tau_k = 0 guesses, tau_k < 0 has misunderstood, b_k > 0 leans to the left. And a pair's margin is not estimated but
averaged over, mu ~ N(0, 1): with two or three answers a pair, estimated margins would make everybody look sharp. That
prior fixes the scale, and tau's, whose mean is positive, the sign: most people mean what they say. Sides are told apart
from taste because a pair's first is now left, now right. Pairs are taken one by one; that two of them share a
completion is not used. Expectation maximisation from one start, no randomness. Axis letters as in `annotators`; Q nodes
of mu.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.agreement import couples
from uncertainty.annotators import Heard, Reliability, Z, drawn_together, label_weights, spread_of
from uncertainty.arrays import AnyArray, Bools, Floats, Ints, blocks, finite, flags, shares
from uncertainty.errors import ShapeMismatch, Unsettled
from uncertainty.logistic import log_sigmoid, sigmoid

MU_Q = np.linspace(-4.0, 4.0, 41)
DENSITY_Q = np.exp(-(MU_Q**2) / 2.0) / np.exp(-(MU_Q**2) / 2.0).sum()
# Before any answer: right in three of four typical pairs, though nearly anything is possible, and no side is likelier.
# Cauchy's tails let somebody be nearly always right, which takes a tau of 15 and more.
TAU, TAU_SPREAD, SIDE_SPREAD = 2.0, 5.0, 1.0
NEAR = 1e-4  # for slopes by differences
REST = 1e-5
STEPS = 5_000
NEWTON_STEPS = 3  # towards the best habits for the truths as they seem now; the next step sees them otherwise


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
    sharpness_A: Floats  # tau
    left_A: Floats  # P(left), were both as often the better one, with a 95 % interval
    left_low_A: Floats
    left_high_A: Floats
    steps: int


def crowd_bt(
    outcomes_L: ArrayLike,
    pairs_L: ArrayLike,
    annotators_L: ArrayLike,
    first_left_L: ArrayLike,
    *,
    weights_L: ArrayLike | None = None,
) -> CrowdBT:
    """Outcomes: 1 the pair's first was preferred, 0 its second, 0.5 neither (half of each).

    `first_left_L` says where the first was shown. Several answers that are one (a ranking's pairs) share a weight.
    """
    outcome_L, first_left_L = shares(outcomes_L, "outcomes_L"), flags(first_left_L, "first_left_L", ndim=1)
    weight_L = np.ones(len(outcome_L)) if weights_L is None else finite(weights_L, "weights_L", ndim=1)
    heard = Heard.of(
        pairs_L, annotators_L, outcomes_L=outcome_L, first_left_L=first_left_L, weights_L=weight_L
    ).overlapping()
    if weight_L.min() < 0.0:
        raise ShapeMismatch("Weights are not negative.", what="weights_L")
    problem = _Problem.of(heard, np.where(first_left_L, outcome_L, 1.0 - outcome_L), first_left_L, weight_L)
    habits_A_2 = np.tile([TAU, 0.0], (len(heard.annotators_A), 1))
    for step in range(1, STEPS + 1):
        then_A_2 = problem.habits(problem.margins(habits_A_2), habits_A_2)
        moved, habits_A_2 = float((np.abs(then_A_2 - habits_A_2) / (1.0 + np.abs(habits_A_2))).max()), then_A_2
        if moved < REST:
            return _told(problem, outcome_L, habits_A_2, step)
    raise Unsettled("The model of preferences did not come to rest.", steps=STEPS)


@dataclasses.dataclass(frozen=True, eq=False)
class _Problem:
    """Answers gathered in U kinds: those of one person, with the first on one side, of one outcome and weight."""

    heard: Heard
    kind_L: Ints
    place_U: Ints  # among (annotator, first left or right)
    left_U: Floats  # 1 the left one was preferred
    weight_U: Floats
    by_item: tuple[Ints, Ints]
    by_kind: tuple[Ints, Ints]

    @classmethod
    def of(cls, heard: Heard, left_L: Floats, first_left_L: Bools, weight_L: Floats) -> _Problem:
        place_L = 2 * heard.annotator_L + ~first_left_L
        kinds, kind_L = np.unique(np.stack([place_L, left_L, weight_L]), axis=1, return_inverse=True)
        kind_L = kind_L.reshape(-1)
        place_U, left_U, weight_U = kinds
        return cls(
            heard, kind_L, place_U.astype(np.int64), left_U, weight_U, _runs(heard.item_L), _runs(kind_L)
        )  # fmt: skip

    def margins(self, habits_A_2: Floats) -> Floats:
        """How likely each margin is for each pair (N, Q), given everybody's habits."""
        z_U_Q, left = _leaning(habits_A_2)[self.place_U], self.left_U[:, None]
        told_U_Q = self.weight_U[:, None] * (left * log_sigmoid(z_U_Q) + (1.0 - left) * log_sigmoid(-z_U_Q))
        log_N_Q = _sums(told_U_Q[self.kind_L], self.by_item) + np.log(DENSITY_Q)
        likely = np.exp(log_N_Q - log_N_Q.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    def habits(self, margin_N_Q: Floats, habits_A_2: Floats) -> Floats:
        """Better habits for these margins: two numbers a person, by Newton's method on a concave function."""
        all_X_Q, left_X_Q = self.seen(margin_N_Q)
        prior_A_2 = _prior(habits_A_2)
        for _ in range(NEWTON_STEPS):
            p_X_Q = sigmoid(_leaning(habits_A_2))
            slope_A_2 = _moments(left_X_Q - all_X_Q * p_X_Q, 1) - prior_A_2 * (habits_A_2 - [TAU, 0.0])
            curve_A_2_2 = _moments(all_X_Q * p_X_Q * (1.0 - p_X_Q), 2) + prior_A_2[:, :, None] * np.eye(2)
            step_A_2 = np.linalg.solve(curve_A_2_2, slope_A_2[:, :, None])[:, :, 0]
            habits_A_2 = habits_A_2 + np.clip(step_A_2, -1.0, 1.0)  # far starts overshoot
        return habits_A_2

    def seen(self, margin_N_Q: Floats) -> tuple[Floats, Floats]:
        """How many answers, and how many for the left, each person gave at each margin, by the first's side (2A, Q)."""
        seen_U_Q = self.weight_U[:, None] * _sums(margin_N_Q[self.heard.item_L], self.by_kind)
        out = np.zeros((2, 2 * len(self.heard.annotators_A), len(MU_Q)))
        np.add.at(out[0], self.place_U, seen_U_Q)
        np.add.at(out[1], self.place_U, self.left_U[:, None] * seen_U_Q)
        return out[0], out[1]

    def spread_A_2(self, habits_A_2: Floats) -> Floats:
        """Standard deviations of everybody's habits, with the margins and everybody else in doubt too."""
        people, margin_N_Q = len(habits_A_2), self.margins(habits_A_2)
        p_X_Q = sigmoid(_leaning(habits_A_2))
        complete = np.zeros((people, 2, people, 2))
        every = np.arange(people)
        complete[every, :, every, :] = _moments(self.seen(margin_N_Q)[0] * p_X_Q * (1.0 - p_X_Q), 2)
        likely_L_Q = margin_N_Q[self.heard.item_L]
        surprise_L_Q = (self.weight_U[:, None] * (self.left_U[:, None] - p_X_Q[self.place_U]))[self.kind_L]
        side_U = 1.0 - 2.0 * (self.place_U % 2)
        score_L_Q_2 = np.stack([surprise_L_Q * side_U[self.kind_L, None] * MU_Q, surprise_L_Q], axis=2)
        score_L_Q_2 -= (likely_L_Q[:, :, None] * score_L_Q_2).sum(axis=1, keepdims=True)
        score_L_Q_2 *= np.sqrt(likely_L_Q)[:, :, None]
        hidden = self._shared(score_L_Q_2, people)
        spread = spread_of(complete.reshape(hidden.shape), hidden, _prior(habits_A_2).reshape(-1))
        return np.sqrt(spread.diagonal()).reshape(people, 2)

    def _shared(self, score_L_Q_2: Floats, people: int) -> Floats:
        """How the scores of answers about one pair move together, by the people who gave them."""
        every = np.arange(len(score_L_Q_2))
        left_P, right_P = couples(self.heard.item_L)
        one_P, other_P = np.concatenate([every, left_P, right_P]), np.concatenate([every, right_P, left_P])
        hidden = np.zeros((people, 2, people, 2))
        for block in blocks(len(one_P)):
            one, other = one_P[block], other_P[block]
            together = np.einsum("pqi,pqj->pij", score_L_Q_2[one], score_L_Q_2[other])
            person, fellow = self.heard.annotator_L[one], self.heard.annotator_L[other]
            for i, j in np.ndindex(2, 2):
                np.add.at(hidden, (person, i, fellow, j), together[:, i, j])
        return hidden.reshape(2 * people, 2 * people)


def _told(problem: _Problem, outcome_L: Floats, habits_A_2: Floats, steps: int) -> CrowdBT:
    heard, margin_N_Q = problem.heard, problem.margins(habits_A_2)
    spread_A_2 = problem.spread_A_2(habits_A_2)
    tau_A, side_A = habits_A_2.T
    right = _right(tau_A, side_A)
    low, high = _around(right, _rise(tau_A, side_A) * spread_A_2[:, 0])
    left, left_low, left_high = (_left(tau_A, side_A + z * spread_A_2[:, 1]) for z in (0.0, -Z, Z))
    weight_A = label_weights(drawn_together(right, (high - low) / (2.0 * Z)), heard.answers_A, chance=0.5)
    first_is_better_Q = 0.5 + 0.5 * np.sign(MU_Q)
    return CrowdBT(
        heard.items_N,
        margin_N_Q @ first_is_better_Q,
        margin_N_Q @ sigmoid(tau_A[:, None] * MU_Q).mean(axis=0),
        np.bincount(heard.item_L, weights=outcome_L) / np.bincount(heard.item_L),
        Reliability(heard.annotators_A, heard.answers_A, right, low, high, weight_A),
        tau_A, left, left_low, left_high, steps,
    )  # fmt: skip


def _prior(habits_A_2: Floats) -> Floats:
    """Precisions of the normals that touch the prior here from below: a step with them never lowers the posterior."""
    tau_A = 2.0 / (TAU_SPREAD**2 + (habits_A_2[:, 0] - TAU) ** 2)
    return np.stack([tau_A, np.full(len(tau_A), SIDE_SPREAD**-2.0)], axis=1)


def _leaning(habits_A_2: Floats) -> Floats:
    """Log odds of the left one (2A, Q): for each person with the pair's first on the left, then on the right."""
    tau_A, side_A = habits_A_2.T
    z_A_Q = tau_A[:, None] * MU_Q
    return np.stack([side_A[:, None] + z_A_Q, side_A[:, None] - z_A_Q], axis=1).reshape(-1, len(MU_Q))


def _moments(of_X_Q: Floats, power: int) -> Floats:
    """Sums over sides and nodes with (side * mu, 1) to that power: per person a vector, or a 2 x 2 matrix."""
    by_A_2_Q = of_X_Q.reshape(-1, 2, len(MU_Q))
    plain_A = by_A_2_Q.sum(axis=(1, 2))
    first_A = (by_A_2_Q[:, 0] - by_A_2_Q[:, 1]) @ MU_Q
    if power == 1:
        return np.stack([first_A, plain_A], axis=1)
    second_A = by_A_2_Q.sum(axis=1) @ MU_Q**2
    return np.stack([second_A, first_A, first_A, plain_A], axis=1).reshape(-1, 2, 2)


def _runs(to_L: Ints) -> tuple[Ints, Ints]:
    """The rows in the order of where they belong, and where each run of them starts."""
    order = np.argsort(to_L, kind="stable")
    return order, np.flatnonzero(np.diff(to_L[order], prepend=-1))


def _sums(rows_L_Q: Floats, runs: tuple[Ints, Ints]) -> Floats:
    """Rows added up by where they belong."""
    order, starts = runs
    return np.asarray(np.add.reduceat(rows_L_Q[order], starts, axis=0))


def _right(tau_A: Floats, side_A: Floats) -> Floats:
    """Chance to choose the better one of a typical pair, which is as often left as right."""
    z_A_Q = tau_A[:, None] * np.abs(MU_Q)
    return np.asarray((sigmoid(z_A_Q + side_A[:, None]) + sigmoid(z_A_Q - side_A[:, None])) @ DENSITY_Q / 2.0)


def _rise(tau_A: Floats, side_A: Floats) -> Floats:
    """The slope of `_right` along tau."""
    return np.asarray((_right(tau_A + NEAR, side_A) - _right(tau_A - NEAR, side_A)) / (2.0 * NEAR))


def _around(share_A: Floats, spread_A: Floats) -> tuple[Floats, Floats]:
    """The share's 95 % interval, even on the scale of log odds, from its standard deviation."""
    log_odds_A = np.log(share_A) - np.log1p(-share_A)
    half_A = Z * spread_A / (share_A * (1.0 - share_A))
    return sigmoid(log_odds_A - half_A), sigmoid(log_odds_A + half_A)


def _left(tau_A: Floats, side_A: Floats) -> Floats:
    """Chance to choose the left one where both are as often the better one."""
    return np.asarray(sigmoid(tau_A[:, None] * MU_Q + side_A[:, None]) @ DENSITY_Q)
