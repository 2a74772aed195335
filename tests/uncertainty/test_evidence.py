"""Evidence that does not wear out by looking: bets against chance, breaks, and people who say the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.crowd.misfits import COPIER, FALLEN, GUESSER, HONEST, OPPOSITE, SOURCE, crowd
from benchmarks.crowd.planted import dealt, rankings
from uncertainty.crowd_bt import crowd_bt
from uncertainty.errors import ShapeMismatch
from uncertainty.evidence import above_half, enough, off_half, wider
from uncertainty.notices import of_haste, of_sides, of_skill


@settings(max_examples=40)
@given(st.integers(1, 60))
def test_under_chance_a_bet_is_worth_what_it_was_on_average(of):
    hits = np.arange(of + 1)
    chance = stats.binom.pmf(hits, of, 0.5)
    for bet in (above_half, off_half):
        assert chance @ np.exp(bet(hits, np.full(of + 1, of))) == pytest.approx(1.0)


@settings(max_examples=40)
@given(st.integers(1, 60), st.floats(0.001, 0.5))
def test_a_bet_on_more_than_half_loses_where_it_is_less(of, truth):
    hits = np.arange(of + 1)
    assert stats.binom.pmf(hits, of, truth) @ np.exp(above_half(hits, np.full(of + 1, of))) <= 1.0 + 1e-9


def test_two_hundred_fair_people_looked_at_every_day_are_nearly_never_named():
    named_by_bet, named_by_interval = [], []
    for seed in range(40):
        left = np.random.default_rng(seed).binomial(20, 0.5, (200, 25)).cumsum(axis=1)
        of = 20 * np.arange(1, 26)
        named_by_bet.append(any(of_sides(range(200), left[:, day], np.full(200, of[day])) for day in range(25)))
        named_by_interval.append((np.abs(left - of / 2.0) > 1.96 * np.sqrt(of) / 2.0).any())
    assert np.mean(named_by_bet) <= 0.05 and np.mean(named_by_interval) == 1.0


def test_somebody_who_leans_is_named_with_the_side_and_the_figures():
    (one,) = of_sides([7, 8, 9], [250, 150, 600], [500, 300, 1000])
    assert (one.annotator, one.kind, one.answers, one.seen, one.expected) == (9, "leans_left", 1000, 0.6, 0.5)
    (other,) = of_sides([7], [300], [1000])
    assert other.kind == "leans_right"


def test_haste_is_named_only_where_it_is_the_rule():
    assert [one.annotator for one in of_haste([1, 2, 3], [90, 50, 9], [100, 100, 10])] == [1]


def test_a_bound_for_all_times_is_wider_and_the_wider_the_more_are_looked_at():
    few, many = wider([20, 200, 2000], 1), wider([20, 200, 2000], 200)
    assert (few > 1.96).all() and (many > few).all() and few[0] > few[1]


def test_the_bound_for_all_times_holds_at_all_times():
    """A mean watched after every tenth of two thousand answers leaves its bound in fewer than one walk in twenty."""
    n = np.arange(10, 2001, 10)
    walks = np.random.default_rng(0).normal(size=(2000, 200, 10)).sum(axis=2).cumsum(axis=1)
    assert (np.abs(walks) > wider(n, 1) * np.sqrt(n)).any(axis=1).mean() <= 0.05


def named(kind, overlap, seed, each=500):
    found, chance = crowd(kind, overlap, np.random.default_rng([seed, overlap])).judged(each)
    return of_skill(found.reliability, found.residuals, chance=chance)


@pytest.mark.parametrize("kind", ["pairs", "classes"])
def test_planted_people_are_named_for_what_they_do_and_nobody_else_is(kind):
    found = named(kind, 3, 1)
    by_kind = {}
    for one in found:
        by_kind.setdefault(one.kind, set()).add(one.annotator)
    assert by_kind.pop("below_chance") == {OPPOSITE}
    assert by_kind.pop("near_chance") == {GUESSER}
    assert by_kind.pop("fell") == {FALLEN}
    assert by_kind.pop("alike") == {SOURCE, COPIER} and not by_kind
    (fall,) = [one for one in found if one.kind == "fell"]
    assert 150 < fall.seen < 350 and 450 < fall.answers < 550
    assert {one.other for one in found if one.kind == "alike"} == {SOURCE, COPIER}


def test_of_a_few_answers_nothing_is_said():
    assert named("pairs", 3, 0, each=25) == []


def test_who_got_better_is_not_told_off():
    world = crowd("classes", 3, np.random.default_rng(4))
    found, chance = world.judged(500, backwards=True)
    assert not [one for one in of_skill(found.reliability, found.residuals, chance=chance) if one.kind == "fell"]
    assert len(found.reliability.annotators_A) > HONEST


def ranked(seed, *, copied=0.0):
    """Twelve people order four completions of 200 cards each; the last has so many orders from the first."""
    rng = np.random.default_rng(seed)
    said = rankings(4, dealt(12, 200, 3, rng), np.linspace(1.0, 3.0, 12), rng)
    outcome_L, from_first = said.outcome_L.copy(), {}
    for row in np.flatnonzero(said.annotator_L == 0):
        from_first[said.pair_L[row]] = outcome_L[row]
    lazy_C = rng.random(said.card_L.max() + 1) < copied
    for row in np.flatnonzero((said.annotator_L == 11) & lazy_C[said.card_L]):
        outcome_L[row] = from_first.get(said.pair_L[row], outcome_L[row])
    found = crowd_bt(outcome_L, said.pair_L, said.annotator_L, said.first_left_L, cards_L=said.card_L)
    return [(one.kind, one.annotator) for one in of_skill(found.reliability, found.residuals, chance=0.5)]


def test_the_pairs_of_a_ranking_agree_together_and_nobody_is_accused_for_that():
    assert [named for seed in range(8) for named in ranked(seed)] == []


def test_whoever_has_their_rankings_from_somebody_is_named():
    assert {("alike", 0), ("alike", 11)} <= set(ranked(0, copied=0.8))


@pytest.mark.parametrize(
    "call",
    [
        lambda: enough(0),
        lambda: enough(5, alpha=0.0),
        lambda: above_half([3], [2]),
        lambda: off_half([-1], [2]),
        lambda: above_half([1, 2], [3]),
        lambda: wider([0], 1),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(ShapeMismatch):
        call()


def test_how_much_is_enough_grows_with_the_people_looked_at():
    assert enough(1) == pytest.approx(math.log(20)) and enough(200) == pytest.approx(math.log(4000))
