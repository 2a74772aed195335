"""The model of preferences: sharpness, sides and soft labels found again, its formulas beside slow ones, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from benchmarks.crowd.planted import dealt, preferences, rankings
from uncertainty.annotators import Heard, vote_shares
from uncertainty.crowd_bt import crowd_bt
from uncertainty.crowd_fit import BEFOREHAND, SPREADS, Answers, Model
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.notices import of_skill
from uncertainty.sharpness import SHAPES, Margins


def expit(z):
    return 1.0 / (1.0 + np.exp(-z))


def right(tau):
    return integrate.quad(lambda mu: 2.0 * stats.norm.pdf(mu) * expit(tau * mu), 0, 12)[0]


SHARP = np.array([0.1, 0.5, 0.9, 1.4, 2.0, 3.0, 4.5, 8.0])


def crowd(seed, *, overlap=3, sharp=SHARP, side=None, each=500):
    rng = np.random.default_rng(seed)
    sharp = np.asarray(sharp, dtype=float)
    deal = dealt(len(sharp), each, overlap, rng)
    margin = rng.normal(size=deal.item_L.max() + 1)
    side = np.zeros(len(sharp)) if side is None else np.asarray(side, dtype=float)
    return margin, deal, *preferences(margin, deal, sharp, side, rng)


def told(*world):
    _, deal, outcomes, first_left = world
    return crowd_bt(outcomes, deal.item_L, deal.annotator_L, first_left)


def test_planted_sharpness_is_found_in_order_and_inside_its_intervals():
    order, inside, left = [], [], []
    for seed in range(12):
        found = told(*crowd(seed))
        people, skills = found.reliability, np.array([right(tau) for tau in SHARP])
        order.append(stats.spearmanr(people.right_A, skills).statistic)
        inside.append(np.mean((people.low_A <= skills) & (skills <= people.high_A)))
        left.append(np.mean((found.left_low_A <= 0.5) & (found.left_high_A >= 0.5)))
    assert np.mean(order) > 0.93 and np.mean(inside) > 0.87 and np.mean(left) > 0.9


@pytest.mark.parametrize(("overlap", "each"), [(2, 50), (2, 400), (3, 50), (3, 400)])
def test_intervals_hold_the_truth_also_where_every_pair_is_as_hard_as_any_other(overlap, each):
    """Two answers a pair cannot show how hard pairs are; whoever assumes it is too sure of people."""
    inside, skills = [], np.linspace(0.5, 0.95, 10)
    for seed in range(10):
        rng = np.random.default_rng([seed, overlap])
        deal = dealt(10, each, overlap, rng)
        first = rng.random(deal.item_L.max() + 1) < 0.5
        outcomes = (rng.random(len(deal.item_L)) < skills[deal.annotator_L]) == first[deal.item_L]
        people = crowd_bt(outcomes, deal.item_L, deal.annotator_L, rng.random(len(deal.item_L)) < 0.5).reliability
        inside.append(np.mean((people.low_A <= skills) & (skills <= people.high_A)))
    assert np.mean(inside) > 0.9


def test_somebody_nearly_always_right_can_be_told_so():
    """Nodes of the margin lie close enough to 0: no pair is taken for a tie that nobody could decide."""
    sharp = Margins.chi(1.0).right(np.array([[np.arcsinh(30.0), 0.0]]))  # tau 30
    assert sharp[0] == pytest.approx(right(30.0), abs=1e-3) and sharp[0] > 0.98


def test_whoever_leans_to_a_side_is_found_and_nobody_else_is_blamed():
    lean = np.zeros(8)
    lean[5] = 0.8
    found = [told(*crowd(seed, side=lean)) for seed in range(5)]
    assert all(one.left_low_A[5] > 0.5 for one in found)
    blamed = [(one.left_low_A > 0.5) | (one.left_high_A < 0.5) for one in found]
    assert np.delete(np.array(blamed), 5, axis=1).mean() < 0.15


def test_a_guesser_weighs_next_to_nothing_and_a_contrarian_nothing():
    weight_A = told(*crowd(0, sharp=[2.0, 3.0, 2.0, 0.0, -2.0])).reliability.weight_A
    assert weight_A[3] < 0.25 * weight_A[:3].min() and weight_A[4] == 0.0


def test_the_truth_is_found_more_often_than_by_majority_and_as_often_as_promised():
    right, sure, majority = [], [], []
    for seed in range(4):
        world = crowd(seed)
        margin, deal, outcomes, _ = world
        better_N = told(*world).better_N
        right.append(np.mean((better_N > 0.5) == (margin > 0)))
        sure.append(np.mean(np.maximum(better_N, 1.0 - better_N)))
        majority.append(np.mean(vote_shares(outcomes.astype(int), deal.item_L).majority_N == (margin > 0)))
    assert np.mean(right) > np.mean(majority) + 0.02
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.02)


def test_the_soft_label_is_the_share_of_this_crowd_that_would_say_so():
    world = crowd(4)
    found, margin = told(*world), world[0]
    would = expit(SHARP[:, None] * margin).mean(axis=0)
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 1.0)):
        held = (found.soft_N >= low) & (found.soft_N < high)
        assert found.soft_N[held].mean() == pytest.approx(would[held].mean(), abs=0.05)
    assert np.abs(found.soft_N - 0.5).mean() < np.abs(found.better_N - 0.5).mean()  # doubt about taste stays


SMALL = (
    np.array([1, 0, 1, 1, 0.5, 1, 0, 0, 1, 1, 0, 1.0]),
    np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]),
    np.array([0, 1, 2] * 4),
    np.array([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]),
)


def log_posterior(habits_A_2):
    """As the model is defined for normal margins, each pair's integrated over by a quadrature of its own."""
    outcomes, pairs, people, first_left = SMALL
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    total = -(((habits_A_2 - BEFOREHAND) / SPREADS) ** 2).sum() / 2.0
    for pair in range(4):
        mine = (pairs == pair) & (outcomes != 0.5)
        keen, shift = habits_A_2[people[mine]].T
        sign = np.where(first_left[mine] == 1, 1.0, -1.0)
        left = np.where(first_left[mine] == 1, outcomes[mine], 1.0 - outcomes[mine])
        z = (np.sinh(keen) * sign)[:, None] * nodes + (shift * np.cosh(keen))[:, None]
        log_p = left[:, None] * np.log(expit(z)) + (1.0 - left[:, None]) * np.log(expit(-z))
        total += np.log(weights @ np.exp(log_p.sum(axis=0)) / weights.sum())
    return total


def fitted(margins):
    outcomes, pairs, people, first_left = SMALL
    chosen = outcomes != 0.5
    heard, left = Heard.of(pairs, people).only(chosen), (outcomes == first_left)[chosen].astype(float)
    return Model(Answers.of(heard, left, first_left[chosen] == 1), margins).fit(np.tile(BEFOREHAND, (3, 1)))


def test_at_rest_no_change_of_habits_explains_the_answers_better():
    best = fitted(SHAPES[-1]).habits_A_2
    for person, which in np.ndindex(3, 2):
        for step in (-0.1, 0.1):
            moved = best.copy()
            moved[person, which] += step
            assert log_posterior(moved) < log_posterior(best)


def test_what_is_not_known_is_the_curvature_of_what_the_answers_explain():
    """Louis's formula beside second differences of the posterior with the margins integrated out."""
    fit, near = fitted(SHAPES[-1]), 1e-3
    curved = np.empty((6, 6))
    for i, j in np.ndindex(6, 6):
        corners = [
            sign * log_posterior(fit.habits_A_2 + (near * (a * np.eye(6)[i] + b * np.eye(6)[j])).reshape(3, 2))
            for a, b, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
        ]
        curved[i, j] = -sum(corners) / (4.0 * near**2)
    np.testing.assert_allclose(np.linalg.inv(fit.covariance), curved, atol=2e-3)


def test_which_completion_is_called_the_first_makes_no_difference():
    outcomes, pairs, people, first_left = SMALL
    once, swapped = crowd_bt(*SMALL), crowd_bt(1 - outcomes, pairs, people, 1 - first_left)
    np.testing.assert_allclose(swapped.better_N, 1 - once.better_N, atol=1e-4)
    np.testing.assert_allclose(swapped.soft_N, 1 - once.soft_N, atol=1e-4)
    np.testing.assert_allclose(swapped.reliability.right_A, once.reliability.right_A, atol=1e-4)
    np.testing.assert_allclose(swapped.left_A, once.left_A, atol=1e-4)


def test_the_answers_come_in_any_order_and_their_own_are_reported():
    order = np.random.default_rng(0).permutation(12)
    once, again = crowd_bt(*SMALL), crowd_bt(*(side[order] for side in SMALL))
    np.testing.assert_allclose(again.better_N, once.better_N, atol=1e-6)
    assert once.votes_N.tolist() == pytest.approx([2 / 3, 2.5 / 3, 1 / 3, 2 / 3])


def ordered(seed, *, sharp=SHARP, each=100, completions=4, best_only=False):
    sharp, rng = np.asarray(sharp, dtype=float), np.random.default_rng(seed)
    return rankings(completions, dealt(len(sharp), each, 2, rng), sharp, rng, best_only=best_only)


def told_by_order(said, **cards):
    return crowd_bt(said.outcome_L, said.pair_L, said.annotator_L, said.first_left_L, **cards)


@pytest.mark.parametrize(("completions", "best_only"), [(3, False), (4, False), (4, True), (6, False)])
def test_people_who_rank_are_judged_as_those_who_compare_and_no_more_surely_than_they_may(completions, best_only):
    inside, left, off = [], [], []
    skills = np.array([right(tau) for tau in SHARP])
    for seed in range(8):
        said = ordered(seed, completions=completions, best_only=best_only)
        found = told_by_order(said, cards_L=said.card_L)
        people = found.reliability
        inside.append(np.mean((people.low_A <= skills) & (skills <= people.high_A)))
        left.append(np.mean((found.left_low_A <= 0.5) & (found.left_high_A >= 0.5)))
        off.append(people.right_A - skills)
    assert np.mean(inside) > 0.88 and np.mean(left) > 0.88 and abs(np.mean(off)) < 0.04


def test_pairs_of_one_card_say_less_than_as_many_cards_and_of_people_the_same():
    said = ordered(0)
    together, apart = told_by_order(said, cards_L=said.card_L), told_by_order(said)
    wide, narrow = ((one.reliability.high_A - one.reliability.low_A) for one in (together, apart))
    assert 1.1 < (wide / narrow).mean() < 1.4 and (wide >= narrow).all()  # (2G + 5) / 9 = 1.44 times the variance
    np.testing.assert_allclose(together.reliability.right_A, apart.reliability.right_A, atol=0.02)
    assert together.reliability.answers_A.tolist() == [100] * len(SHARP)


def test_a_card_of_one_pair_is_that_pair():
    once, carded = crowd_bt(*SMALL), crowd_bt(*SMALL, cards_L=SMALL[1] + 7)
    np.testing.assert_array_equal(once.reliability.low_A, carded.reliability.low_A)


def test_who_ranks_by_chance_weighs_next_to_nothing():
    said = ordered(1, sharp=[2.0, 3.0, 2.0, 0.0, 1.5])
    weight_A = told_by_order(said, cards_L=said.card_L).reliability.weight_A
    assert weight_A[3] < 0.25 * np.delete(weight_A, 3).min()


def test_who_often_sees_no_difference_is_judged_by_what_they_choose():
    """Ties as in Davidson's model, where given a choice is made it is made as ever."""
    skills, inside, guesser = np.linspace(0.6, 0.95, 8), [], []
    sharp = np.append([optimize.brentq(lambda tau, s=skill: right(tau) - s, 0.0, 60.0) for skill in skills], 0.0)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        deal = dealt(9, 400, 2, rng)
        p = expit(sharp[deal.annotator_L] * rng.normal(size=deal.item_L.max() + 1)[deal.item_L])
        drawn = np.sqrt(p * (1.0 - p))
        outcomes = np.where(rng.random(len(p)) < drawn / (1.0 + drawn), 0.5, rng.random(len(p)) < p)
        people = crowd_bt(outcomes, deal.item_L, deal.annotator_L, rng.random(len(p)) < 0.5).reliability
        inside.append(np.mean((people.low_A[:8] <= skills + 0.01) & (skills <= people.high_A[:8])))
        guesser.append(people.weight_A[8])
        assert 0.15 < np.mean(outcomes == 0.5) < 0.35 and people.answers_A.max() < 400
    assert np.mean(inside) > 0.85 and np.mean(guesser) < 0.35


def test_who_never_chooses_is_neither_praised_nor_blamed():
    _, deal, outcomes, first_left = crowd(0)
    outcomes = np.where(deal.annotator_L == 3, 0.5, outcomes)
    found = crowd_bt(outcomes, deal.item_L, deal.annotator_L, first_left)
    people = found.reliability
    assert people.answers_A[3] == 0 and people.low_A[3] < 0.5 and people.high_A[3] > 0.95
    assert 3 not in [one.annotator for one in of_skill(people, found.residuals, chance=0.5)]


def test_somebody_who_was_hardly_seen_is_not_judged():
    _, deal, outcomes, first_left = crowd(0)
    seen = (deal.annotator_L != 3) | (np.cumsum(deal.annotator_L == 3) <= 2)
    people = crowd_bt(outcomes[seen], deal.item_L[seen], deal.annotator_L[seen], first_left[seen]).reliability
    assert people.answers_A[3] == 2 and people.high_A[3] - people.low_A[3] > 0.3


def test_hundreds_of_answers_about_one_pair_are_no_trouble():
    people = np.arange(900)
    outcomes = np.append((people % 3 > 0).astype(float), (people % 5 > 0).astype(float))
    found = crowd_bt(outcomes, np.repeat([0, 1], 900), np.tile(people % 300, 2) + 300 * (np.arange(1800) % 900 // 300),
                     np.arange(1800) % 2)  # fmt: skip
    assert np.isfinite(found.reliability.right_A).all() and (found.better_N > 0.99).all()


@pytest.mark.parametrize("overlap", [2, 3])
def test_people_who_always_agree_or_never_do_get_numbers_all_the_same(overlap):
    pairs, people = np.repeat(np.arange(30), overlap), np.tile(np.arange(overlap), 30)
    mostly_ties = np.where(pairs < 3, 1.0, 0.5)
    for outcomes in (np.ones(len(pairs)), (people == 0).astype(float), mostly_ties):
        found = crowd_bt(outcomes, pairs, people, pairs % 2)
        told = [found.better_N, found.soft_N, found.left_low_A, found.reliability.low_A, found.reliability.high_A]
        assert all(np.isfinite(one).all() and (one >= 0).all() and (one <= 1).all() for one in told)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"pairs_L": np.arange(12)}, EmptyPool),  # nobody met
        ({"annotators_L": np.zeros(12, dtype=int)}, ShapeMismatch),  # one person is not two opinions
        ({"outcomes_L": np.full(12, 1.5)}, ShapeMismatch),
        ({"outcomes_L": np.full(12, 0.7)}, ShapeMismatch),
        ({"outcomes_L": np.full(12, 0.5)}, EmptyPool),  # nobody chose
        ({"first_left_L": np.full(12, 0.5)}, ShapeMismatch),
        ({"cards_L": np.arange(12)}, ShapeMismatch),  # one pair on several cards
    ],
)
def test_what_says_nothing_of_people_is_refused(change, refusal):
    fine = dict(zip(("outcomes_L", "pairs_L", "annotators_L", "first_left_L"), SMALL, strict=True))
    with pytest.raises(refusal):
        crowd_bt(**{**fine, **change})
