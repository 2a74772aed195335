"""A Bayesian last layer against brute force: inverses, optimisers and integrals of an independent library."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special
from torch.nn.functional import logsigmoid

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.laplace import BayesianHead, after_label, fit, fit_by_evidence, fit_from, leave_one_out, log_evidence

seeds = st.integers(0, 2**32 - 1)


def problem(seed, count=40, width=4, scale=1.0):
    rng = np.random.default_rng(seed)
    deltas = rng.normal(scale=scale, size=(count, width))
    outcomes = (rng.random(count) < special.expit(deltas @ rng.normal(size=width))).astype(float)
    return deltas, outcomes, rng


def cost(theta, deltas, outcomes, precision, weights):
    z = deltas @ theta
    fit_of_answers = weights @ (outcomes * special.log_expit(z) + (1 - outcomes) * special.log_expit(-z))
    return precision * theta @ theta / 2 - fit_of_answers


@settings(max_examples=25)
@given(seeds, st.floats(0.05, 20.0))
def test_the_mode_is_what_an_optimiser_finds_and_the_covariance_the_inverse_hessian(seed, precision):
    deltas, outcomes, rng = problem(seed)
    weights = rng.choice([0.0, 0.5, 1.0, 3.0], size=len(outcomes))
    head = fit(deltas, outcomes, precision=precision, weights_M=weights)
    found = optimize.minimize(cost, np.zeros(4), (deltas, outcomes, precision, weights), method="BFGS", tol=1e-10)
    np.testing.assert_allclose(head.mean_D, found.x, atol=2e-4)
    p = special.expit(deltas @ head.mean_D)
    hessian = precision * np.eye(4) + (deltas.T * (weights * p * (1 - p))) @ deltas
    np.testing.assert_allclose(head.cov_D_D @ hessian, np.eye(4), atol=1e-6)


def test_the_covariance_is_the_inverse_of_the_hessian_that_autograd_finds():
    deltas, outcomes, rng = problem(8, width=3)
    weights = rng.choice([0.5, 1.0, 3.0], size=len(outcomes))
    head = fit(deltas, outcomes, precision=0.7, weights_M=weights)
    d, y, w = (torch.from_numpy(side) for side in (deltas, outcomes, weights))

    def loss(theta):
        said = y * logsigmoid(d @ theta) + (1 - y) * logsigmoid(-d @ theta)
        return 0.35 * theta @ theta - w @ said

    at = torch.from_numpy(head.mean_D)
    np.testing.assert_allclose(torch.autograd.functional.jacobian(loss, at), np.zeros(3), atol=1e-4)
    hessian = torch.autograd.functional.hessian(loss, at).numpy()
    np.testing.assert_allclose(head.cov_D_D, np.linalg.inv(hessian), rtol=1e-9)


@settings(max_examples=50)
@given(seeds, st.floats(0.0, 5.0))
def test_a_rank_one_update_is_the_inverse_of_the_sum(seed, curvature):
    rng = np.random.default_rng(seed)
    root, delta = rng.normal(size=(5, 8)), rng.normal(size=5)
    precision = root @ root.T + np.eye(5)
    expected = np.linalg.inv(precision + curvature * np.outer(delta, delta))
    np.testing.assert_allclose(after_label(np.linalg.inv(precision), delta, curvature), expected, atol=1e-10)


@settings(max_examples=25)
@given(seeds, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.3, 1.0, 8.0]))
def test_learning_one_answer_finds_the_exact_mode(seed, outcome, weight):
    deltas, outcomes, rng = problem(seed)
    before, delta = fit(deltas, outcomes), rng.normal(size=4)
    precision = np.linalg.inv(before.cov_D_D)

    def brute(theta):
        apart, z = theta - before.mean_D, theta @ delta
        said = outcome * special.log_expit(z) + (1 - outcome) * special.log_expit(-z)
        return apart @ precision @ apart / 2 - weight * said

    found = optimize.minimize(brute, before.mean_D, method="BFGS", tol=1e-10).x
    after = before.observe(delta, outcome, weight)
    np.testing.assert_allclose(after.mean_D, found, atol=2e-4)
    p = special.expit(after.mean_D @ delta)
    expected = np.linalg.inv(precision + weight * p * (1 - p) * np.outer(delta, delta))
    np.testing.assert_allclose(after.cov_D_D, expected, atol=1e-8)


def test_the_first_answer_worked_by_hand():
    # Prior N(0, 1), delta 1, answer "first": theta solves theta = 1 - sigmoid(theta), which is 0.4010581.
    head = BayesianHead.prior(1).observe([1.0], 1.0)
    assert head.mean_D[0] == pytest.approx(0.4010581, abs=1e-7)
    p = 1 - 0.4010581
    assert head.cov_D_D[0, 0] == pytest.approx(1 / (1 + p * (1 - p)), abs=1e-6)
    assert fit([[1.0]], [1.0]).mean_D[0] == pytest.approx(0.4010581, abs=1e-6)


def test_learning_answers_one_by_one_ends_near_learning_them_together():
    deltas, outcomes, _ = problem(3, count=300)
    head = BayesianHead.prior(4)
    for delta, outcome in zip(deltas, outcomes, strict=True):
        head = head.observe(delta, outcome)
    together = fit(deltas, outcomes)
    assert np.abs(head.prob_M(deltas) - together.prob_M(deltas)).max() < 0.03
    np.testing.assert_allclose(np.sqrt(np.diag(head.cov_D_D)), np.sqrt(np.diag(together.cov_D_D)), rtol=0.1)


@pytest.mark.parametrize("spread", [0.3, 3.0])
def test_five_thousand_answers_one_by_one_leave_no_drift(spread):
    """The covariance stays exactly symmetric, positive, and the inverse of the curvatures that were added up."""
    rng = np.random.default_rng(0)
    width, answers = 32, 5000
    deltas = rng.normal(scale=spread, size=(answers, width)) * np.linspace(0.05, 1.0, width)
    outcomes = np.where(rng.random(answers) < 0.1, 0.5, rng.random(answers) < special.expit(deltas.sum(axis=1)))
    weights = rng.choice([0.35, 1.0, 4.0], size=answers)
    head, precision = BayesianHead.prior(width, 0.1), 0.1 * np.eye(width)
    fitted = fit(deltas[:99], outcomes[:99]).observe(deltas[99], 1.0)
    np.testing.assert_array_equal(fitted.cov_D_D, fitted.cov_D_D.T)
    for delta, outcome, weight in zip(deltas, outcomes, weights, strict=True):
        head = head.observe(delta, float(outcome), float(weight))
        p = special.expit(head.mean_D @ delta)
        precision += weight * p * (1 - p) * np.outer(delta, delta)
    np.testing.assert_array_equal(head.cov_D_D, head.cov_D_D.T)
    assert np.linalg.eigvalsh(head.cov_D_D).min() > 0.0
    np.testing.assert_allclose(head.cov_D_D @ precision, np.eye(width), atol=1e-9)
    # What is left to a refit is Laplace's approximation taken at another mode, not rounding.
    together = fit(deltas, outcomes, precision=0.1, weights_M=weights)
    assert np.abs(head.prob_M(deltas) - together.prob_M(deltas)).max() < 0.06
    sd = [np.sqrt(one.margins(deltas)[1]) for one in (head, together)]
    np.testing.assert_allclose(sd[0], sd[1], rtol=0.25)


def test_probability_is_the_integral_over_the_belief():
    head = BayesianHead(np.array([0.8]), np.array([[2.5]]))

    def integrand(z):
        return special.expit(z) * math.exp(-((z - 0.8) ** 2) / 5) / math.sqrt(5 * math.pi)

    expected = integrate.quad(integrand, -30, 30)[0]
    assert head.prob_M([[1.0]])[0] == pytest.approx(expected, abs=1e-4)


def test_evidence_is_near_the_integral_it_approximates():
    deltas, outcomes, _ = problem(5, count=60, width=1)

    def integrand(theta):
        return math.exp(-cost(np.array([theta]), deltas, outcomes, 2.0, np.ones(60)) + 30) * math.sqrt(2 / 2 / math.pi)

    exact = math.log(integrate.quad(integrand, -15, 15, limit=200)[0]) - 30
    assert log_evidence(deltas, outcomes, precision=2.0) == pytest.approx(exact, abs=0.02)


def test_evidence_picks_a_tight_prior_for_noise_and_a_loose_one_for_signal():
    rng = np.random.default_rng(0)
    deltas = rng.normal(size=(400, 10))
    noise, signal = rng.integers(0, 2, 400).astype(float), (deltas[:, 0] > 0).astype(float)
    grid = (0.1, 1.0, 10.0, 100.0)
    assert fit_by_evidence(deltas, noise, precisions=grid)[1] >= 10.0
    head, chosen = fit_by_evidence(deltas, signal, precisions=grid)
    assert chosen == 0.1
    np.testing.assert_allclose(head.mean_D, fit(deltas, signal, precision=0.1).mean_D, atol=1e-4)


@settings(max_examples=20)
@given(seeds)
def test_learning_on_from_a_belief_finds_the_mode_an_optimiser_finds(seed):
    deltas, outcomes, _ = problem(seed)
    prior = fit(*problem(seed + 1)[:2]).loosened(0.3, scale=0.5)
    precision = np.linalg.inv(prior.cov_D_D)

    def brute(theta):
        apart = theta - prior.mean_D
        return apart @ precision @ apart / 2 + cost(theta, deltas, outcomes, 0.0, np.ones(40))

    found = optimize.minimize(brute, np.zeros(4), method="BFGS", tol=1e-10).x
    head, _ = fit_from(prior, deltas, outcomes)
    np.testing.assert_allclose(head.mean_D, found, atol=2e-4)
    p = special.expit(deltas @ head.mean_D)
    hessian = precision + (deltas.T * (p * (1 - p))) @ deltas
    np.testing.assert_allclose(head.cov_D_D @ hessian, np.eye(4), atol=1e-6)


def test_learning_on_from_nothing_is_learning():
    deltas, outcomes, _ = problem(4)
    head, evidence = fit_from(BayesianHead.prior(4, 2.0), deltas, outcomes)
    np.testing.assert_allclose(head.mean_D, fit(deltas, outcomes, precision=2.0).mean_D, atol=1e-6)
    assert evidence == pytest.approx(log_evidence(deltas, outcomes, precision=2.0), abs=1e-6)


def test_evidence_prefers_a_prior_that_was_right():
    deltas, outcomes, _ = problem(7, count=60)
    right = fit(deltas, outcomes)
    wrong = BayesianHead(-right.mean_D, right.cov_D_D)
    assert fit_from(right, deltas, outcomes)[1] > fit_from(wrong, deltas, outcomes)[1]
    assert fit_from(wrong.loosened(4.0, scale=0.0), deltas, outcomes)[1] > fit_from(wrong, deltas, outcomes)[1]


def test_leaving_an_answer_out_is_nearly_fitting_without_it():
    deltas, outcomes, rng = problem(6, count=60)
    weights = rng.choice([0.5, 1.0, 2.0], size=60)
    mean, var = leave_one_out(fit(deltas, outcomes, weights_M=weights), deltas, outcomes, weights_M=weights)
    for m in range(60):
        others = np.arange(60) != m
        apart = fit(deltas[others], outcomes[others], weights_M=weights[others]).margins(deltas[m : m + 1])
        assert mean[m] == pytest.approx(apart[0][0], abs=0.15)
        assert var[m] == pytest.approx(apart[1][0], rel=0.2)


def test_leaving_an_answer_out_divides_its_share_of_the_belief_out_again():
    deltas, outcomes, rng = problem(6)
    weights = rng.choice([0.5, 1.0, 2.0], size=40)
    head = fit(deltas, outcomes, weights_M=weights)
    mean, var = leave_one_out(head, deltas, outcomes, weights_M=weights)
    precision, p = np.linalg.inv(head.cov_D_D), special.expit(deltas @ head.mean_D)
    for m in range(40):
        curvature = weights[m] * p[m] * (1 - p[m])
        cov = np.linalg.inv(precision - curvature * np.outer(deltas[m], deltas[m]))
        # The answer's own pull, by which the mode moved, is taken back.
        theta = head.mean_D - cov @ deltas[m] * weights[m] * (outcomes[m] - p[m])
        assert (mean[m], var[m]) == pytest.approx((deltas[m] @ theta, deltas[m] @ cov @ deltas[m]))


def test_leaving_a_group_out_divides_the_share_of_all_its_answers_out_again():
    deltas, outcomes, rng = problem(6)
    weights, groups = rng.choice([0.0, 0.5, 1.0, 2.0], size=40), rng.integers(0, 15, size=40)
    head = fit(deltas, outcomes, weights_M=weights)
    mean, var = leave_one_out(head, deltas, outcomes, weights_M=weights, groups_M=groups)
    precision, p = np.linalg.inv(head.cov_D_D), special.expit(deltas @ head.mean_D)
    for m in range(40):
        mine = groups == groups[m]
        rows, curvature = deltas[mine], (weights * p * (1 - p))[mine]
        cov = np.linalg.inv(precision - rows.T @ (curvature[:, None] * rows))
        theta = head.mean_D - cov @ rows.T @ (weights * (outcomes - p))[mine]
        assert (mean[m], var[m]) == pytest.approx((deltas[m] @ theta, deltas[m] @ cov @ deltas[m]))


def test_leaving_a_group_out_is_nearly_fitting_without_it_and_alone_in_a_group_is_leaving_one_out():
    deltas, outcomes, _ = problem(6, count=60)
    head, groups = fit(deltas, outcomes), np.arange(60) // 3
    mean, _ = leave_one_out(head, deltas, outcomes, groups_M=groups)
    refitted = np.array(
        [fit(deltas[groups != g], outcomes[groups != g]).margins(deltas[[m]])[0][0] for m, g in enumerate(groups)]
    )
    kept = leave_one_out(head, deltas, outcomes)[0]
    assert np.abs(mean - refitted).mean() < 0.5 * np.abs(kept - refitted).mean()
    np.testing.assert_array_equal(leave_one_out(head, deltas, outcomes, groups_M=np.arange(60))[0], kept)


def test_a_loosened_belief_is_shrunk_and_wider():
    head = BayesianHead(np.array([2.0, -1.0]), np.eye(2)).loosened(0.5, scale=0.25)
    assert (head.mean_D.tolist(), head.cov_D_D.tolist()) == ([0.5, -0.25], [[1.5, 0.0], [0.0, 1.5]])


def test_an_answer_that_did_not_count_is_not_missed():
    deltas, outcomes, _ = problem(6)
    weights = np.ones(40)
    weights[3] = 0.0
    head = fit(deltas, outcomes, weights_M=weights)
    mean, var = leave_one_out(head, deltas, outcomes, weights_M=weights)
    assert (mean[3], var[3]) == pytest.approx(tuple(side[3] for side in head.margins(deltas)))


def test_a_temperature_divides_every_margin():
    head = fit(*problem(2)[:2])
    mean, var = head.margins(np.eye(4))
    cooled_mean, cooled_var = head.tempered(2.0).margins(np.eye(4))
    np.testing.assert_allclose((cooled_mean, cooled_var), (mean / 2, var / 4))
    with pytest.raises(ShapeMismatch):
        head.tempered(0.0)


def test_draws_have_the_beliefs_mean_and_spread_and_are_joint():
    deltas, outcomes, rng = problem(1)
    head = fit(deltas, outcomes)
    features = np.vstack((rng.normal(size=(3, 4)), np.zeros(4)))
    features[1] = features[0] + 1e-3
    rewards = head.draw(features, 20_000, np.random.default_rng(0))
    mean, var = head.margins(features[:1] - features[2:3])
    margins = rewards[:, 0] - rewards[:, 2]
    assert margins.mean() == pytest.approx(mean[0], abs=4 * math.sqrt(var[0] / 20_000))
    assert margins.var() == pytest.approx(var[0], rel=0.05)
    assert (rewards[:, 0] - rewards[:, 1]).std() < 0.01 * margins.std()
    assert (rewards[:, 3] == 0).all()


def test_twins_have_no_uncertainty_and_an_answer_never_adds_any():
    deltas, outcomes, rng = problem(2)
    head = fit(deltas, outcomes)
    assert head.margins(np.zeros((1, 4)))[1][0] == 0.0
    later = head.observe(rng.normal(size=4), 1.0)
    assert (later.margins(deltas)[1] <= head.margins(deltas)[1] + 1e-12).all()


def test_an_answer_about_twins_teaches_nothing():
    head = fit(*problem(2)[:2]).observe(np.zeros(4), 1.0)
    np.testing.assert_array_equal(head.mean_D, fit(*problem(2)[:2]).mean_D)


def test_a_perfectly_separable_set_still_settles():
    deltas = np.linspace(-50, 50, 100)[:, None]
    head = fit(deltas, (deltas[:, 0] > 0).astype(float), precision=1e-3)
    assert np.isfinite(head.mean_D).all() and head.mean_D[0] > 0


def test_what_cannot_be_learnt_from_is_refused():
    with pytest.raises(EmptyPool):
        fit(np.empty((0, 3)), [])
    with pytest.raises(NonFiniteReward):
        fit([[np.nan]], [1.0])
    with pytest.raises(ShapeMismatch):
        fit([[1.0]], [2.0])
    with pytest.raises(ShapeMismatch):
        fit([[1.0]], [1.0], precision=0.0)
    with pytest.raises(ShapeMismatch):
        fit_by_evidence([[1.0]], [1.0], precisions=())
    head = BayesianHead.prior(2)
    for refused in (lambda: head.margins([[1.0]]), lambda: head.observe([1.0, 0.0], 1.5)):
        with pytest.raises(ShapeMismatch):
            refused()
    for mean, cov in ((np.zeros(2), np.eye(3)), (np.zeros(2), -np.eye(2))):
        with pytest.raises(ShapeMismatch):
            BayesianHead(mean, cov)
    for wrong in ({"width": 0}, {"width": 1, "precision": 0.0}):
        with pytest.raises(ShapeMismatch):
            BayesianHead.prior(**wrong)
    for refused in (lambda: head.loosened(-1.0), lambda: head.loosened(0.0, 2.0), lambda: fit_from(head, [[1.0]], [1])):
        with pytest.raises(ShapeMismatch):
            refused()
    with pytest.raises(ShapeMismatch):
        head.draw([[1.0, 0.0]], 0, np.random.default_rng(0))
