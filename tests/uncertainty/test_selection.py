"""Most informative first, a fixed share at random, few per group; the same seed gives the same order."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.selection import select


def pick(values, groups, *, n, per_group=1, random_share=0.0, seed=0):
    return select(values, groups, n=n, per_group=per_group, random_share=random_share, rng=np.random.default_rng(seed))


def test_the_most_valuable_come_first():
    assert pick([0.1, 0.9, 0.5], [1, 2, 3], n=2).indices.tolist() == [1, 2]


def test_no_more_than_the_cap_from_one_group():
    chosen = pick([9.0, 8.0, 7.0, 1.0], [5, 5, 5, 6], n=3, per_group=2)
    assert chosen.indices.tolist() == [0, 1, 3]


def test_the_cap_counts_both_streams():
    groups = np.repeat(np.arange(10), 6)
    for seed in range(30):
        chosen = pick(np.arange(60.0), groups, n=20, per_group=2, random_share=0.5, seed=seed)
        assert np.bincount(groups[chosen.indices]).max() <= 2
        assert len(set(chosen.indices.tolist())) == 20


def test_asking_for_more_than_there_is_gives_everything_the_cap_allows():
    groups = [1, 1, 1, 2]
    assert sorted(pick(np.zeros(4), groups, n=99, per_group=9, random_share=0.3).indices.tolist()) == [0, 1, 2, 3]
    assert len(pick(np.zeros(4), groups, n=99, per_group=1, random_share=0.3).indices) == 2


def test_ties_are_broken_by_the_seed_and_not_by_position():
    firsts = {int(pick(np.zeros(50), np.arange(50), n=1, seed=seed).indices[0]) for seed in range(40)}
    assert len(firsts) > 15
    assert pick(np.zeros(50), np.arange(50), n=9, seed=4).indices.tolist() == (
        pick(np.zeros(50), np.arange(50), n=9, seed=4).indices.tolist()
    )


def test_the_random_share_is_right_on_average_even_one_at_a_time():
    picked = [pick(np.arange(9.0), np.arange(9), n=1, random_share=0.1, seed=seed) for seed in range(2000)]
    assert np.mean([bool(one.from_random[0]) for one in picked]) == pytest.approx(0.1, abs=0.02)


def test_random_picks_are_spread_over_the_order():
    places = [
        np.flatnonzero(pick(np.arange(40.0), np.arange(40), n=20, random_share=0.2, seed=seed).from_random).mean()
        for seed in range(400)
    ]
    assert np.mean(places) == pytest.approx(9.5, abs=0.5)


def test_the_random_stream_does_not_look_at_the_values():
    groups = np.repeat(np.arange(8), 3)
    low, high = np.arange(24.0), -np.arange(24.0)
    for seed in range(20):
        one = pick(low, groups, n=6, random_share=0.5, seed=seed)
        other = pick(high, groups, n=6, random_share=0.5, seed=seed)
        assert sorted(one.indices[one.from_random]) == sorted(other.indices[other.from_random])


@pytest.mark.parametrize(
    ("n", "per_group", "random_share"),
    [(4, 1, 0.5), (3, 1, 0.25), (5, 2, 1.0), (7, 3, 0.9), (9, 2, 1.0), (12, 12, 1.0)],
)
def test_propensities_are_the_frequencies_with_which_the_random_stream_picks(n, per_group, random_share):
    """Groups of 1, 2, 3 and 6 pairs; stated chance against 20,000 simulated calls, to four standard errors."""
    groups = np.array([0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3])
    values, rng, calls = np.linspace(1, 0, 12), np.random.default_rng(5), 20_000
    counts, stated = np.zeros(12), np.full(12, np.nan)
    for _ in range(calls):
        chosen = select(values, groups, n=n, per_group=per_group, random_share=random_share, rng=rng)
        random_picks = chosen.indices[chosen.from_random]
        counts[random_picks] += 1
        stated[random_picks] = chosen.propensities[chosen.from_random]
    error = np.sqrt(stated * (1 - stated) / calls)
    assert (np.abs(counts / calls - stated) <= 4 * error + 1e-12).all()


def test_weighting_the_random_stream_by_propensity_recovers_the_pool():
    rng = np.random.default_rng(11)
    groups = np.repeat(np.arange(30), rng.integers(1, 12, size=30))
    quality = groups / 30 + rng.normal(size=len(groups))
    estimates = []
    for _ in range(3000):
        chosen = select(quality, groups, n=20, per_group=1, random_share=0.5, rng=rng)
        picks, share = chosen.indices[chosen.from_random], chosen.propensities[chosen.from_random]
        estimates.append((quality[picks] / share).sum() / len(groups))
    assert np.mean(estimates) == pytest.approx(quality.mean(), abs=4 * np.std(estimates) / np.sqrt(3000))


def test_a_prompt_with_many_completions_does_not_own_the_random_stream():
    groups = np.array([0] * 990 + list(range(1, 11)))
    rng = np.random.default_rng(0)
    big = [
        bool((groups[select(np.zeros(1000), groups, n=1, per_group=1, random_share=1.0, rng=rng).indices] == 0).all())
        for _ in range(600)
    ]
    assert np.mean(big) == pytest.approx(1 / 11, abs=0.05)


def test_picks_by_value_carry_propensity_one():
    chosen = pick(np.arange(9.0), np.arange(9), n=6, random_share=0.5)
    assert (chosen.propensities[~chosen.from_random] == 1.0).all()
    assert ((chosen.propensities > 0) & (chosen.propensities <= 1)).all()


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 5), st.floats(0, 1))
def test_every_selection_keeps_its_promises(seed, n, per_group, random_share):
    rng = np.random.default_rng(seed)
    groups = rng.integers(-3, 6, size=rng.integers(1, 40))
    values = rng.integers(0, 3, size=len(groups)).astype(float)
    chosen = select(values, groups, n=n, per_group=per_group, random_share=random_share, rng=rng)
    sizes = np.unique(groups, return_counts=True)[1]
    assert len(chosen.indices) == min(n, np.minimum(sizes, per_group).sum())
    assert len(set(chosen.indices.tolist())) == len(chosen.indices)
    assert np.unique(groups[chosen.indices], return_counts=True)[1].max() <= per_group
    assert abs(chosen.from_random.sum() - random_share * len(chosen.indices)) < 1
    assert ((chosen.propensities > 0) & (chosen.propensities <= 1 + 1e-12)).all()
    by_value = values[chosen.indices[~chosen.from_random]]
    assert (np.diff(by_value) <= 0).all()


def test_a_million_pairs_are_ranked_in_seconds():
    rng = np.random.default_rng(0)
    values, groups = rng.random(1_000_000), np.repeat(np.arange(36_000), 28)[:1_000_000]
    began = time.process_time()
    chosen = select(values, groups, n=2_000, per_group=1, random_share=0.1, rng=rng)
    assert len(chosen.indices) == 2_000
    assert time.process_time() - began < 5.0


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(EmptyPool):
        pick([], [], n=1)
    with pytest.raises(NonFiniteReward):
        pick([1.0, np.nan], [1, 2], n=1)
    with pytest.raises(ShapeMismatch):
        pick([1.0], [1, 2], n=1)
    for wrong in ({"n": 0}, {"n": 1, "per_group": 0}, {"n": 1, "random_share": 1.1}):
        with pytest.raises(ShapeMismatch):
            pick([1.0], [1], **wrong)
