"""The pool of a pairwise campaign."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncertainty.errors import ShapeMismatch
from uncertainty.pairs import overlap_weights, pairs_within_groups


def as_list(pairs):
    return list(zip(*(side.tolist() for side in pairs), strict=True))


def test_every_two_completions_of_a_prompt_and_never_of_two_prompts():
    assert as_list(pairs_within_groups([7, 3, 7, 3, 7])) == [(1, 3), (0, 2), (0, 4), (2, 4)]


@given(st.lists(st.integers(-2, 4), max_size=25))
def test_it_is_the_same_as_looking_at_all_pairs(groups):
    expected = {(i, j) for i, j in itertools.combinations(range(len(groups)), 2) if groups[i] == groups[j]}
    found = as_list(pairs_within_groups(np.array(groups, dtype=np.int64)))
    assert set(found) == expected and len(found) == len(expected)


def test_a_huge_group_gives_only_as_many_as_the_cap_and_no_pair_twice():
    pairs = as_list(pairs_within_groups(np.zeros(1000, dtype=int), max_pairs_per_group=64))
    assert len(set(pairs)) == 64
    assert all(0 <= i < j < 1000 for i, j in pairs)


def test_the_subset_is_uniform_over_the_pairs():
    counts = np.zeros((6, 6))
    for seed in range(3000):
        i, j = pairs_within_groups([1] * 6, max_pairs_per_group=5, seed=seed)
        counts[i, j] += 1
    share = counts[np.triu_indices(6, k=1)] / 3000
    assert np.abs(share - 5 / 15).max() < 0.05


def test_other_groups_arriving_do_not_change_a_groups_subset():
    alone = pairs_within_groups([5] * 40, max_pairs_per_group=10, seed=3)
    among = pairs_within_groups([5] * 40 + [9] * 40 + [2] * 3, max_pairs_per_group=10, seed=3)
    assert set(as_list(alone)) <= set(as_list(among))
    assert len(among[0]) == 10 + 10 + 3


def test_groups_and_seeds_get_different_subsets():
    i, j = pairs_within_groups([1] * 40 + [2] * 40, max_pairs_per_group=10)
    first, second = set(zip(i[:10], j[:10], strict=True)), set(zip(i[10:] - 40, j[10:] - 40, strict=True))
    assert first != second
    other = pairs_within_groups([1] * 40, max_pairs_per_group=10, seed=1)
    assert set(as_list(other)) != first


def test_no_completions_or_lonely_ones_give_no_pairs():
    assert as_list(pairs_within_groups(np.array([], dtype=int))) == []
    assert as_list(pairs_within_groups([1, 2, 3])) == []


def test_groups_are_whole_numbers_and_the_cap_is_positive():
    with pytest.raises(ShapeMismatch):
        pairs_within_groups([0.5, 0.5])
    with pytest.raises(ShapeMismatch):
        pairs_within_groups([1, 1], max_pairs_per_group=0)


def test_the_answers_of_a_prompt_count_together_as_the_square_root_of_their_number():
    weights = overlap_weights([7, 3, 7, 7, 7])
    np.testing.assert_allclose(weights, [0.5, 1.0, 0.5, 0.5, 0.5])
    assert overlap_weights([]).tolist() == []
