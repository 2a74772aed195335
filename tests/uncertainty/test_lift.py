"""Does the strategy teach more per answer than chance, and how much more? Worlds in which the truth is known."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
from scipy import special
from scipy.optimize import isotonic_regression

from uncertainty import foretelling
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.foretelling import Foretold, Recipe, foretell
from uncertainty.laplace import BayesianHead, fit_from
from uncertainty.lift import Bound, Lift, Verdict, falls_back, lift_of, measure, saving_of, verdict


def campaign(seed, *, strategy="chance", answers=600, random_share=0.4, width=12, prompts=10_000):
    """One truth, and a pool half of which is twins; the strategy asks like chance, avoids twins, or is told lies.

    Twins teach nothing, so one answer of a strategy that avoids them is worth exactly two random ones.
    """
    rng = np.random.default_rng(seed)
    deltas = rng.normal(size=(answers, width)) / np.sqrt(width)
    from_random, twins = rng.random(answers) < random_share, rng.random(answers) < 0.5
    if strategy == "avoids twins":
        twins &= from_random
    if strategy == "only twins":
        twins |= ~from_random
    deltas[twins] *= 0.02
    outcomes = (rng.random(answers) < special.expit(3.0 * deltas @ rng.normal(size=width))).astype(float)
    if strategy == "misleading":
        outcomes[~from_random] = 1.0 - outcomes[~from_random]
    return deltas, outcomes, rng.integers(0, prompts, size=answers), from_random


def measured(seed=0, **world):
    return measure(*campaign(seed, **world), rng=np.random.default_rng(seed))


def foretold(strategy_K, *, random=0.5, nothing=0.7, even=0.5, prompts=40, few=100, sizes=(25, 50, 100, 200, 400)):
    """Losses that are the same for every one of 40 prompts' single answers."""
    ones_J = np.ones(prompts)
    return Foretold(
        prompts_J=np.arange(prompts), random_J=random * ones_J, even_J=even * ones_J, few_J=random * ones_J,
        nothing_J=nothing * ones_J, strategy_K_J=np.array(strategy_K)[:, None] * ones_J,
        learnt=few, few=few, sizes_K=np.array(sizes, dtype=float), enlarged=2.0,
    )  # fmt: skip


def saving(*args, **kwargs):
    return saving_of(foretold(*args, **kwargs), np.random.default_rng(0))


# ---- in worlds


def test_a_strategy_that_asks_telling_questions_is_seen_to():
    found = measured(1, strategy="avoids twins", answers=4_000, width=40)
    assert found.lift.low > 0.0
    assert found.lift.judged_by > 1_500 and found.lift.learnt_from > 1_000
    assert found.saving.bound is Bound.NONE
    assert found.saving.low < 2.0 < found.saving.high
    assert 1.4 < found.saving.ratio < 2.9


@pytest.mark.parametrize("strategy", ["only twins", "misleading"])
def test_a_strategy_that_wastes_answers_is_seen_to(strategy):
    found = measured(1, strategy=strategy, answers=3_000, random_share=0.25)
    assert found.lift.high < 0.0
    assert found.saving.high < 1.0


def test_asking_like_chance_has_no_lift_and_saves_nothing_in_nineteen_of_twenty_campaigns():
    found = [measured(seed, answers=300) for seed in range(40)]
    savings = [one.saving for one in found if one.saving is not None]
    assert np.mean([one.lift.low <= 0.0 <= one.lift.high for one in found]) >= 0.9
    assert np.mean([one.low <= 1.0 and (one.high is None or one.high >= 1.0) for one in savings]) >= 0.9
    assert abs(np.mean([one.lift.mean for one in found])) < 0.01
    assert 0.7 < np.median([one.ratio for one in savings]) < 1.4


def test_the_check_of_a_thousand_answers_takes_a_moment():
    told = campaign(0, answers=1_000, random_share=0.1, width=128)
    began = time.process_time()
    measure(*told, rng=np.random.default_rng(0))
    assert time.process_time() - began < 6.0  # one second on an idle core of a laptop


def test_the_same_answers_and_seed_give_the_same_figures():
    assert measured(3, answers=200) == measured(3, answers=200)


# ---- fair by construction


def test_judging_prompts_are_never_learnt_from_and_larger_heads_know_all_that_smaller_ones_do(monkeypatch):
    deltas, outcomes, prompts, from_random = campaign(3, answers=400, prompts=150)
    deltas[:, 0] = np.arange(400) / 400.0  # so that a head can be asked which answers it learnt
    seen: dict[tuple[int, bool], list[set[int]]] = {}
    judged: list[set[int]] = []

    class Spy:
        def __init__(self, rows):
            self.rows = rows

        def margins(self, told):
            rows = np.rint(told[:, 0] * 400).astype(int)
            assert from_random[rows].all()
            assert not np.intersect1d(prompts[rows], prompts[list(self.rows)]).size
            judged.append(set(rows))
            return np.zeros(len(rows)), np.ones(len(rows))

    def head(self, learnt, outcomes, weights):
        rows = np.rint(learnt[:, 0] * 400).astype(int)
        as_asked = (np.diff(rows) > 0).all()
        assert from_random[rows].all() or as_asked
        seen.setdefault((len(judged), as_asked), []).append(set(rows))
        return Spy(rows)

    monkeypatch.setattr(Recipe, "head", head)
    told = foretell(deltas, outcomes, prompts, from_random, rng=np.random.default_rng(0), turns=1)
    assert set().union(*judged) == set(np.flatnonzero(from_random))
    sizes = {len(rows) for sets in seen.values() for rows in sets}
    assert sizes == {told.learnt, told.few, *told.sizes_K.astype(int)}
    assert (told.random_J == told.even_J).all()  # the spy knows nothing of either


def test_every_head_learns_under_one_prior_chosen_by_all_answers():
    deltas, outcomes, *_ = campaign(0)
    weights = np.ones(len(outcomes))
    strong, weak = (Recipe.chosen(scale * deltas, outcomes, weights, None).precision for scale in (1.0, 0.1))
    assert strong > weak
    machine = fit_from(BayesianHead.prior(12, 0.3), deltas, outcomes)[0]
    trusted = Recipe.chosen(deltas, outcomes, weights, machine)
    contradicted = Recipe.chosen(deltas, 1.0 - outcomes, weights, machine)
    assert trusted.prior.mean_D @ machine.mean_D > 0.9 * machine.mean_D @ machine.mean_D
    assert contradicted.prior.mean_D @ machine.mean_D < 0.3 * machine.mean_D @ machine.mean_D


def test_answers_that_correct_a_machine_are_judged_by_what_they_add_to_it():
    deltas, outcomes, prompts, from_random = campaign(0, answers=800)
    machine = fit_from(BayesianHead.prior(12, 1.0), deltas, outcomes)[0]
    told = foretell(deltas, outcomes, prompts, from_random, rng=np.random.default_rng(0), machine=machine)
    alone = foretell(deltas, outcomes, prompts, from_random, rng=np.random.default_rng(0))
    assert told.nothing_J.mean() < 0.65 < alone.nothing_J.mean() == pytest.approx(np.log(2.0))


def test_a_strategy_is_not_blamed_for_being_too_sure_which_its_random_answers_correct():
    mean_J, fold_J = np.tile([8.0, -8.0], 100), np.arange(200) % 5
    outcomes_J = np.where(np.arange(200) % 4 < 2, [1.0, 0.0] * 100, [0.0, 1.0] * 100)
    outcomes_J[::8] = 1.0
    raw = foretelling._loss(mean_J, np.zeros(200), outcomes_J).mean()
    assert foretelling._tempered_loss(mean_J, np.zeros(200), outcomes_J, fold_J).mean() < 0.5 * raw


def test_a_strategy_is_judged_by_its_first_answers_not_by_a_sample_of_what_it_asked_once_it_knew_those():
    # It asks about what matters first and about the rest afterwards.
    rng = np.random.default_rng(0)
    from_random = np.arange(400) % 4 == 0
    deltas = rng.normal(size=(400, 8))
    deltas[~from_random & (np.arange(400) < 200), 4:] = 0.0
    deltas[~from_random & (np.arange(400) >= 200), :4] = 0.0
    outcomes = (rng.random(400) < special.expit(3.0 * deltas[:, :4].sum(axis=1))).astype(float)
    half = {}
    for name, order in (("as asked", np.arange(400)), ("late ones first", np.roll(np.arange(400), 200))):
        told = deltas[order], outcomes[order], order, from_random[order]
        found = foretell(*told, rng=np.random.default_rng(0), turns=2)
        half[name] = found.strategy_K_J.mean(axis=1)[found.sizes_K <= 80][-1]
    assert half["as asked"] < half["late ones first"] - 0.05


# ---- by hand


def test_the_interval_of_the_lift_worked_by_hand():
    # Twenty prompts with two answers each; they gain 1 and 0 in turn: mean 1/2, standard error sqrt(1/4 / 19), and
    # variance enlarged as the luck of what was learnt demands.
    told = dataclasses.replace(
        foretold([0.5] * 5), prompts_J=np.repeat(np.arange(20), 2), random_J=np.repeat([1.0, 0.0] * 10, 2),
        even_J=np.zeros(40), enlarged=1.75,
    )  # fmt: skip
    found = lift_of(told)
    error = np.sqrt(1.75 * 0.25 / 19)
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.5 - 1.96 * error, 0.5 + 1.96 * error))
    assert (found.judged_by, found.learnt_from) == (40, 100)


def test_the_luck_of_what_was_learnt_from_widens_the_interval():
    # Both arms learn about four fifths of as many answers as judge.
    told = foretell(*campaign(0, answers=1_000, random_share=0.1), rng=np.random.default_rng(0), turns=1)
    assert told.enlarged == pytest.approx(2.25, abs=0.15)


def test_what_chance_asked_after_the_strategy_gave_way_is_not_the_strategys():
    deltas, outcomes, prompts, from_random = campaign(0, strategy="misleading", answers=900, random_share=0.3)
    late = np.arange(900) >= 500
    told = deltas, outcomes, prompts, from_random | late
    outcomes[late & ~from_random] = 1.0 - outcomes[late & ~from_random]  # chance was told the truth
    found = foretell(*told, rng=np.random.default_rng(0), turns=1)
    assert found.sizes_K[-1] < 500
    assert found.strategy_K_J[-1].mean() > found.random_J.mean() + 0.05


def test_a_saving_is_read_between_sizes_on_a_logarithmic_scale():
    # 50 answers of the strategy lose 0.6, 100 of them 0.4; chance loses 0.5 with 100: sqrt(50 * 100) will do.
    found = saving([0.65, 0.6, 0.4, 0.3, 0.2])
    assert found.ratio == pytest.approx(np.sqrt(2.0))
    assert (found.bound, found.random_answers, found.strategy_answers) == (Bound.NONE, 100, 71)
    assert (found.low, found.high) == pytest.approx((found.ratio, found.ratio))  # every prompt says the same


def test_a_strategy_that_never_gets_there_has_an_upper_bound_and_one_that_begins_there_a_lower():
    never, at_once = saving([0.7, 0.69, 0.65, 0.6, 0.55]), saving([0.5, 0.4, 0.3, 0.3, 0.2])
    assert (never.bound, never.ratio, never.low, never.high) == (Bound.AT_MOST, 0.25, 0.0, 0.25)
    assert (at_once.bound, at_once.ratio, at_once.low, at_once.high) == (Bound.AT_LEAST, 4.0, 4.0, None)
    assert (never.strategy_answers, at_once.strategy_answers) == (400, 25)


def test_where_chance_has_taught_nothing_there_is_no_saving():
    assert saving([0.7, 0.6, 0.5, 0.4, 0.3], random=0.71, nothing=0.7) is None


def test_more_answers_never_teach_less_the_curve_is_the_nearest_falling_one():
    # The dip at 50 is averaged with the 0.62 after it: 0.55, which is above 0.5; 200 answers are needed, not 50.
    assert saving([0.65, 0.48, 0.62, 0.5, 0.3]).ratio == pytest.approx(0.5)


def test_falling_curves_agree_with_an_independent_isotonic_regression():
    from uncertainty.lift import _falling

    loss_K_B = np.random.default_rng(0).normal(size=(9, 30)) - np.linspace(0, 2, 9)[:, None]
    expected = np.stack([isotonic_regression(column, increasing=False).x for column in loss_K_B.T], axis=1)
    np.testing.assert_allclose(_falling(loss_K_B), expected, atol=1e-12)


# ---- what follows


@pytest.mark.parametrize(
    ("low", "high", "rounds", "judged", "expected", "gives_way"),
    [
        (0.01, 0.03, 1, 49, Verdict.TOO_EARLY, (False, False)),
        (0.01, 0.03, 1, 50, Verdict.BETTER, (False, False)),
        (-0.03, -0.01, 1, 49, Verdict.TOO_EARLY, (False, False)),
        (-0.03, -0.01, 1, 50, Verdict.WORSE, (True, True)),
        (-0.01, 0.05, 4, 100, Verdict.TOO_EARLY, (False, False)),
        (-0.01, 0.05, 5, 50, Verdict.UNPROVEN, (False, True)),
        (0.00, 0.05, 9, 500, Verdict.UNPROVEN, (False, True)),
    ],
)
def test_a_strategy_gives_way_when_it_is_worse_or_when_it_must_prove_itself_and_cannot(
    low, high, rounds, judged, expected, gives_way
):
    told = verdict(Lift((low + high) / 2.0, low, high, judged, 80), rounds)
    assert (told, tuple(falls_back(told, must_prove=must) for must in (False, True))) == (expected, gives_way)


def test_what_was_not_measured_is_too_early_to_tell():
    assert verdict(None, 100) is Verdict.TOO_EARLY


def test_too_few_random_answers_have_no_lift_rather_than_a_wrong_one():
    deltas, outcomes, prompts, from_random = campaign(1, answers=400)
    rng = np.random.default_rng(0)
    with pytest.raises(EmptyPool):
        measure(deltas, outcomes, prompts, np.arange(400) < 5, rng=rng)
    with pytest.raises(EmptyPool):
        measure(deltas, outcomes, prompts, np.ones(400), rng=rng)
    with pytest.raises(EmptyPool):  # the strategy asked about nothing but one prompt that judges
        measure(deltas, outcomes, np.maximum(np.arange(400) - 99, 0), np.arange(400) > 50, rng=rng)
    with pytest.raises(ShapeMismatch):
        measure(deltas, outcomes, prompts[1:], from_random, rng=rng)
    deltas[0, 0] = np.nan
    with pytest.raises(NonFiniteReward):
        measure(deltas, outcomes, prompts, from_random, rng=rng)
