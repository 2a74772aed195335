"""Votes, weights and intervals of shares."""

from __future__ import annotations

import numpy as np
import pytest

from uncertainty.annotators import drawn_together, label_weights, spread_of, vote_shares
from uncertainty.errors import EmptyPool, ShapeMismatch


def test_everybodys_vote_is_kept_beside_the_majority():
    votes = vote_shares(["good", "bad", "good", "bad", "good"], [7, 7, 7, 9, 9])
    assert votes.classes_C.tolist() == ["bad", "good"] and votes.items_N.tolist() == [7, 9]
    np.testing.assert_allclose(votes.shares_N_C, [[1 / 3, 2 / 3], [1 / 2, 1 / 2]])
    assert votes.majority_N.tolist() == [1, -1]  # one against one is no majority


def test_weights_decide_ties_and_weigh_nothing_where_all_weigh_nothing():
    votes = vote_shares([0, 1, 0, 1], [0, 0, 1, 1], weights_L=[2.0, 1.0, 0.0, 0.0])
    np.testing.assert_allclose(votes.shares_N_C, [[2 / 3, 1 / 3], [1 / 2, 1 / 2]])
    assert votes.majority_N.tolist() == [0, -1]


def test_a_guesser_weighs_nothing_a_contrarian_no_less_and_the_average_answer_counts_once():
    weights = label_weights([0.95, 0.7, 0.5, 0.2], [100, 300, 50, 50], chance=0.5)
    assert weights[0] / weights[1] == pytest.approx(0.45 / 0.2) and weights[2:].tolist() == [0.0, 0.0]
    assert weights @ [100, 300, 50, 50] == pytest.approx(500)


def test_of_whom_little_is_known_is_taken_to_be_as_people_usually_are():
    usual = drawn_together([0.9, 0.8, 0.7, 0.4], [0.01, 0.01, 0.01, 0.3])
    np.testing.assert_allclose(usual[:3], [0.9, 0.8, 0.7], atol=0.02)
    assert 0.7 < usual[3] < 0.85


def test_newcomers_do_not_hide_how_far_the_others_differ():
    usual = drawn_together([0.9, 0.6] + [0.7] * 20, [0.02, 0.02] + [0.3] * 20)
    np.testing.assert_allclose(usual[:2], [0.9, 0.6], atol=0.02)


def test_people_who_differ_no_more_than_by_luck_are_taken_to_be_alike():
    assert drawn_together([0.7, 0.5, 0.6], [0.2, 0.2, 0.2]).tolist() == pytest.approx([0.6] * 3)
    assert label_weights(drawn_together([0.7, 0.5], [0.2, 0.2]), [5, 5], chance=0.5).tolist() == pytest.approx([1, 1])


def test_among_guessers_all_weigh_alike():
    assert label_weights([0.5, 0.4], [10, 10], chance=0.5).tolist() == [1.0, 1.0]


def test_what_answers_do_not_tell_stays_as_the_prior_has_it():
    complete, hidden = np.diag([4.0, 1.0]), np.diag([1.0, 1.0 + 1e-9])  # rounding left less than nothing
    np.testing.assert_allclose(spread_of(complete, hidden, np.array([1.0, 0.5])), np.diag([0.25, 2.0]), atol=1e-6)


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: vote_shares([], []), EmptyPool),
        (lambda: vote_shares([1, 2], [0, 0], weights_L=[1.0, -1.0]), ShapeMismatch),
        (lambda: drawn_together([0.7], [0.0]), ShapeMismatch),
        (lambda: label_weights([0.7], [-1.0], chance=0.5), ShapeMismatch),
        (lambda: label_weights([0.7], [1.0], chance=1.0), ShapeMismatch),
        (lambda: label_weights([1.7], [1.0], chance=0.5), ShapeMismatch),
    ],
)
def test_impossible_counts_are_refused(call, refusal):
    with pytest.raises(refusal):
        call()
