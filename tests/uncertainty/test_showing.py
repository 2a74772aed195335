"""Which groups to show, and which few completions of one: by hand, and by looking at all subsets."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from uncertainty.acquisition import ACQUISITIONS
from uncertainty.errors import ShapeMismatch
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.laplace import BayesianHead
from uncertainty.reward_samples import RewardSamples
from uncertainty.showing import completions_to_show, group_value


def information(cov):
    t = len(cov)
    centre = np.eye(t) - 1 / t
    return math.log(np.linalg.det(np.eye(t) + centre @ cov @ centre / 4))


def test_the_subset_shown_is_nearly_the_best_of_all_subsets():
    for seed in range(20):
        rewards = np.random.default_rng(seed).normal(size=(30, 6)) * np.linspace(0.5, 3, 6)
        cov = np.cov(rewards, rowvar=False, ddof=0)
        best = max(information(cov[np.ix_(s, s)]) for s in itertools.combinations(range(6), 3))
        chosen = completions_to_show(rewards, 3)
        assert len(set(chosen.tolist())) == 3
        assert information(cov[np.ix_(chosen, chosen)]) >= 0.9 * best
        pair = completions_to_show(rewards, 2)
        assert np.var(rewards[:, pair[0]] - rewards[:, pair[1]]) == pytest.approx(
            max(np.var(rewards[:, a] - rewards[:, b]) for a, b in itertools.combinations(range(6), 2))
        )


def test_a_twin_is_shown_last():
    rng = np.random.default_rng(0)
    rewards = rng.normal(size=(40, 4))
    rewards[:, 3] = rewards[:, 0] + 1e-6
    assert not {0, 3} <= set(completions_to_show(rewards, 3).tolist())


def test_small_groups_are_shown_whole_and_equal_ones_still_give_two():
    assert completions_to_show(np.zeros((3, 2)), 4).tolist() == [0, 1]
    assert completions_to_show(np.diag([1.0, 5.0, 9.0]), 3).tolist() == [0, 1, 2]
    assert len(set(completions_to_show(np.ones((3, 5)), 2).tolist())) == 2
    with pytest.raises(ShapeMismatch):
        completions_to_show(np.zeros((3, 5)), 1)


def test_a_group_of_a_thousand_is_looked_at_in_a_moment():
    assert len(completions_to_show(np.random.default_rng(0).normal(size=(20, 1000)), 4)) == 4


def test_a_group_is_worth_its_best_pairs():
    ids, values = group_value([0.5, 0.1, 0.4, 0.9, 0.2], ["b", "b", "b", "a", "a"], per_group=2)
    assert ids.tolist() == ["a", "b"]
    np.testing.assert_allclose(values, [1.1, 0.9])
    assert group_value([-1.0, -2.0, -0.5], [4, 4, 9])[1].tolist() == [-1.0, -0.5]


@pytest.mark.parametrize("name", [*ACQUISITIONS, *GROUP_ACQUISITIONS])
@pytest.mark.parametrize("k", [2, 3, 4])
def test_every_rule_shows_its_best_pair_of_a_group_and_then_what_adds_most(name, k):
    rewards = np.random.default_rng(4).normal(size=(12, 6))
    i, j = np.triu_indices(6, k=1)
    samples = RewardSamples(rewards)
    if name in GROUP_ACQUISITIONS:
        values = GROUP_ACQUISITIONS[name](samples, [7] * 6, i, j)
    else:
        values = ACQUISITIONS[name].value(samples.margins_S_M(i, j), rng=np.random.default_rng(0))
    best = int(values.argmax())
    assert group_value(values, [7] * 15)[1][0] == values[best]
    shown = completions_to_show(rewards, k, first=[i[best], j[best]])
    assert len(set(shown.tolist())) == k and shown[:2].tolist() == [i[best], j[best]]
    cov = np.cov(rewards, rowvar=False, ddof=0)
    for t in range(2, k):  # each further completion beats every other that could have come in its place
        told = {c: information(cov[np.ix_([*shown[:t], c], [*shown[:t], c])]) for c in set(range(6)) - set(shown[:t])}
        assert max(told, key=told.get) == shown[t]


def test_a_bayesian_head_shows_what_it_cannot_tell_apart():
    # It doubts the first feature only, so completions are as far apart as their first features.
    head = BayesianHead(np.zeros(2), np.diag([4.0, 1e-8]))
    features = np.array([[-3.0, 0.0], [0.4, 9.0], [-2.9, 5.0], [3.0, 1.0]])
    shown = completions_to_show(head.draw(features, 200, np.random.default_rng(0)), 2)
    assert sorted(shown.tolist()) == [0, 3]


def test_what_is_shown_begins_with_two_different_completions_of_the_group():
    for first in ([0, 0], [0], [0, 9], [0.5, 1.0]):
        with pytest.raises(ShapeMismatch):
            completions_to_show(np.ones((3, 5)), 3, first=first)
    with pytest.raises(ShapeMismatch):
        completions_to_show(np.ones((1, 5)), 2)
