"""A row of reward samples is one model's opinion of every rollout; only differences mean anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.reward_samples import RewardSamples

TWO_DRAWS = RewardSamples(np.array([[1.0, 3.0, 0.0], [2.0, 2.0, 5.0]]))


def test_the_mean_is_over_draws_and_margins_are_draw_by_draw():
    assert TWO_DRAWS.mean_N.tolist() == [1.5, 2.5, 2.5]
    assert TWO_DRAWS.margins_S_M([0, 2], [1, 0]).tolist() == [[-2.0, -1.0], [0.0, 3.0]]


def test_probability_is_the_mean_of_the_draws_own_probabilities():
    sure_but_opposed = RewardSamples(np.array([[9.0, 0.0], [0.0, 3.0]]))
    expected = (1 / (1 + np.exp(-9.0)) + 1 / (1 + np.exp(3.0))) / 2
    assert sure_but_opposed.prob_M([0], [1])[0] == pytest.approx(expected, rel=1e-12)


def test_probabilities_of_the_two_directions_sum_to_one_even_far_out():
    far = RewardSamples(np.array([[800.0, 0.0, -800.0], [1.0, 0.0, -1.0]]))
    forward, back = far.prob_M([0, 0, 1], [1, 2, 2]), far.prob_M([1, 2, 2], [0, 0, 1])
    assert np.isfinite(forward).all()
    np.testing.assert_allclose(forward + back, 1.0, atol=1e-15)


def test_spread_worked_by_hand():
    # Group 7 holds rollouts 0 and 1. Centred: draw one (-1, 1), draw two (0, 0); over the draws std is 1/2 for both.
    assert TWO_DRAWS.spread_N([7, 7, 4]).tolist() == [0.5, 0.5, 0.0]


def test_a_rollout_alone_in_its_group_has_no_spread():
    assert RewardSamples(np.array([[1.0], [100.0]])).spread_N([3]).tolist() == [0.0]


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_adding_a_constant_per_prompt_and_draw_changes_no_spread_and_no_margin(seed):
    rng = np.random.default_rng(seed)
    groups_N = rng.integers(0, 4, size=12)
    rewards = rng.normal(size=(5, 12))
    shifted = rewards + rng.normal(scale=10.0, size=(5, 4))[:, groups_N]
    before, after = RewardSamples(rewards), RewardSamples(shifted)
    np.testing.assert_allclose(after.spread_N(groups_N), before.spread_N(groups_N), atol=1e-9)
    i, j = np.flatnonzero(groups_N == groups_N[0])[[0, -1]]
    np.testing.assert_allclose(after.margins_S_M([i], [j]), before.margins_S_M([i], [j]), atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, None])
def test_a_reward_that_is_no_number_is_refused_and_located(bad):
    with pytest.raises(NonFiniteReward) as refusal:
        RewardSamples([[0.0, 1.0], [2.0, bad]])
    assert refusal.value.context["first"] == [1, 1]


def test_opposite_infinities_do_not_cancel_out():
    with pytest.raises(NonFiniteReward):
        RewardSamples([[np.inf, -np.inf]])


def test_huge_but_finite_rewards_are_accepted():
    assert RewardSamples([[1e308, 1e308]]).rewards_S_N.shape == (1, 2)


def test_wrong_axes_and_empty_samples_are_refused():
    with pytest.raises(ShapeMismatch):
        RewardSamples([1.0, 2.0])
    with pytest.raises(EmptyPool):
        RewardSamples(np.empty((0, 3)))


@pytest.mark.parametrize("i", [[-1], [3], [0.0], [[0]]])
def test_a_pair_must_name_rollouts_that_exist(i):
    with pytest.raises(ShapeMismatch):
        TWO_DRAWS.margins_S_M(i, [0])


def test_pairs_and_groups_must_line_up():
    with pytest.raises(ShapeMismatch):
        TWO_DRAWS.margins_S_M([0, 1], [2])
    with pytest.raises(ShapeMismatch):
        TWO_DRAWS.spread_N([1, 1])
