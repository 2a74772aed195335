"""Does the strategy teach more per answer than chance? Worlds in which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from uncertainty import lift as lifting
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.lift import Lift, falls_back, lift


def campaign(seed, *, strategy="random", answers=400, random_share=0.4, width=6):
    """One truth, and a pool half of which is twins; the strategy asks like chance, avoids twins, or is told lies."""
    rng = np.random.default_rng(seed)
    deltas = rng.normal(size=(answers, width))
    from_random, twins = rng.random(answers) < random_share, rng.random(answers) < 0.5
    asked = ~from_random
    if strategy == "avoids twins":
        twins &= from_random
    if strategy == "only twins":
        twins |= asked
    deltas[twins] *= 0.02
    outcomes = (rng.random(answers) < special.expit(deltas @ np.linspace(-2, 2, width))).astype(float)
    if strategy == "misleading":
        outcomes[asked] = 1.0 - outcomes[asked]
    return deltas, outcomes, rng.integers(0, 120, size=answers), from_random


def measure(seed=0, **world):
    return lift(*campaign(seed, **world), rng=np.random.default_rng(seed))


def test_a_strategy_that_asks_telling_questions_is_seen_to():
    found = measure(strategy="avoids twins", answers=600, width=20)
    assert found.low > 0.0
    assert found.judged_by > 100 and found.learnt_from > 80


@pytest.mark.parametrize("strategy", ["only twins", "misleading"])
def test_a_strategy_that_wastes_answers_is_seen_to(strategy):
    assert measure(strategy=strategy, answers=800).high < 0.0


def test_asking_like_chance_has_no_lift_in_nineteen_of_twenty_campaigns():
    found = [measure(seed, answers=250) for seed in range(40)]
    covered = np.mean([one.low <= 0.0 <= one.high for one in found])
    assert covered >= 0.9
    assert abs(np.mean([one.mean for one in found])) < 0.02


def test_the_judging_prompts_are_never_learnt_from_and_both_sides_learn_equally_much(monkeypatch):
    deltas, outcomes, groups, from_random = campaign(3)
    seen = []

    def spy(deltas, outcomes, groups, learnt, told, precisions):
        assert not np.intersect1d(groups[learnt], groups[told]).size
        assert from_random[told].all()
        seen.append((len(learnt), bool(from_random[learnt].all()), bool((~from_random[learnt]).all())))
        return np.zeros(len(told))

    monkeypatch.setattr(lifting, "_loss", spy)
    found = lift(deltas, outcomes, groups, from_random, rng=np.random.default_rng(0))
    assert [count for count, *_ in seen[::2]] == [count for count, *_ in seen[1::2]]
    assert all(chance and not strategy for _, chance, strategy in seen[::2])
    assert all(strategy and not chance for _, chance, strategy in seen[1::2])
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


def test_the_interval_worked_by_hand(monkeypatch):
    # Prompts alternate between a gain of 1 and of 0, two answers each: mean 1/2, standard error sqrt(1/4 / 19),
    # and variance 1 + 5/4 times as large because five folds share what they learn from.
    groups = np.concatenate((np.repeat(np.arange(20), 2), np.full(60, 99)))
    from_random = np.arange(100) < 40

    def loss(deltas, outcomes, groups, learnt, told, precisions):
        return (groups[told] % 2) * float(from_random[learnt].all())

    monkeypatch.setattr(lifting, "_loss", loss)
    found = lift(np.zeros((100, 1)), np.zeros(100), groups, from_random, rng=np.random.default_rng(0))
    error = 1.5 * np.sqrt(0.25 / 19)
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.5 - 1.96 * error, 0.5 + 1.96 * error))


def test_a_strategy_has_five_rounds_to_show_that_it_helps():
    helps, unclear = Lift(0.02, 0.01, 0.03, 100, 80), Lift(0.02, -0.01, 0.05, 100, 80)
    assert [falls_back(*case) for case in ((helps, 9), (unclear, 4), (unclear, 5))] == [False, False, True]


def test_too_few_random_answers_have_no_lift_rather_than_a_wrong_one():
    deltas, outcomes, groups, from_random = campaign(1)
    rng = np.random.default_rng(0)
    with pytest.raises(EmptyPool):
        lift(deltas, outcomes, groups, np.arange(400) < 5, rng=rng)
    with pytest.raises(EmptyPool):
        lift(deltas, outcomes, groups, np.ones(400), rng=rng)
    with pytest.raises(ShapeMismatch):
        lift(deltas, outcomes, groups[1:], from_random, rng=rng)
    deltas[0, 0] = np.nan
    with pytest.raises(NonFiniteReward):
        lift(deltas, outcomes, groups, from_random, rng=rng)
