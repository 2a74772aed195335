"""Rules over whole groups: worked by hand, simulated, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.errors import ShapeMismatch
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.reward_samples import RewardSamples

# One group of three. Best in the draws: 0, 0, 1, 0. Worst: 1, 2, 2, 2.
DRAWS = np.array([[3.0, 0.0, 1.0], [3.0, 2.0, 0.0], [1.0, 3.0, 0.0], [3.0, 1.0, 0.0]])
I_M, J_M = np.array([0, 0, 1]), np.array([1, 2, 2])
seeds = st.integers(0, 2**32 - 1)


def value(name, rewards=DRAWS, groups=(5, 5, 5), i=I_M, j=J_M):
    return GROUP_ACQUISITIONS[name](RewardSamples(rewards), groups, i, j)


def test_double_thompson_worked_by_hand():
    # b = 3/4, 1/4, 0. Different winners come up with chance 1 - 9/16 - 1/16 = 3/8, and are then 0 and 1.
    np.testing.assert_allclose(value("dts"), [1.0, 0.0, 0.0])


def test_drts_worked_by_hand():
    # b = 3/4, 1/4, 0 and w = 0, 1/4, 3/4; a clash on completion 1 has chance 1/16.
    expected = np.array([3 / 4 * 1 / 4, 3 / 4 * 3 / 4, 1 / 4 * 3 / 4]) / (15 / 16)
    np.testing.assert_allclose(value("drts"), expected)


def test_reward_std_and_delta_ucb_worked_by_hand():
    rewards = np.array([[1.0, -1.0], [3.0, -3.0]])  # centred already: means 2, -2; each one's std is 1
    assert value("reward_std", rewards, [1, 1], [0], [1]).tolist() == [2.0]
    assert value("delta_ucb", rewards, [1, 1], [0], [1]).tolist() == [4.0 + 2.0 + 2.0]


@pytest.mark.parametrize("name", ["dts", "drts"])
def test_the_stated_chance_is_the_frequency_of_throwing_the_dice(name):
    rng = np.random.default_rng(0)
    rewards = rng.normal(size=(6, 4))
    counts = np.zeros((4, 4))
    for _ in range(20_000):
        first = second = 0
        while first == second:
            one, other = rewards[rng.integers(6)], rewards[rng.integers(6)]
            first, second = one.argmax(), other.argmax() if name == "dts" else other.argmin()
        counts[min(first, second), max(first, second)] += 1
    i, j = np.triu_indices(4, k=1)
    stated = value(name, rewards, [0] * 4, i, j)
    assert stated.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(counts[i, j] / 20_000, stated, atol=0.015)


@settings(max_examples=30)
@given(seeds, st.sampled_from(sorted(GROUP_ACQUISITIONS)))
def test_order_sides_and_a_constant_per_prompt_and_draw_change_nothing(seed, name):
    rng = np.random.default_rng(seed)
    rewards, groups = rng.normal(size=(5, 7)), np.array([3, 3, 3, 9, 9, 9, 9])
    i, j = np.array([0, 0, 1, 3, 4]), np.array([1, 2, 2, 6, 5])
    before = value(name, rewards, groups, i, j)
    shifted = rewards + rng.normal(scale=5.0, size=(5, 2))[:, (groups == 9).astype(int)]
    place = rng.permutation(7)  # rollout n moves to column place[n]
    moved, moved_groups = np.empty_like(shifted), np.empty_like(groups)
    moved[:, place], moved_groups[place] = shifted, groups
    after = value(name, moved[rng.permutation(5)], moved_groups, place[j], place[i])
    np.testing.assert_allclose(after, before, atol=1e-9)


@pytest.mark.parametrize("name", ["dts", "drts"])
def test_when_every_draw_agrees_on_both_places_nothing_is_asked_rather_than_divided_by_zero(name):
    assert value(name, np.zeros((3, 2)), [0, 0], [0], [1]).tolist() == [1.0]  # equals share: any of the two
    agreed = value(name, np.array([[2.0, 1.0], [2.0, 1.0]]), [0, 0], [0], [1])[0]
    assert agreed == (0.0 if name == "dts" else 1.0)


def test_a_pair_across_prompts_or_with_itself_is_refused():
    for i, j in (([0], [1]), ([2], [2])):
        with pytest.raises(ShapeMismatch):
            value("dts", groups=[1, 2, 2], i=i, j=j)
