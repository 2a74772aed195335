"""What holds for every acquisition by name, whatever it reads: caps, seeds, symmetries, seconds, pools of no help."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from tests.uncertainty.worlds import ask, pool_of, random_world, world_of
from uncertainty.batch.drawn import DRAWN, Drawn
from uncertainty.batch.rules import BATCH_RULES, BLIND_TO_SECONDS, NEEDS_MACHINE_LABELS, RULES
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.laplace import BayesianHead
from uncertainty.pairs import pairs_within_groups
from uncertainty.reward_samples import RewardSamples

seeds = st.integers(0, 2**32 - 1)
NEEDS_PROMPTS = {"bal_pm", "stratified_random", "stratified_bald"}
# Chance has a part in what these choose, beyond ties.
ROLLS_DICE = {"random", "stratified_random", "stratified_bald", "badge", "rlthf_band"}
# Values of these are shares of a few draws, so ties are common.
OFTEN_TIED = {"dts", "drts"}
# The others cannot see that two completions are equal, as their docstrings say, or do not look.
SEES_TWINS = [
    "bald", "bald_greedy", "bald_decisive", "d_optimal", "v_optimal", "feature_distance", "badge",
    "ensemble_std", "mc_dropout_std", "infomax",
]  # fmt: skip


def test_all_the_rules_of_the_field_are_there_under_one_signature():
    assert set(RULES) == set(BATCH_RULES) | set(DRAWN)
    assert set(RULES) >= {
        "random", "stratified_random", "margin", "entropy", "reward_std", "ensemble_std", "mc_dropout_std", "bald",
        "bald_decisive", "infomax", "dts", "drts", "delta_ucb", "d_optimal", "badge", "bal_pm", "feature_distance",
        "rlthf_band", "wrong_machine_label",
    }  # fmt: skip


def test_every_rule_says_in_a_sentence_what_it_asks_for():
    assert all(rule.__doc__ and rule.__doc__.strip()[0].isupper() for rule in RULES.values())


@settings(max_examples=120)
@given(seeds, st.sampled_from(sorted(RULES)), st.integers(1, 60), st.integers(1, 3))
def test_every_rule_keeps_the_cap_repeats_nothing_and_follows_its_seed(seed, name, n, per_group):
    pool = random_world(seed)
    order = ask(name, pool, n, per_group, seed)
    room = np.minimum(np.unique(pool.groups_M, return_counts=True)[1], per_group).sum()
    assert len(order) == len(set(order.tolist())) == min(n, room)
    assert np.unique(pool.groups_M[order], return_counts=True)[1].max() <= per_group
    np.testing.assert_array_equal(ask(name, pool, n, per_group, seed), order)


@pytest.mark.parametrize("name", sorted(RULES))
def test_swapping_the_two_completions_of_pairs_changes_no_choice(name):
    pool = random_world(11)
    swap = np.random.default_rng(1).random(len(pool.groups_M)) < 0.5
    i, j = pool.drawn.i_M, pool.drawn.j_M
    other = dataclasses.replace(
        pool,
        deltas_M_D=np.where(swap[:, None], -pool.deltas_M_D, pool.deltas_M_D),
        machine_M=np.where(swap, 1 - pool.machine_M, pool.machine_M),
        drawn=dataclasses.replace(pool.drawn, i_M=np.where(swap, j, i), j_M=np.where(swap, i, j)),
    )
    np.testing.assert_array_equal(ask(name, other, 6), ask(name, pool, 6))


@settings(max_examples=60)
@given(seeds, st.sampled_from(sorted(set(RULES) - ROLLS_DICE - OFTEN_TIED)))
def test_the_order_of_the_pairs_does_not_matter(seed, name):
    pool = random_world(seed)
    deal = np.random.default_rng(seed).permutation(len(pool.groups_M))
    columns = ("deltas_M_D", "groups_M", "prompts_M_P", "machine_M")
    dealt = {column: getattr(pool, column)[deal] for column in columns}
    drawn = dataclasses.replace(pool.drawn, i_M=pool.drawn.i_M[deal], j_M=pool.drawn.j_M[deal])
    other = dataclasses.replace(pool, drawn=drawn, **dealt)
    np.testing.assert_array_equal(deal[ask(name, other, 5)], ask(name, pool, 5))


@settings(max_examples=60)
@given(seeds, st.sampled_from(sorted(DRAWN)))
def test_what_a_draw_adds_to_a_whole_prompt_changes_no_value(seed, name):
    drawn = random_world(seed).drawn
    rewards = drawn.samples.rewards_S_N
    shift = np.random.default_rng(seed).normal(scale=5.0, size=(len(rewards), 20))[:, drawn.groups_N + 2]
    other = dataclasses.replace(drawn, samples=RewardSamples(rewards + shift))
    rng = np.random.default_rng
    np.testing.assert_allclose(other.values(name, rng=rng(0)), drawn.values(name, rng=rng(0)), atol=1e-9)


@pytest.mark.parametrize("name", SEES_TWINS)
def test_equal_completions_are_asked_about_last(name):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20, 3))
    features[[5, 11]] = features[[4, 10]]  # the third and the sixth prompt's two completions are twins
    head = BayesianHead(np.array([0.3, -0.2, 0.1]), np.eye(3))
    pool = world_of(features, np.repeat(np.arange(10), 2), head, head.draw(features, 9, rng))
    assert set(ask(name, pool, 10)[-2:].tolist()) == {2, 5}


@pytest.mark.parametrize("name", sorted(set(RULES) - BLIND_TO_SECONDS))
def test_what_is_an_amount_counts_per_second(name):
    pool = random_world(3)
    seconds = np.random.default_rng(5).uniform(5.0, 60.0, size=len(pool.groups_M))
    timed, slower = (dataclasses.replace(pool, seconds_M=times) for times in (seconds, 8.0 * seconds))
    np.testing.assert_array_equal(ask(name, slower, 6), ask(name, timed, 6))  # only the proportions matter
    first = ask(name, timed, 1)[0]
    endless = np.where(np.arange(len(seconds)) == first, 1e9, seconds)
    assert ask(name, dataclasses.replace(pool, seconds_M=endless), 1)[0] != first


@pytest.mark.parametrize("name", sorted(BLIND_TO_SECONDS))
def test_chance_and_closeness_to_a_tie_pay_no_heed_to_seconds(name):
    pool = random_world(3)
    timed = dataclasses.replace(pool, seconds_M=np.random.default_rng(5).uniform(5.0, 60.0, size=len(pool.groups_M)))
    np.testing.assert_array_equal(ask(name, timed, 6), ask(name, pool, 6))


def test_picks_that_learn_from_each_other_take_what_the_determinant_grows_by_most_per_second():
    pool = random_world(6, sizes=(6,))
    seconds = np.random.default_rng(1).uniform(1.0, 9.0, size=15)
    p = special.expit(pool.deltas_M_D @ pool.head.mean_D)
    precision, left, expected = np.linalg.inv(pool.head.cov_D_D), list(range(15)), []
    for _ in range(5):
        now = np.linalg.slogdet(precision)[1]
        grown = {m: precision + p[m] * (1 - p[m]) * np.outer(pool.deltas_M_D[m], pool.deltas_M_D[m]) for m in left}
        best = max(left, key=lambda m: (np.linalg.slogdet(grown[m])[1] - now) / seconds[m])
        expected.append(best)
        precision = grown[best]
        left.remove(best)
    timed = dataclasses.replace(pool, seconds_M=seconds)
    assert ask("d_optimal", timed, 5, per_group=15).tolist() == expected


@pytest.mark.parametrize("name", sorted(RULES))
def test_single_precision_is_read_as_it_is_stored_and_chooses_the_same(name):
    pool = random_world(8)
    single = dataclasses.replace(
        pool, deltas_M_D=pool.deltas_M_D.astype(np.float32), prompts_M_P=pool.prompts_M_P.astype(np.float32)
    )
    assert single.deltas_M_D.dtype == np.float32
    np.testing.assert_array_equal(ask(name, single, 6), ask(name, pool, 6))


# What a pool can be that tells nothing, or almost: every rule still answers, and says so by chance, not by position.


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_pool_of_one_pair_is_chosen(name):
    assert ask(name, random_world(0, sizes=(2,)), 5).tolist() == [0]


@pytest.mark.parametrize("name", sorted(RULES))
def test_when_all_completions_are_equal_chance_decides_and_not_the_place_in_the_pool(name):
    groups = np.repeat(np.arange(12), 2)
    pool = world_of(np.ones((24, 2)), groups, BayesianHead.prior(2), np.ones((4, 24)), machine_M=np.ones(12))
    assert len({int(ask(name, pool, 1, seed=seed)[0]) for seed in range(30)}) > 5
    assert sorted(ask(name, pool, 99, seed=1).tolist()) == list(range(12))


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_that_misses_what_it_reads_says_so(name):
    bare = pool_of([[1.0], [2.0]])
    if name in NEEDS_PROMPTS | NEEDS_MACHINE_LABELS | set(DRAWN):
        with pytest.raises(EmptyPool):
            ask(name, bare, 1)
    else:
        assert len(ask(name, bare, 1)) == 1


@pytest.mark.parametrize("name", sorted(RULES))
@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": -3}, {"per_group": 0}])
def test_nobody_means_to_choose_none(name, wrong):
    with pytest.raises(ShapeMismatch):
        ask(name, random_world(0), **{"n": 3, "per_group": 1, **wrong})


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_one_draw_disagrees_with_nobody_and_is_refused(name):
    with pytest.raises(ShapeMismatch):
        ask(name, random_world(0, draws=1), 1)


@pytest.fixture(scope="module")
def a_group_of_a_thousand():
    rng = np.random.default_rng(0)
    features, groups = rng.normal(size=(1000, 4)).astype(np.float32), np.zeros(1000, dtype=np.int64)
    i, j = pairs_within_groups(groups)
    head = BayesianHead(rng.normal(size=4), np.eye(4))
    drawn = Drawn(RewardSamples(head.draw(features, 5, rng)), groups, i, j)
    deltas = features[i] - features[j]
    prompts, machine = np.ones((len(i), 2), dtype=np.float32), (deltas[:, 0] > 0).astype(float)
    return pool_of(deltas, np.zeros(len(i), dtype=np.int64), head, prompts_M_P=prompts, machine_M=machine, drawn=drawn)


@pytest.mark.parametrize("name", sorted(RULES))
def test_half_a_million_pairs_of_one_prompt_are_a_pool_like_any_other(name, a_group_of_a_thousand):
    assert len(a_group_of_a_thousand.groups_M) == 499_500
    assert len(set(ask(name, a_group_of_a_thousand, 3, per_group=3).tolist())) == 3
