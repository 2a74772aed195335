"""A Bayesian linear last layer: the reward is theta . features, and what is not known about theta is a normal cloud.

Logistic likelihood of pair differences, normal prior, Laplace's approximation: mean at the mode, covariance the inverse
of the curvature there. Everything is closed-form algebra on D x D matrices, so an answer can be learnt from at once:
`observe` finds the exact new mode along the only direction one answer can move it, and corrects the covariance by
Sherman and Morrison's rank-one formula. No text, no torch.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from uncertainty import gauss
from uncertainty.arrays import Floats, Ints, Reals, blocks, finite, finite_as_stored, group_codes, same_length
from uncertainty.errors import NonFiniteReward, ShapeMismatch
from uncertainty.logistic import log_sigmoid, sigmoid

STEPS = 50  # of Newton's method; well-posed problems need about 6
TINY = 1e-9


@dataclasses.dataclass(frozen=True, eq=False)
class BayesianHead:
    """Normal belief about theta; margins of pairs are normal too, with mean delta.mean and variance delta.cov.delta."""

    mean_D: Floats
    cov_D_D: Floats

    def __post_init__(self) -> None:
        mean_D, cov_D_D = finite(self.mean_D, "mean_D", ndim=1), finite(self.cov_D_D, "cov_D_D", ndim=2)
        if cov_D_D.shape != (len(mean_D), len(mean_D)) or cov_D_D.diagonal().min() < 0.0:
            raise ShapeMismatch("A covariance is as wide as the mean, with no negative variance.", width=len(mean_D))
        object.__setattr__(self, "mean_D", mean_D)
        object.__setattr__(self, "cov_D_D", cov_D_D)

    @classmethod
    def prior(cls, width: int, precision: float = 1.0) -> BayesianHead:
        """Nothing said yet."""
        if width < 1 or not 0.0 < precision < math.inf:
            raise ShapeMismatch("A prior needs a width and a positive precision.", width=width, precision=precision)
        return cls(np.zeros(width), np.eye(width) / precision)

    def loosened(self, variance: float, scale: float = 1.0) -> BayesianHead:
        """The same belief trusted less: its mean shrunk by `scale`, `variance` added in every direction."""
        if not (0.0 <= variance < math.inf and 0.0 <= scale <= 1.0):
            raise ShapeMismatch("Add a variance of 0 or more and shrink by 0..1.", variance=variance, scale=scale)
        return BayesianHead(scale * self.mean_D, self.cov_D_D + variance * np.eye(len(self.mean_D)))

    def tempered(self, temperature: float) -> BayesianHead:
        """The same belief with every margin divided by the temperature."""
        if not 0.0 < temperature < math.inf:
            raise ShapeMismatch("A temperature is positive.", temperature=temperature)
        return BayesianHead(self.mean_D / temperature, self.cov_D_D / temperature**2)

    def margins(self, deltas_M_D: ArrayLike) -> tuple[Floats, Floats]:
        """Mean and variance of every pair's margin; two equal completions have variance 0, whatever is unknown."""
        deltas = self._rows(deltas_M_D, "deltas_M_D")
        return in_direction(deltas, self.mean_D), np.maximum(quadratic_form(deltas, self.cov_D_D), 0.0)

    def prob_M(self, deltas_M_D: ArrayLike) -> Floats:
        """Probability that the first is preferred, averaged over the belief."""
        return gauss.probability(*self.margins(deltas_M_D))

    def draw(self, features_N_D: ArrayLike, draws: int, rng: np.random.Generator) -> Floats:
        """`rewards_S_N`: each row is one theta's opinion of all N rollouts, so differences are joint."""
        if draws < 1:
            raise ShapeMismatch("At least one draw.", draws=draws)
        features = self._rows(features_N_D, "features_N_D")
        value_D, vector_D_D = np.linalg.eigh(self.cov_D_D)
        noise_S_D = rng.normal(size=(draws, len(value_D))) * np.sqrt(np.maximum(value_D, 0.0))
        return np.asarray((self.mean_D + noise_S_D @ vector_D_D.T) @ features.T)

    def observe(self, delta_D: ArrayLike, outcome: float, weight: float = 1.0) -> BayesianHead:
        """The belief after one more answer (1 first, 0 second, 0.5 a tie), counted `weight` times.

        The mode moves along cov.delta by a step a that solves a = weight * (outcome - sigmoid(margin + a * variance)):
        one increasing equation in one unknown.
        """
        delta = finite(delta_D, "delta_D", ndim=1)
        if not (0.0 <= outcome <= 1.0 and 0.0 <= weight < math.inf):
            raise ShapeMismatch("Outcomes lie in 0..1, weights at or above 0.", outcome=outcome, weight=weight)
        margin, variance = (float(side[0]) for side in self.margins(delta[None, :]))
        step = _mode_along(margin, variance, outcome, weight)
        p = _chance(margin + step * variance)
        moved_D = self.mean_D + step * (self.cov_D_D @ delta)
        return BayesianHead(moved_D, after_label(self.cov_D_D, delta, weight * p * (1.0 - p)))

    def _rows(self, rows: ArrayLike, what: str) -> Reals:
        array = finite_as_stored(rows, what, ndim=2)
        if array.shape[1] != len(self.mean_D):
            raise ShapeMismatch(
                f"This head reads {len(self.mean_D)} features per row.", what=what, shape=list(array.shape)
            )
        return array


def in_direction(rows_M_D: Reals, direction_D: Floats) -> Floats:
    """row . direction of every row."""
    out_M = np.empty(len(rows_M_D))
    for block in blocks(len(rows_M_D)):
        out_M[block] = rows_M_D[block].astype(np.float64, copy=False) @ direction_D
    return out_M


def quadratic_form(rows_M_D: Reals, matrix_D_D: Floats) -> Floats:
    """row . matrix . row of every row."""
    out_M = np.empty(len(rows_M_D))
    for block in blocks(len(rows_M_D)):
        rows = rows_M_D[block].astype(np.float64, copy=False)
        out_M[block] = np.einsum("md,md->m", rows @ matrix_D_D, rows)
    return out_M


def after_label(cov_D_D: Floats, delta_D: Floats, curvature: float) -> Floats:
    """(cov^-1 + curvature * delta delta')^-1 without an inversion."""
    spread_D = cov_D_D @ delta_D
    return np.asarray(cov_D_D - np.outer(spread_D, spread_D) * (curvature / (1.0 + curvature * (delta_D @ spread_D))))


def fit(
    deltas_M_D: ArrayLike, outcomes_M: ArrayLike, *, precision: float = 1.0, weights_M: ArrayLike | None = None
) -> BayesianHead:
    """The belief after M answers: the posterior mode by Newton's method and the inverse curvature there."""
    return _fit(*_problem(deltas_M_D, outcomes_M, weights_M), precision, None)[0]


def fit_by_evidence(
    deltas_M_D: ArrayLike, outcomes_M: ArrayLike, *, precisions: Sequence[float], weights_M: ArrayLike | None = None
) -> tuple[BayesianHead, float]:
    """The fit under the prior precision that makes the answers seen most probable; needs no held-out answers."""
    problem = _problem(deltas_M_D, outcomes_M, weights_M)
    best: tuple[float, BayesianHead, float] | None = None
    start: Floats | None = None
    for precision in sorted(precisions, reverse=True):
        head, evidence = _fit(*problem, precision, start)
        start = head.mean_D
        if best is None or evidence > best[0]:
            best = (evidence, head, precision)
    if best is None:
        raise ShapeMismatch("Give at least one precision to choose from.")
    return best[1], best[2]


def fit_from(
    prior: BayesianHead, deltas_M_D: ArrayLike, outcomes_M: ArrayLike, *, weights_M: ArrayLike | None = None
) -> tuple[BayesianHead, float]:
    """(belief, log evidence) when something is believed already: another campaign's head, or a machine's labels."""
    deltas, outcomes, weights = _problem(deltas_M_D, outcomes_M, weights_M)
    prior.margins(deltas)  # refuses another width
    value_D, vector_D_D = np.linalg.eigh(prior.cov_D_D)
    # theta = mean + root u with u standard normal: an ordinary fit of u, from known margins.
    root_D_D = vector_D_D * np.sqrt(np.maximum(value_D, 0.0))
    inner, evidence = _fit(deltas @ root_D_D, outcomes, weights, 1.0, None, deltas @ prior.mean_D)
    cov_D_D = _symmetric(root_D_D @ inner.cov_D_D @ root_D_D.T)
    return BayesianHead(prior.mean_D + root_D_D @ inner.mean_D, cov_D_D), evidence


def leave_one_out(
    head: BayesianHead,
    deltas_M_D: ArrayLike,
    outcomes_M: ArrayLike,
    *,
    weights_M: ArrayLike | None = None,
    groups_M: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Mean and variance of each answered pair's margin as if its own answer had not been given; no refitting.

    For a head that was fitted to these answers: each answer's normal share in the belief is divided out again. So the
    very answers that were learnt from can say how well calibrated the head is on others like them. With `groups_M` all
    answers of the pair's group are left out with it: those about one prompt share completions and give each other away.
    """
    deltas, outcomes, weights = _arrays(deltas_M_D, outcomes_M, weights_M)
    mean_M, var_M = head.margins(deltas)
    p = sigmoid(mean_M)
    curvature_M, pull_M = weights * p * (1.0 - p), weights * (outcomes - p)
    without_M = var_M / np.maximum(1.0 - curvature_M * var_M, TINY)
    left_out_M = mean_M - without_M * pull_M
    for rows in _shared(groups_M, len(outcomes)):
        cov_R_R = deltas[rows] @ head.cov_D_D @ deltas[rows].T
        root_R = np.sqrt(curvature_M[rows])
        value_R, vector_R_R = np.linalg.eigh(np.eye(len(rows)) - root_R[:, None] * cov_R_R * root_R)
        side_R_R = cov_R_R @ (root_R[:, None] * vector_R_R)
        cov_R_R = cov_R_R + (side_R_R / np.maximum(value_R, TINY)) @ side_R_R.T
        left_out_M[rows], without_M[rows] = mean_M[rows] - cov_R_R @ pull_M[rows], np.diag(cov_R_R)
    return np.asarray(left_out_M), np.asarray(without_M)


def _shared(groups_M: ArrayLike | None, count: int) -> list[Ints]:
    """The rows of every group that holds several."""
    if groups_M is None:
        return []
    code_M, _ = group_codes(groups_M, "groups_M")
    same_length(groups_M=code_M, outcomes_M=np.empty(count))
    order = np.argsort(code_M, kind="stable")
    return [rows for rows in np.split(order, np.flatnonzero(np.diff(code_M[order])) + 1) if len(rows) > 1]


def log_evidence(
    deltas_M_D: ArrayLike, outcomes_M: ArrayLike, *, precision: float, weights_M: ArrayLike | None = None
) -> float:
    """Laplace's approximation of log P(answers | prior precision)."""
    return _fit(*_problem(deltas_M_D, outcomes_M, weights_M), precision, None)[1]


def _problem(
    deltas_M_D: ArrayLike, outcomes_M: ArrayLike, weights_M: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    deltas, outcomes, weights = _arrays(deltas_M_D, outcomes_M, weights_M)
    used = weights > 0
    return deltas[used], outcomes[used], weights[used]


def _arrays(deltas_M_D: ArrayLike, outcomes_M: ArrayLike, weights_M: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    deltas, outcomes = finite(deltas_M_D, "deltas_M_D", ndim=2), finite(outcomes_M, "outcomes_M", ndim=1)
    weights = np.ones(len(outcomes)) if weights_M is None else finite(weights_M, "weights_M", ndim=1)
    same_length(deltas_M_D=deltas, outcomes_M=outcomes, weights_M=weights)
    if outcomes.min() < 0.0 or outcomes.max() > 1.0 or weights.min() < 0.0:
        raise ShapeMismatch("Outcomes lie in 0..1, weights at or above 0.", what="outcomes_M, weights_M")
    return deltas, outcomes, weights


def _fit(
    deltas: Floats,
    outcomes: Floats,
    weights: Floats,
    precision: float,
    start_D: Floats | None,
    known_M: Floats | float = 0.0,
) -> tuple[BayesianHead, float]:
    if not 0.0 < precision < math.inf:
        raise ShapeMismatch("The prior precision must be positive.", precision=precision)
    width = deltas.shape[1]
    theta_D = np.zeros(width) if start_D is None else start_D

    def cost(at_D: Floats) -> float:
        z = deltas @ at_D + known_M
        likelihood = outcomes * log_sigmoid(z) + (1.0 - outcomes) * log_sigmoid(-z)
        return 0.5 * precision * float(at_D @ at_D) - float(weights @ likelihood)

    now = cost(theta_D)
    for _ in range(STEPS):
        curvature_D_D, slope_D = _curvature_and_slope(deltas, outcomes, weights, precision, theta_D, known_M)
        step_D = np.linalg.solve(curvature_D_D, slope_D)
        decrease = float(step_D @ slope_D)
        if decrease < TINY:
            break
        size = 1.0
        # A convex cost: halving always ends. Full steps are the rule; far starts overshoot.
        while (then := cost(theta_D - size * step_D)) > now - 0.25 * size * decrease and size > TINY:
            size /= 2.0
        theta_D, now = theta_D - size * step_D, then
    else:
        raise NonFiniteReward("The head did not settle; are the features far out of scale?", steps=STEPS)
    curvature_D_D, _ = _curvature_and_slope(deltas, outcomes, weights, precision, theta_D, known_M)
    log_det = float(np.linalg.slogdet(curvature_D_D)[1])
    evidence = -now + 0.5 * width * math.log(precision) - 0.5 * log_det
    return BayesianHead(theta_D, _symmetric(np.linalg.inv(curvature_D_D))), evidence


def _curvature_and_slope(
    deltas: Floats, outcomes: Floats, weights: Floats, precision: float, theta_D: Floats, known_M: Floats | float
) -> tuple[Floats, Floats]:
    p = sigmoid(deltas @ theta_D + known_M)
    root = np.sqrt(weights * p * (1.0 - p))[:, None] * deltas
    curvature = root.T @ root
    curvature[np.diag_indices_from(curvature)] += precision
    return curvature, precision * theta_D + deltas.T @ (weights * (p - outcomes))


def _symmetric(cov_D_D: Reals) -> Floats:
    """Without what rounding left of a difference between the two triangles; updates then keep it exactly symmetric."""
    return np.asarray((cov_D_D + cov_D_D.T) / 2.0, dtype=np.float64)


def _mode_along(margin: float, variance: float, outcome: float, weight: float) -> float:
    """The root a of a - weight * (outcome - sigmoid(margin + a * variance)), by bisection: it cannot fail."""
    low, high = weight * (outcome - 1.0), weight * outcome
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if middle < weight * (outcome - _chance(margin + middle * variance)):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _chance(z: float) -> float:
    """sigmoid of one number: a hundred times as quick as of an array of one."""
    e = math.exp(-abs(z))
    return (1.0 if z >= 0 else e) / (1.0 + e)
