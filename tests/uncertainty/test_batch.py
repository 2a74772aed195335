"""Choosing whole batches: scores by brute force, picks that learn from each other, caps and seeds."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tests.uncertainty.worlds import ask, pool_of
from uncertainty.batch import scores, spread
from uncertainty.batch.greedy import SHORTLIST, _shortlist
from uncertainty.batch.pool import Pool, candidates, needs
from uncertainty.batch.rules import as_values
from uncertainty.errors import ShapeMismatch
from uncertainty.gauss import information
from uncertainty.laplace import BayesianHead
from uncertainty.rlthf import Zone, reward_curve
from uncertainty.selection import select

seeds = st.integers(0, 2**32 - 1)


def random_pool(seed, count=30, width=3, groups=8):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(width, width + 2))
    head = BayesianHead(rng.normal(size=width), root @ root.T / 4)
    which = rng.integers(0, groups, size=count)
    embeddings = rng.normal(size=(groups, 4))
    labels = rng.integers(0, 2, size=count).astype(float)
    return pool_of(rng.normal(size=(count, width)), which, head, prompts_M_P=embeddings[which], machine_M=labels)


def value(name, pool):
    return getattr(scores, name)(candidates(pool, np.random.default_rng(0)))


def test_scores_worked_by_hand():
    # Belief N((1, 0), I); pairs (1, 0) and (0, 2): margins 1 and 0, variances 1 and 4.
    pool = pool_of([[1.0, 0.0], [0.0, 2.0]], head=BayesianHead(np.array([1.0, 0.0]), np.eye(2)), machine_M=[0.0, 1.0])
    p = special.expit(1.0)
    assert value("margin", pool).tolist() == [-1.0, 0.0]
    np.testing.assert_allclose(value("d_optimal", pool), [math.log1p(p * (1 - p)), math.log1p(0.25 * 4)])
    assert value("feature_distance", pool).tolist() == [1.0, 2.0]
    np.testing.assert_allclose(value("bald", pool), information(np.array([1.0, 0.0]), np.array([1.0, 4.0])))
    foreseen = pool.head.prob_M(pool.deltas_M_D)
    h2 = special.entr(foreseen[0]) + special.entr(1 - foreseen[0])
    np.testing.assert_allclose(value("entropy", pool), [h2, math.log(2)], rtol=1e-12)
    # The machine said second where the first is likelier, and first where nobody knows.
    np.testing.assert_allclose(value("wrong_machine_label", pool), [foreseen[0], 0.5], atol=1e-12)
    agreed = dataclasses.replace(pool, machine_M=np.array([1.0, 1.0]))
    np.testing.assert_allclose(value("wrong_machine_label", agreed), [1 - foreseen[0], 0.5], atol=1e-12)
    strict = np.array([0.2 + 2 * (foreseen[0] - 0.5), 0.2])
    np.testing.assert_allclose(value("bald_decisive", pool), strict * value("bald", pool))
    np.testing.assert_allclose(
        value("bald_where_wrong", pool), value("bald_decisive", pool) * (1 + value("wrong_machine_label", pool))
    )


@settings(max_examples=20)
@given(seeds)
def test_v_optimal_is_the_drop_of_the_pools_uncertainty_computed_by_inverting(seed):
    pool = random_pool(seed)
    deltas, cov = pool.deltas_M_D, pool.head.cov_D_D
    p = special.expit(deltas @ pool.head.mean_D)
    curvature = p * (1 - p)

    def uncertainty(cov):
        return np.mean(curvature * np.einsum("md,de,me->m", deltas, cov, deltas))

    after = [np.linalg.inv(np.linalg.inv(cov) + c * np.outer(d, d)) for c, d in zip(curvature, deltas, strict=True)]
    expected = [uncertainty(cov) - uncertainty(then) for then in after]
    np.testing.assert_allclose(value("v_optimal", pool), expected, atol=1e-9)


def test_a_part_of_the_pool_is_ordered_for_the_needs_of_all():
    whole = random_pool(5)
    part = dataclasses.replace(
        whole, deltas_M_D=whole.deltas_M_D[:7], groups_M=whole.groups_M[:7], prompts_M_P=None, machine_M=None
    )
    for_all = dataclasses.replace(part, needs_D_D=needs(whole.head, whole.deltas_M_D))
    np.testing.assert_allclose(value("v_optimal", for_all), value("v_optimal", whole)[:7], rtol=1e-12)
    assert not np.allclose(value("v_optimal", part), value("v_optimal", for_all))
    with pytest.raises(ShapeMismatch):
        dataclasses.replace(part, needs_D_D=np.eye(2))


@settings(max_examples=20)
@given(seeds)
def test_after_a_pick_the_others_have_the_variance_that_its_answer_would_leave(seed):
    pool = random_pool(seed)
    at = candidates(pool, np.random.default_rng(0))
    later = at.as_if_known(4).as_if_known(7)
    precision = np.linalg.inv(pool.head.cov_D_D)
    for pick in (4, 7):
        precision = precision + at.curvature_R[pick] * np.outer(pool.deltas_M_D[pick], pool.deltas_M_D[pick])
    expected = np.einsum("md,de,me->m", pool.deltas_M_D, np.linalg.inv(precision), pool.deltas_M_D)
    np.testing.assert_allclose(later.var_R, expected, atol=1e-9)
    np.testing.assert_array_equal(later.mean_R, at.mean_R)


@settings(max_examples=20)
@given(seeds)
def test_what_is_carried_on_from_pick_to_pick_is_what_would_be_worked_out_anew(seed):
    at = candidates(random_pool(seed), np.random.default_rng(0))
    for pick in (4, 7, 4, 21):
        before = scores.v_optimal(at)
        at = at.as_if_known(pick)
        np.testing.assert_allclose(scores.v_optimal(at), scores.v_optimal(dataclasses.replace(at)), atol=1e-9)
        assert (scores.v_optimal(at)[pick] < before[pick]) or before[pick] < 1e-12


@settings(max_examples=20)
@given(seeds)
def test_greedy_d_optimal_takes_what_the_determinant_grows_by_most(seed):
    pool = random_pool(seed, count=12, groups=1)
    p = special.expit(pool.deltas_M_D @ pool.head.mean_D)
    precision, left, expected = np.linalg.inv(pool.head.cov_D_D), list(range(12)), []
    for _ in range(4):
        grown = {m: precision + p[m] * (1 - p[m]) * np.outer(pool.deltas_M_D[m], pool.deltas_M_D[m]) for m in left}
        best = max(left, key=lambda m: np.linalg.slogdet(grown[m])[1])
        expected.append(best)
        precision = grown[best]
        left.remove(best)
    assert ask("d_optimal", pool, 4, per_group=12).tolist() == expected


def test_a_near_duplicate_is_asked_last_when_picks_learn_from_each_other():
    # Variances 4, 4.0004 and 3.24; once one of the first two is known the other's falls to about 2.
    pool = pool_of([[2.0, 0.0], [2.0, 0.02], [0.0, 1.8]])
    assert ask("d_optimal", pool, 3).tolist() == [1, 2, 0]
    assert ask("bald_greedy", pool, 3).tolist() == [1, 2, 0]
    assert ask("bald", pool, 3).tolist() == [1, 0, 2]


def test_badge_draws_the_first_by_squared_gradient_and_the_next_far_from_it():
    # p = 1/2 for all: gradients are half the differences, squared norms as 1 : 4 : 4.
    pool = pool_of([[1.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
    orders = [ask("badge", pool, 2, seed=seed).tolist() for seed in range(3000)]
    firsts = np.bincount([order[0] for order in orders], minlength=3) / 3000
    np.testing.assert_allclose(firsts, [1 / 9, 4 / 9, 4 / 9], atol=0.035)
    # After row 1, squared distances to the nearest of it and the origin are 1/4 and 1 for rows 0 and 2.
    seconds = [order[1] for order in orders if order[0] == 1]
    assert np.mean(np.array(seconds) == 2) == pytest.approx(4 / 5, abs=0.04)


def test_the_pull_of_an_answer_is_the_gradient_that_autograd_finds():
    """The first row is drawn by the squared gradient of the loss of the answer the model itself expects."""
    pool = random_pool(4, count=8, groups=8)
    theta = torch.tensor(pool.head.mean_D, requires_grad=True)
    sizes = []
    for delta in torch.from_numpy(pool.deltas_M_D):
        expected = (delta @ theta > 0).double().detach()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(delta @ theta, expected)
        sizes.append(float((torch.autograd.grad(loss, theta)[0] ** 2).sum()))
    firsts = np.bincount([ask("badge", pool, 1, seed=seed)[0] for seed in range(4000)], minlength=8) / 4000
    np.testing.assert_allclose(firsts, np.array(sizes) / sum(sizes), atol=0.03)


@settings(max_examples=20)
@given(seeds)
def test_bal_pm_is_its_formula_worked_out_pick_by_pick(seed):
    """Radii by sorting, digamma by an independent library, counts by looking at all."""
    rng = np.random.default_rng(seed)
    pool = random_pool(seed, count=25, groups=9)
    asked = rng.normal(size=(5, 4))
    pool = dataclasses.replace(pool, asked_A_P=asked)
    groups = np.unique(pool.groups_M)
    at = np.array([pool.prompts_M_P[pool.groups_M == group][0] for group in groups])
    apart = np.linalg.norm(at[:, None] - at[None], axis=-1)
    radius = np.sort(apart, axis=1)[:, min(3, len(groups) - 1)]
    near = (np.linalg.norm(at[:, None] - asked[None], axis=-1) <= radius[:, None]).sum(axis=1)
    left, expected = list(range(25)), []
    worth = dict(enumerate(value("bald", pool)))
    for _ in range(4):
        lonely = np.log(2 * radius) - special.digamma(near + 1) / 4
        best = max(left, key=lambda m: worth[m] + 0.5 * lonely[np.searchsorted(groups, pool.groups_M[m])])
        expected.append(best)
        left = [m for m in left if pool.groups_M[m] != pool.groups_M[best]]
        near = near + (apart[:, np.searchsorted(groups, pool.groups_M[best])] <= radius)
    found = spread.bal_pm(pool, n=4, per_group=1, rng=rng, weight=0.5, neighbours=3)
    assert found.tolist() == expected


def test_of_very_many_prompts_a_part_tells_how_thinly_a_region_is_populated(monkeypatch):
    rng = np.random.default_rng(0)
    prompts = rng.normal(size=(3000, 2))
    exact = spread._reach(prompts, 12, rng)
    monkeypatch.setattr(spread, "BAL_PM_PROMPTS", 1000)
    part = np.random.default_rng(7).choice(3000, 1000, replace=False)
    ratio = spread._reach(prompts, 12, np.random.default_rng(7)) / exact
    # The fourth nearest of a third; of those in the part, not counting themselves.
    assert np.median(ratio[part]) == pytest.approx(1.0, abs=0.12)
    assert np.median(np.delete(ratio, part)) == pytest.approx(1.0, abs=0.12)
    assert np.corrcoef(np.log(exact), np.log(exact * ratio))[0, 1] > 0.8


def test_of_a_huge_pool_badge_looks_at_a_random_part_that_misses_no_group(monkeypatch):
    monkeypatch.setattr(spread, "BADGE_ROWS", 10)
    groups = np.array([0] * 52 + list(range(1, 9)))
    pool = pool_of(np.random.default_rng(0).normal(size=(60, 3)), groups)
    chosen = [ask("badge", pool, 9, seed=seed).tolist() for seed in range(200)]
    assert all(sorted(groups[rows].tolist()) == list(range(9)) for rows in chosen)
    assert len({rows[groups[rows].tolist().index(0)] for rows in chosen}) > 40


def test_bal_pm_without_its_weight_is_bald_and_with_nothing_to_learn_it_seeks_lonely_prompts():
    pool = random_pool(3)
    rng = np.random.default_rng
    plain = spread.bal_pm(pool, n=5, per_group=1, rng=rng(0), weight=0.0)
    np.testing.assert_array_equal(plain, ask("bald", pool, 5))
    known = BayesianHead(np.zeros(1), np.zeros((1, 1)))
    prompts = np.array([[0.0], [0.1], [0.2], [9.0]])
    lonely = pool_of(np.ones((4, 1)), head=known, prompts_M_P=prompts)
    assert spread.bal_pm(lonely, n=1, per_group=1, rng=rng(0), neighbours=1).tolist() == [3]


def test_bal_pm_worked_by_hand_turns_away_from_prompts_asked_before():
    # Radii to the nearest: 1, 1, 1.1, 1.1. Asked next to the last two: log 2.2 - psi(2) against log 2 - psi(1).
    known = BayesianHead(np.zeros(1), np.zeros((1, 1)))
    pool = pool_of(np.ones((4, 1)), head=known, prompts_M_P=[[0.0], [1.0], [50.0], [51.1]], asked_A_P=[[50.5]])
    assert math.log(2.2) - special.digamma(2) < math.log(2.0) - special.digamma(1)
    first = spread.bal_pm(pool, n=1, per_group=1, rng=np.random.default_rng(0), neighbours=1)
    assert first[0] in (0, 1)


def test_the_digamma_of_whole_numbers():
    counts = np.array([0.0, 1.0, 7.0, 30.0])
    np.testing.assert_allclose(spread._digamma_after(counts), special.digamma(counts + 1), rtol=1e-12)


def test_stratified_random_asks_in_every_cluster_before_any_twice():
    centres = np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]])
    cluster = np.repeat([0, 1, 2], [20, 5, 2])
    prompts = centres[cluster] + np.random.default_rng(0).normal(size=(27, 2))
    pool = pool_of(np.ones((27, 1)), prompts_M_P=prompts)
    for seed in range(20):
        assert sorted(cluster[ask("stratified_random", pool, 3, seed=seed)]) == [0, 1, 2]
    assert len(set(ask("stratified_random", pool, 99).tolist())) == 27


def test_fewer_clusters_than_picks_fill_up_with_what_teaches_most_given_the_picks():
    # One prompt per group; two groups, four pairs each. The best of each, then what is left to learn.
    pool = random_pool(9, count=12, groups=2)
    order = ask("stratified_bald", pool, 5, per_group=4)
    assert len(set(order[:2].tolist())) == 2 and len(set(pool.groups_M[order[:2]].tolist())) == 2
    at = candidates(pool, np.random.default_rng(0)).as_if_known(order[0]).as_if_known(order[1])
    worth = scores.bald(at)
    worth[order[:2]] = -1.0
    assert order[2] == worth.argmax()


def test_stratified_bald_takes_the_most_telling_pair_of_each_cluster():
    # Two clusters of prompts; the first holds the three most uncertain pairs of all.
    prompts = np.array([[0.0], [0.1], [0.2], [90.0], [90.1]])
    pool = pool_of([[5.0, 0.0], [0.0, 6.0], [4.0, 4.0], [1.0, 0.0], [2.0, 0.0]], prompts_M_P=prompts)
    assert ask("stratified_bald", pool, 2).tolist() == [1, 4]
    assert sorted(ask("stratified_bald", pool, 9).tolist()) == [0, 1, 2, 3, 4]


def test_the_band_is_asked_before_anything_else():
    margins = np.interp(np.linspace(0, 1, 400), [0, 0.2, 0.85, 1], [10, 2, -1, -8])
    head = BayesianHead(np.ones(1), np.eye(1))
    pool = pool_of(margins[:, None], head=head, machine_M=np.ones(400))
    in_band = reward_curve(margins).zones(margins) == Zone.ASK
    order = ask("rlthf_band", pool, int(in_band.sum()) + 5)
    assert in_band[order[:-5]].all() and not in_band[order[-5:]].any()


def test_a_huge_group_does_not_crowd_the_others_out_of_the_shortlist():
    rng = np.random.default_rng(0)
    deltas = np.vstack((5 + rng.random((1000, 2)), rng.random((4, 2))))
    groups = np.array([0] * 1000 + [1, 2, 3, 4])
    assert SHORTLIST * 5 < 1000
    assert sorted(groups[ask("d_optimal", pool_of(deltas, groups), 5)].tolist()) == [0, 1, 2, 3, 4]
    # When there is room left in it, the rest comes by value, whatever the group.
    at = candidates(pool_of(deltas, groups), np.random.default_rng(0))
    short = _shortlist(at, at.var_R, 100, 1)
    assert sorted(short[:7].tolist()) == sorted([*np.argsort(-at.var_R[:1000])[:3], 1000, 1001, 1002, 1003])
    assert short[7:].tolist() == np.argsort(-at.var_R[:1000])[3:96].tolist()


def test_an_order_goes_through_selection_with_its_random_stream_and_propensities():
    pool = random_pool(2)
    order = ask("bald_greedy", pool, 6)
    values = as_values(order, 30)
    plain = select(values, pool.groups_M, n=6, per_group=1, random_share=0.0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(plain.indices, order)
    mixed = select(values, pool.groups_M, n=6, per_group=1, random_share=0.5, rng=np.random.default_rng(0))
    assert mixed.from_random.sum() == 3
    assert set(mixed.indices[~mixed.from_random].tolist()) <= set(order.tolist())


def test_a_pool_has_no_place_for_what_people_said():
    assert {field.name for field in dataclasses.fields(Pool)} == {
        "head", "deltas_M_D", "groups_M", "prompts_M_P", "machine_M", "asked_A_P", "needs_D_D", "seconds_M", "drawn",
    }  # fmt: skip
