"""Dawid and Skene's model: what it must find, what another implementation finds, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.crowd.planted import classes_said, dealt, markings
from uncertainty.annotators import vote_shares
from uncertainty.dawid_skene import dawid_skene
from uncertainty.errors import EmptyPool, ShapeMismatch

# Sixteen items, five people, three classes, a point for no answer.
TABLE = [
    "12..1", "2.21.", "11.2.", "3.3.2", ".2312", "12.1.", ".33.3", "2..12",
    "1.12.", ".2.21", "33.1.", ".1.12", "2.33.", "1..21", ".221.", "3.2.3",
]  # fmt: skip
ROWS = [(int(said), item, who) for item, row in enumerate(TABLE) for who, said in enumerate(row) if said != "."]
SAID, ITEMS, PEOPLE = (np.array(column) for column in zip(*ROWS, strict=True))


def crowd(seed, *, overlap=3, classes=3, skills=None, each=300):
    rng = np.random.default_rng(seed)
    skills = np.linspace(0.45, 0.95, 10) if skills is None else np.asarray(skills)
    deal = dealt(len(skills), each, overlap, rng)
    truth = rng.integers(0, classes, deal.item_L.max() + 1)
    return truth, deal, classes_said(truth, deal, skills, classes, rng), skills


def test_one_coin_skills_are_those_crowd_kit_finds():
    """Reference: OneCoinDawidSkene of crowd-kit 1.4.2 on this table, run to rest."""
    found = dawid_skene(SAID, ITEMS, PEOPLE, one_coin=True, smoothing=0.0)
    np.testing.assert_allclose(found.reliability.right_A, [0.795434, 0.636994, 0.484186, 0.0, 1.0], atol=1e-4)
    np.testing.assert_allclose(found.posterior_N_C[[1, 5, 12]].round(4), [
        [0.0, 0.973, 0.027], [0.0, 0.8964, 0.1036], [0.0762, 0.9238, 0.0],
    ], atol=2e-4)  # fmt: skip


def log_posterior(found):
    """Of habits and class shares, items summed over, as the model defines it with a smoothing of 1."""
    classes = len(found.classes_C)
    beforehand = (2.0 * np.eye(classes) + (1.0 - np.eye(classes)) / (classes - 1)) / classes
    told = np.log(found.prior_C).sum() + (beforehand * np.log(found.confusion_A_C_C)).sum()
    for item in range(len(found.items_N)):
        mine = np.equal(ITEMS, item)
        likely = found.confusion_A_C_C[PEOPLE[mine], :, SAID[mine] - 1].prod(axis=0)
        told += np.log(found.prior_C @ likely)
    return told


def test_at_rest_no_change_of_habits_explains_the_answers_better():
    found = dawid_skene(SAID, ITEMS, PEOPLE)
    best = log_posterior(found)
    rng = np.random.default_rng(0)
    for _ in range(50):
        habits = found.confusion_A_C_C * np.exp(rng.normal(scale=0.05, size=found.confusion_A_C_C.shape))
        shares = found.prior_C * np.exp(rng.normal(scale=0.05, size=3))
        moved = type(found)(**{
            **vars(found),
            "confusion_A_C_C": habits / habits.sum(axis=2, keepdims=True),
            "prior_C": shares / shares.sum(),
        })  # fmt: skip
        assert log_posterior(moved) < best


@pytest.mark.parametrize("one_coin", [True, False])
def test_planted_skills_are_found_in_order_and_inside_their_intervals(one_coin):
    order, inside = [], []
    for seed in range(6):
        _, deal, said, skills = crowd(seed)
        people = dawid_skene(said, deal.item_L, deal.annotator_L, one_coin=one_coin).reliability
        order.append(stats.spearmanr(people.right_A, skills).statistic)
        inside.append(np.mean((people.low_A <= skills) & (skills <= people.high_A)))
    assert np.mean(order) > 0.95 and np.mean(inside) > 0.85


MARKERS = np.linspace(0.55, 0.95, 10)


def marked(seed, each, **world):
    """(marks, what is found when it is known which steps were marked together) of people whose skills are MARKERS."""
    rng = np.random.default_rng(seed)
    said = markings(dealt(len(MARKERS), each, 2, rng), MARKERS, rng, **world)
    return said, dawid_skene(
        said.said_L, said.step_L, said.annotator_L, cards_L=said.card_L, one_coin=True, errors_alike=False
    ).reliability


def inside(people):
    return float(np.mean((people.low_A <= MARKERS) & (people.high_A >= MARKERS)))


@pytest.mark.parametrize("mood", [0.0, 0.5])
def test_steps_marked_in_one_mood_do_not_make_anybody_look_better_known(mood):
    """Five to fifteen steps of a solution by one person are not so many answers on their own."""
    worlds = [marked(seed, 40, mood=mood) for seed in range(10)]
    assert np.mean([inside(people) for _, people in worlds]) > 0.88
    apart = [dawid_skene(said.said_L, said.step_L, said.annotator_L, one_coin=True).reliability for said, _ in worlds]
    alone = np.mean([inside(people) for people in apart])
    assert alone < 0.75 if mood else alone > 0.88
    assert worlds[0][1].answers_A.max() < 45  # cards, as many as somebody was asked


def test_marks_that_lie_side_by_side_are_mistaken_for_each_other_without_anybodys_looking_better():
    worlds = [marked(seed, 100, neighbours=True, classes=5) for seed in range(6)]
    assert np.mean([inside(people) for _, people in worlds]) > 0.88
    assert abs(np.mean([people.right_A - MARKERS for _, people in worlds])) < 0.01
    said = worlds[0][0]
    alike = dawid_skene(said.said_L, said.step_L, said.annotator_L, cards_L=said.card_L, one_coin=True).reliability
    assert np.mean(alike.right_A - MARKERS) > 0.015  # two who err on the same neighbour would pass for right


def test_soft_labels_are_right_more_often_than_the_majority_and_mean_what_they_say():
    right, sure, majority = [], [], []
    for seed in range(4):
        truth, deal, said, _ = crowd(seed)
        found = dawid_skene(said, deal.item_L, deal.annotator_L)
        right.append(found.posterior_N_C.argmax(axis=1) == truth)
        sure.append(found.posterior_N_C.max(axis=1))
        majority.append(vote_shares(said, deal.item_L).majority_N == truth)
    assert np.mean(right) > np.mean(majority) + 0.03
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.02)


def test_a_habit_is_told_apart_from_noise():
    """One of five never says 2, but 1 in its place: their 1 means 1 or 2, and their 0 can be trusted."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 400)
    item, who = np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400)
    said = np.where(rng.random(2000) < 0.85, truth[item], rng.integers(0, 3, 2000))
    said = np.where((who == 4) & (truth[item] == 2), 1, said)
    habits = dawid_skene(said, item, who).confusion_A_C_C[4]
    assert habits[2, 1] > 0.9 and habits[1, 1] > 0.8 and habits[0, 0] > 0.8


def test_a_spammer_weighs_nothing_and_nobody_more_than_the_best():
    _, deal, said, _ = crowd(0, skills=[0.9, 0.8, 0.7, 0.85, 1 / 3])
    weight_A = dawid_skene(said, deal.item_L, deal.annotator_L, one_coin=True).reliability.weight_A
    assert weight_A[4] < 0.1 * weight_A[0] and weight_A.argmax() == 0


def test_the_same_answers_in_another_order_and_with_other_names_say_the_same():
    once = dawid_skene(SAID, ITEMS, PEOPLE)
    order = np.random.default_rng(0).permutation(len(SAID))
    names = np.array(["eve", "dan", "carol", "bob", "alice"])
    again = dawid_skene(SAID[order], ITEMS[order], names[PEOPLE[order]])
    assert again.reliability.annotators_A.tolist() == ["alice", "bob", "carol", "dan", "eve"]
    np.testing.assert_allclose(again.reliability.right_A[::-1], once.reliability.right_A, atol=1e-6)
    np.testing.assert_allclose(again.posterior_N_C, once.posterior_N_C, atol=1e-6)


def test_somebody_who_was_hardly_seen_is_not_judged():
    _, deal, said, _ = crowd(0)
    seen = (deal.annotator_L != 3) | (np.cumsum(deal.annotator_L == 3) <= 2)
    people = dawid_skene(said[seen], deal.item_L[seen], deal.annotator_L[seen]).reliability
    assert people.answers_A[3] == 2 and people.high_A[3] - people.low_A[3] > 0.4


def test_perfect_agreement_is_no_trouble_with_or_without_smoothing():
    for smoothing in (0.0, 1.0):
        found = dawid_skene([0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], smoothing=smoothing)
        told = [found.posterior_N_C, found.confusion_A_C_C, found.reliability.low_A, found.reliability.high_A]
        assert all(np.isfinite(one).all() for one in told)
        assert found.posterior_N_C.argmax(axis=1).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: dawid_skene([0, 1], [0, 1], [0, 1]), EmptyPool),  # nobody met
        (lambda: dawid_skene([1, 1], [0, 0], [0, 1]), ShapeMismatch),  # one class is no question
        (lambda: dawid_skene([0, 1, 1], [0, 0, 0], [0, 0, 1]), ShapeMismatch),  # twice by one person
        (lambda: dawid_skene([0, 1], [0, 0], [0, 1], smoothing=-1.0), ShapeMismatch),
        (lambda: dawid_skene([0, 1], [0, 0], [0, 1], smoothing=np.inf), ShapeMismatch),
    ],
)
def test_what_says_nothing_of_people_is_refused(call, refusal):
    with pytest.raises(refusal):
        call()
