"""Intervals of means and shares, on their own and in clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.intervals import LEAST_CLUSTERS, mean_by_cluster, share_by_cluster, share_interval, student

CLUSTERED = st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 30)), min_size=1, max_size=80)


@pytest.mark.parametrize(("hits", "of"), [(4, 8), (7, 30), (60, 100), (496, 500)])
def test_the_interval_of_a_share_is_wilsons_where_some_hit_and_some_miss(hits, of):
    expected = stats.binomtest(hits, of).proportion_ci(method="wilson")
    assert share_interval(hits, of) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("of", [5, 10, 20, 100])
def test_no_share_is_held_by_far_fewer_intervals_than_promised(of):
    """By the binomial distribution itself; of ten answers, Wilson's own hold a share of .983 in 84 of a hundred."""
    share_P = np.linspace(0.002, 0.998, 499)
    likely_H_P = stats.binom.pmf(np.arange(of + 1)[:, None], of, share_P)
    low_H, high_H = np.array([share_interval(hits, of) for hits in range(of + 1)]).T
    held_P = (likely_H_P * ((low_H[:, None] <= share_P) & (share_P <= high_H[:, None]))).sum(axis=0)
    assert held_P.min() > 0.915 and held_P.mean() < 0.98


@pytest.mark.parametrize("hits", [0.3, 1.0, 2.5, 3.0])
def test_a_rare_event_is_no_rarer_than_poissons_distribution_has_it(hits):
    assert share_interval(hits, 200)[0] == pytest.approx(stats.gamma.ppf(0.05, hits) / 200, abs=1e-8)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 300))
def test_more_hits_never_move_an_end_down_and_misses_mirror_hits(one, other, of):
    few, many = sorted((one * of, other * of))
    (low, high), (lower, higher) = share_interval(few, of), share_interval(many, of)
    assert low <= lower + 1e-9 and high <= higher + 1e-9 and low <= few / of + 1e-9 and few / of <= high + 1e-9
    assert share_interval(of - few, of) == pytest.approx((1.0 - high, 1.0 - low), abs=1e-7)


def test_answers_on_their_own_have_the_interval_of_students_t():
    values = np.random.default_rng(0).exponential(size=40)
    found = mean_by_cluster(values, np.arange(40))
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(), *expected), rel=1e-4)
    assert found.clusters == 40


def test_answers_that_repeat_their_cluster_say_no_more_than_one_of_them():
    values = np.random.default_rng(0).normal(size=25)
    for of, said in ((mean_by_cluster, values), (share_by_cluster, values > 0)):
        once, thrice = of(said, np.arange(25)), of(np.repeat(said, 3), np.repeat(np.arange(25), 3))
        assert (thrice.mean, thrice.low, thrice.high) == pytest.approx((once.mean, once.low, once.high))


def test_a_share_that_never_misses_is_known_as_well_as_its_clusters_tell():
    found = share_by_cluster(np.ones(60), np.arange(60) // 3)
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(share_interval(20, 20, z=student(19))[0])


@pytest.mark.parametrize("of", [mean_by_cluster, share_by_cluster])
def test_a_handful_of_clusters_has_a_mean_but_no_interval(of):
    few, enough = ([n % 2 for n in range(count)] for count in (LEAST_CLUSTERS - 1, LEAST_CLUSTERS))
    assert (of(few, range(len(few))).low, of(few, range(len(few))).high) == (None, None)
    found = of(enough, range(len(enough)))
    assert found.low < found.mean < found.high
    assert of([1.0, 0.0], [7, 7]).mean == 0.5


@settings(max_examples=100)
@given(CLUSTERED)
def test_the_interval_of_a_share_lies_inside_nought_and_one_around_it_and_turns_with_it(rows):
    hits, clusters = (np.array(side) for side in zip(*rows, strict=True))
    found, turned = share_by_cluster(hits, clusters), share_by_cluster(1.0 - hits, clusters)
    assert turned.mean == pytest.approx(1.0 - found.mean)
    if found.low is not None:
        assert 0.0 <= found.low <= found.mean + 1e-9 and found.mean - 1e-9 <= found.high <= 1.0
        assert (turned.low, turned.high) == pytest.approx((1.0 - found.high, 1.0 - found.low), abs=1e-6)


@settings(max_examples=100)
@given(CLUSTERED, st.floats(-5.0, 5.0))
def test_an_interval_moves_and_stretches_with_what_it_is_of(rows, shift):
    values, clusters = (np.array(side) for side in zip(*rows, strict=True))
    found, moved = mean_by_cluster(values, clusters), mean_by_cluster(2.0 * values + shift, clusters)
    assert moved.mean == pytest.approx(2.0 * found.mean + shift, abs=1e-9)
    if found.low is not None:
        assert (moved.low, moved.high) == pytest.approx((2.0 * found.low + shift, 2.0 * found.high + shift), abs=1e-6)


@pytest.mark.parametrize("freedom", [4, 9, 30, 1_000])
def test_students_t_is_scipys(freedom):
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=0.01)


@pytest.mark.parametrize("tied", [1, 4])
def test_the_mean_of_clustered_answers_is_held_in_nineteen_of_twenty_worlds(tied):
    rng = np.random.default_rng(0)
    held = []
    for _ in range(1_000):
        luck = rng.normal(size=30)
        values = np.repeat(luck, tied) + rng.normal(size=30 * tied)
        found = mean_by_cluster(values, np.repeat(np.arange(30), tied))
        held.append(found.low <= 0.0 <= found.high)
    assert 0.925 <= np.mean(held) <= 0.975


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: share_interval(3, 2), ShapeMismatch),
        (lambda: share_interval(0, 0), ShapeMismatch),
        (lambda: share_interval(-1, 4), ShapeMismatch),
        (lambda: mean_by_cluster([], []), EmptyPool),
        (lambda: mean_by_cluster([1.0, 2.0], [0]), ShapeMismatch),
        (lambda: mean_by_cluster([float("nan")], [0]), NonFiniteReward),
        (lambda: share_by_cluster([1.5], [0]), ShapeMismatch),
        (lambda: student(0), ShapeMismatch),
    ],
)
def test_what_has_no_interval_is_refused_by_name(call, refusal):
    with pytest.raises(refusal):
        call()
