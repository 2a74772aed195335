"""What a label would teach: values worked out by hand, and what must not change them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from uncertainty.acquisition import ACQUISITIONS, decisive, per_second
from uncertainty.arrays import BLOCK
from uncertainty.errors import ShapeMismatch
from uncertainty.gauss import information
from uncertainty.laplace import BayesianHead
from uncertainty.reward_samples import RewardSamples

LEARNING = ["mc_dropout_std", "ensemble_std", "bald", "margin", "entropy", "bald_decisive", "infomax"]
seeds = st.integers(0, 2**32 - 1)


def value(name, margins_S_M, seed=0):
    return ACQUISITIONS[name].value(margins_S_M, rng=np.random.default_rng(seed))


def h2(p):
    return -(p * math.log(p) + (1 - p) * math.log(1 - p))


def test_bald_worked_by_hand():
    # Draws say p = 3/4 and p = 1/4: together 1/2, so log 2 minus the entropy of a 3:1 coin.
    margins = np.array([[math.log(3.0)], [-math.log(3.0)]])
    assert value("bald", margins)[0] == pytest.approx(math.log(2) - h2(0.75), rel=1e-12)
    # Draws say 1/2 and 4/5: together 13/20.
    margins = np.array([[0.0], [math.log(4.0)]])
    assert value("bald", margins)[0] == pytest.approx(h2(0.65) - (math.log(2) + h2(0.8)) / 2, rel=1e-12)


def test_bald_does_not_pay_for_a_coin_flip_everyone_agrees_is_one():
    assert value("bald", np.zeros((20, 1)))[0] == 0.0
    assert value("bald", np.full((20, 1), 5.0))[0] == pytest.approx(0.0, abs=1e-15)


def test_bald_is_a_whole_bit_when_half_the_draws_are_sure_of_each_side():
    assert value("bald", np.array([[900.0], [-900.0]]))[0] == pytest.approx(math.log(2), rel=1e-12)


def test_std_and_margin_worked_by_hand():
    margins = np.array([[1.0, -4.0], [3.0, 2.0]])
    assert value("ensemble_std", margins).tolist() == [1.0, 3.0]
    assert value("mc_dropout_std", margins).tolist() == [1.0, 3.0]
    assert value("margin", margins).tolist() == [-2.0, -1.0]


def test_entropy_worked_by_hand():
    # Draws say 1/2 and 4/5: together 13/20. Two draws sure of opposite sides: one half.
    margins = np.array([[0.0, 900.0], [math.log(4.0), -900.0]])
    np.testing.assert_allclose(value("entropy", margins), [h2(0.65), math.log(2)], rtol=1e-12)


def test_bald_decisive_worked_by_hand():
    # Together 13/20: decided with chance 0.2 + 2 * 0.15. Together 1/2: a fifth, however much there is to learn.
    margins = np.array([[0.0, 900.0], [math.log(4.0), -900.0]])
    bald = value("bald", margins)
    np.testing.assert_allclose(value("bald_decisive", margins), [0.5 * bald[0], 0.2 * bald[1]], rtol=1e-12)
    assert decisive(np.array([0.5, 0.9, 0.0])).tolist() == [0.2, 1.0, 1.0]


def test_infomax_worked_by_hand():
    # Margins 1 and 3: mean 2, std 1, so from sigmoid(0) to sigmoid(4).
    assert value("infomax", np.array([[1.0], [3.0]]))[0] == pytest.approx(1 / (1 + math.exp(-4.0)) - 0.5, rel=1e-12)
    assert value("infomax", np.full((5, 1), 2.0))[0] == 0.0


def test_what_takes_twice_as_long_must_teach_twice_as_much():
    assert per_second([0.6, 0.3], [60.0, 20.0]).tolist() == pytest.approx([0.01, 0.015])
    for values, seconds in (([-0.1], [1.0]), ([0.1], [0.0]), ([0.1], [1.0, 2.0])):
        with pytest.raises(ShapeMismatch):
            per_second(values, seconds)


@pytest.mark.parametrize("name", ["mc_dropout_std", "ensemble_std", "bald", "infomax"])
def test_twins_do_not_look_uncertain(name):
    """Two nearly equal completions move together in every draw, however unsure the draws are about both."""
    rng = np.random.default_rng(1)
    both = rng.normal(scale=3.0, size=(20, 1))
    other = rng.normal(scale=3.0, size=(20, 1))
    samples = RewardSamples(np.hstack((both, both + 0.01 * rng.normal(size=(20, 1)), other)))
    twins, strangers = value(name, samples.margins_S_M([0, 0], [1, 2]))
    assert twins < 0.02 * strangers


@settings(max_examples=50)
@given(seeds, st.sampled_from(LEARNING))
def test_a_constant_per_prompt_and_draw_changes_no_value(seed, name):
    rng = np.random.default_rng(seed)
    rewards = rng.normal(size=(6, 5))
    i, j = np.triu_indices(5, k=1)
    before = value(name, RewardSamples(rewards).margins_S_M(i, j))
    after = value(name, RewardSamples(rewards + rng.normal(scale=5.0, size=(6, 1))).margins_S_M(i, j))
    np.testing.assert_allclose(after, before, atol=1e-9)


@settings(max_examples=50)
@given(seeds, st.sampled_from(LEARNING))
def test_the_order_of_draws_pairs_and_sides_does_not_matter(seed, name):
    rng = np.random.default_rng(seed)
    margins = rng.normal(scale=3.0, size=(7, 9))
    values = value(name, margins)
    pairs = rng.permutation(9)
    np.testing.assert_allclose(value(name, margins[rng.permutation(7)]), values, atol=1e-12)
    np.testing.assert_allclose(value(name, margins[:, pairs]), values[pairs], atol=1e-12)
    np.testing.assert_allclose(value(name, -margins), values, atol=1e-12)


@settings(max_examples=50)
@given(seeds, st.floats(0.01, 1000.0))
def test_bald_lies_between_nothing_and_one_bit(seed, scale):
    values = value("bald", np.random.default_rng(seed).normal(scale=scale, size=(5, 20)))
    assert (values >= 0).all() and (values <= math.log(2) + 1e-12).all()


@settings(max_examples=30)
@given(seeds)
def test_bald_is_the_mutual_information_of_the_table_of_draws_and_answers(seed):
    margins = np.random.default_rng(seed).normal(scale=3.0, size=(6, 4))
    for column, said in zip(margins.T, value("bald", margins), strict=True):
        p = special.expit(column)
        table = np.stack((p, 1 - p), axis=1) / 6  # P(draw, answer): every draw is as likely as the others
        apart = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
        assert said == pytest.approx(special.rel_entr(table, apart).sum(), abs=1e-12)


@settings(max_examples=30)
@given(seeds)
def test_entropy_is_that_of_an_independent_library(seed):
    margins = np.random.default_rng(seed).normal(scale=3.0, size=(6, 4))
    p = special.expit(margins).mean(axis=0)
    np.testing.assert_allclose(value("entropy", margins), special.entr(p) + special.entr(1 - p), atol=1e-12)


def test_many_draws_of_a_bayesian_head_are_worth_what_its_integrals_say():
    head = BayesianHead(np.array([0.8, -0.3]), np.array([[2.0, 0.4], [0.4, 0.5]]))
    features = np.random.default_rng(0).normal(size=(6, 2))
    i, j = np.triu_indices(6, k=1)
    drawn = RewardSamples(head.draw(features, 40_000, np.random.default_rng(1)))
    mean, var = head.margins(features[i] - features[j])
    np.testing.assert_allclose(value("bald", drawn.margins_S_M(i, j)), information(mean, var), atol=0.005)
    np.testing.assert_allclose(value("ensemble_std", drawn.margins_S_M(i, j)), np.sqrt(var), rtol=0.02)


@pytest.mark.parametrize("name", LEARNING)
def test_a_pool_longer_than_a_block_or_in_single_precision_gives_the_same_values(name):
    margins = np.random.default_rng(0).normal(size=(3, BLOCK + 5)).astype(np.float32)
    values = value(name, margins)
    np.testing.assert_array_equal(values[-5:], value(name, margins[:, -5:]))
    np.testing.assert_array_equal(values, value(name, margins.astype(np.float64)))


@pytest.mark.parametrize("name", sorted(set(LEARNING) - {"margin", "entropy"}))
def test_one_draw_disagrees_with_nobody_and_is_refused_rather_than_worth_nothing(name):
    with pytest.raises(ShapeMismatch):
        value(name, np.ones((1, 3)))


def test_random_is_blind_and_follows_the_seed():
    assert value("random", np.zeros((2, 5)), seed=3).tolist() == value("random", np.ones((2, 5)), seed=3).tolist()
    assert value("random", np.zeros((2, 5)), seed=3).tolist() != value("random", np.zeros((2, 5)), seed=4).tolist()


def test_only_the_dropout_rule_reads_dropout_draws():
    assert {name for name, rule in ACQUISITIONS.items() if rule.draws == "mc_dropout"} == {"mc_dropout_std"}
    assert all(name == rule.name for name, rule in ACQUISITIONS.items())
