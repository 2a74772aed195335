"""Does a probability of 0.7 mean seven in ten?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from uncertainty.calibration import (
    accuracy,
    aurc,
    auroc,
    brier,
    ebce,
    ece,
    fit_temperature,
    nll,
    out_of_bag_temperature,
    reliability,
    risk_coverage,
)
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.logistic import sigmoid


def test_nll_worked_by_hand():
    assert nll([0.8, 0.4], [1.0, 0.0]) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)
    assert nll([0.8], [0.5]) == pytest.approx(-(math.log(0.8) + math.log(0.2)) / 2)
    assert nll([0.5, 0.5, 0.5], [1.0, 0.0, 0.5]) == pytest.approx(math.log(2))


def test_certainty_that_was_right_costs_nothing_and_that_was_wrong_is_refused():
    assert nll([1.0, 0.0], [1.0, 0.0]) == 0.0
    with pytest.raises(NonFiniteReward):
        nll([1.0], [0.0])


def test_accuracy_leaves_ties_out_and_gives_half_for_no_opinion():
    assert accuracy([0.9, 0.2, 0.7, 0.99], [1.0, 0.0, 0.0, 0.5]) == pytest.approx(2 / 3)
    assert accuracy([0.5], [1.0]) == 0.5
    with pytest.raises(EmptyPool):
        accuracy([0.5], [0.5])


def test_brier_worked_by_hand():
    assert brier([0.8, 0.4], [1.0, 0.0]) == pytest.approx((0.04 + 0.16) / 2)


def test_ece_worked_by_hand():
    # One bin at confidence 0.9 that is right half of the time, one at 0.6 that is always right.
    assert ece([0.9, 0.1, 0.6, 0.6], [1.0, 1.0, 1.0, 1.0]) == pytest.approx((2 * 0.4 + 2 * 0.4) / 4)
    assert ece([1.0, 0.0], [1.0, 0.0]) == 0.0


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_swapping_the_two_completions_of_pairs_changes_no_metric(seed):
    rng = np.random.default_rng(seed)
    prob, outcome = rng.uniform(0.02, 0.98, size=30), rng.choice([0.0, 0.5, 1.0], size=30, p=[0.4, 0.2, 0.4])
    swap = rng.random(30) < 0.5
    for metric in (nll, accuracy, brier, ece):
        swapped = metric(np.where(swap, 1 - prob, prob), np.where(swap, 1 - outcome, outcome))
        assert swapped == pytest.approx(metric(prob, outcome), abs=1e-9)


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_temperature_finds_how_overconfident_the_margins_are(true):
    rng = np.random.default_rng(0)
    margin = rng.normal(scale=2.0, size=8000)
    outcome = (rng.random(8000) < sigmoid(margin)).astype(float)
    assert fit_temperature(true * margin[None, :], outcome) == pytest.approx(true, rel=0.08)


def test_temperature_is_the_one_an_optimiser_finds():
    rng = np.random.default_rng(4)
    margins, outcome = rng.normal(scale=3.0, size=(4, 60)), rng.choice([0.0, 0.5, 1.0], size=60)

    def cost(log_t):
        p = special.expit(margins / math.exp(log_t)).mean(axis=0)
        return -(outcome * np.log(p) + (1 - outcome) * np.log(1 - p)).sum() + (log_t / 0.7) ** 2 / 2

    found = optimize.minimize_scalar(cost, bounds=(-2, 3), method="bounded", options={"xatol": 1e-9}).x
    assert math.log(fit_temperature(margins, outcome, prior_std=0.7)) == pytest.approx(found, abs=1e-4)


def test_temperature_never_makes_the_likelihood_worse():
    rng = np.random.default_rng(2)
    margins = rng.normal(scale=4.0, size=(5, 300))
    outcome = (rng.random(300) < 0.5 + 0.2 * np.sign(margins.mean(axis=0))).astype(float)
    temperature = fit_temperature(margins, outcome)
    fitted, raw = (nll(sigmoid(margins / t).mean(axis=0), outcome) for t in (temperature, 1.0))
    assert fitted <= raw


def test_a_handful_of_answers_that_agree_does_not_ask_for_certainty():
    few = fit_temperature(np.array([[1.0, -1.0, 2.0]]), [1.0, 0.0, 1.0])
    assert 0.3 < few < 1.0


def test_margins_far_out_do_not_break_the_fit():
    assert fit_temperature(np.array([[5000.0, -5000.0]]), [0.0, 1.0]) == pytest.approx(20.0, rel=1e-3)


def test_what_is_no_probability_or_outcome_is_refused():
    for prob, outcome in (([1.2], [1.0]), ([0.5], [2.0]), ([0.5, 0.5], [1.0])):
        with pytest.raises(ShapeMismatch):
            nll(prob, outcome)
    with pytest.raises(EmptyPool):
        brier([], [])
    with pytest.raises(NonFiniteReward):
        ece([math.nan], [1.0])


def test_counts_of_bins_and_spreads_of_priors_are_positive():
    for wrong in (lambda: ece([0.5], [1.0], bins=0), lambda: ebce([0.5], [0.6], [1.0], bins=0)):
        with pytest.raises(ShapeMismatch):
            wrong()
    for prior_std in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ShapeMismatch):
            fit_temperature([[1.0]], [1.0], prior_std=prior_std)


def test_ebce_worked_by_hand():
    # Promises: 0.9 (right half of the time), 0.6 (right), and an interval across one half promises nothing.
    lower, upper = [0.9, 0.01, 0.6, 0.3], [0.99, 0.1, 0.8, 0.9]
    assert ebce(lower, upper, [1.0, 1.0, 1.0, 0.0]) == pytest.approx((2 * (0.9 - 0.5) + 0.5) / 4)
    assert ebce(lower, upper, [1.0, 0.0, 1.0, 1.0]) == 0.0
    with pytest.raises(ShapeMismatch):
        ebce([0.6], [0.5], [1.0])


def test_a_wide_interval_that_keeps_its_promise_costs_nothing_though_ece_does():
    outcomes = [1.0, 1.0, 1.0, 0.0]
    assert ebce([0.6] * 4, [1.0] * 4, outcomes) == 0.0
    assert ece([0.95] * 4, outcomes) == pytest.approx(0.2)


def test_auroc_worked_by_hand_and_against_a_rank_test():
    # Wrong at 3 and 2, right at 1 and 2: of four comparisons three and a half go the right way.
    assert auroc([3.0, 2.0, 1.0, 2.0], [True, True, False, False]) == 3.5 / 4
    rng = np.random.default_rng(0)
    looks, wrong = rng.integers(0, 20, 300).astype(float), rng.random(300) < 0.3
    expected = stats.mannwhitneyu(looks[wrong], looks[~wrong]).statistic / (wrong.sum() * (~wrong).sum())
    assert auroc(looks, wrong) == pytest.approx(expected)
    with pytest.raises(EmptyPool):
        auroc([1.0, 2.0], [False, False])


def test_risk_and_coverage_worked_by_hand():
    coverage, risk = risk_coverage([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(risk, [0, 1 / 2, 1 / 3, 1 / 2])
    assert aurc([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1]) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_uncertainty_that_says_nothing_has_the_error_rate_at_every_coverage():
    np.testing.assert_allclose(risk_coverage(np.ones(5), [1, 0, 0, 1, 0])[1], 0.4)


def test_certainty_where_right_has_the_least_area():
    wrong = np.array([0, 0, 0, 1, 1])
    areas = [aurc(order, wrong) for order in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [1, 4, 2, 5, 3])]
    assert min(areas) == areas[0] and max(areas) == areas[1]


def test_a_draw_that_is_not_heard_about_a_pair_does_not_move_the_temperature():
    rng = np.random.default_rng(8)
    margins_S_M = rng.normal(size=(3, 200)) * 2.0
    outcomes_M = (rng.random(200) < 1 / (1 + np.exp(-margins_S_M[0]))).astype(float)
    heard_S_M = np.array([[True], [True], [False]]).repeat(200, axis=1)
    alone = fit_temperature(margins_S_M[:2], outcomes_M)
    assert fit_temperature(margins_S_M, outcomes_M, heard_S_M=heard_S_M) == pytest.approx(alone, rel=1e-6)
    assert fit_temperature(margins_S_M, outcomes_M) != pytest.approx(alone, rel=1e-2)
    with pytest.raises(ShapeMismatch):
        fit_temperature(margins_S_M, outcomes_M, heard_S_M=np.zeros((3, 200), dtype=bool))


def test_the_temperature_out_of_the_bag_is_that_of_the_whole_ensemble_on_new_answers():
    """Heads are the truth plus noise of their own; heads that saw a pair know its answer by heart."""
    rng = np.random.default_rng(5)
    truth_M = rng.normal(size=6000) * 1.5
    outcomes_M = (rng.random(6000) < 1 / (1 + np.exp(-truth_M))).astype(float)
    fresh_S_M = 2.0 * truth_M + 2.0 * rng.normal(size=(20, 6000))
    unseen_S_M = rng.poisson(1.0, size=(20, 6000)) == 0
    known_S_M = np.where(unseen_S_M, fresh_S_M, fresh_S_M + 6.0 * (2 * outcomes_M - 1))
    honest = fit_temperature(fresh_S_M, outcomes_M)
    told = out_of_bag_temperature(known_S_M, outcomes_M, unseen_S_M)
    assert told == pytest.approx(honest, rel=0.05)
    assert fit_temperature(known_S_M, outcomes_M) < 0.5 * honest
    heard = unseen_S_M.any(axis=0)
    plain = fit_temperature(known_S_M[:, heard], outcomes_M[heard], heard_S_M=unseen_S_M[:, heard])
    assert abs(told - honest) < 0.5 * abs(plain - honest)  # fewer heads ask for more
    with pytest.raises(EmptyPool):
        out_of_bag_temperature(known_S_M, outcomes_M, np.zeros((20, 6000), dtype=bool))


def test_reliability_is_what_the_calibration_error_averages_over():
    rng = np.random.default_rng(2)
    prob_M, outcomes_M = rng.random(500), rng.integers(0, 2, size=500).astype(float)
    predicted, observed, count = reliability(prob_M, outcomes_M, bins=10)
    assert count.sum() == 500 and (predicted >= 0.5).all()
    assert (np.abs(predicted - observed) * count).sum() / 500 == pytest.approx(ece(prob_M, outcomes_M, bins=10))
    # By hand: 0.7 sure and wrong; 0.95 sure and right; 0.92 sure and wrong.
    predicted, observed, count = reliability([0.3, 0.95, 0.08], [1.0, 1.0, 1.0], bins=5)
    assert count.tolist() == [1, 2] and predicted.tolist() == pytest.approx([0.7, 0.935])
    assert observed.tolist() == [0.0, 0.5]
