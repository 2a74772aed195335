"""What a trainer is fed from a machine's labels and people's answers: worlds where it is known who is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty import machine_mix
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.machine_mix import Answers, flip_zone, mix, with_audits
from uncertainty.rlthf import Zone

WIDTH = 8
NOBODY = Answers(np.empty((0, WIDTH)), np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def world(pairs=1500, *, taste=1.2, seed=0):
    """Pairs whose truth is the first feature; a machine that also likes the second one."""
    rng = np.random.default_rng(seed)
    deltas = rng.normal(size=(pairs, WIDTH))
    truth = (deltas[:, 0] > 0).astype(float)
    machine = (deltas[:, 0] + taste * deltas[:, 1] > 0).astype(float)
    return deltas, truth, machine, np.arange(pairs) // 2


def answers(deltas, truth, rows):
    rows = np.asarray(rows, dtype=np.int64)
    return Answers(deltas[rows], truth[rows], rows // 2, rows)


def mixed(deltas, machine, prompts, said, *, round_number=1, rounds=10):
    return mix(deltas, machine, prompts, said, round_number=round_number, rounds=rounds)


def test_a_few_answers_keep_the_right_labels_and_drop_the_tasteful_errors():
    deltas, truth, machine, prompts = world()
    made = mixed(deltas, machine, prompts, answers(deltas, truth, range(100)))
    kept = made.weight_M > 0
    wrong = machine != truth
    assert wrong.mean() > 0.25
    assert np.average(wrong, weights=made.weight_M) < 0.05 and 0.3 < kept.mean() < 0.8
    assert wrong[made.zone_M == Zone.FLIP].mean() > 0.9


def test_what_people_answered_is_theirs_alone():
    deltas, truth, machine, prompts = world(600)
    made = mixed(deltas, machine, prompts, answers(deltas, truth, range(0, 600, 5)))
    assert not made.weight_M[::5].any() and made.weight_M.any()
    assert made.weight_M.min() >= 0.0 and made.weight_M.max() <= 1.0


def test_before_anybody_answered_labels_that_hold_together_are_learnt_from():
    deltas, _, machine, prompts = world(600)
    machine[:30] = 1 - machine[:30]  # against the machine's own pattern
    made = mixed(deltas, machine, prompts, NOBODY)
    assert (made.audited, made.right, made.back_off) == (0, 0, 0.0)
    assert (made.weight_M[30:] > 0).mean() > 0.8 and (made.weight_M[:30] > 0).mean() < 0.2
    assert not made.flipped_M.any()


def test_controls_loosen_over_the_rounds():
    deltas, truth, machine, prompts = world(400)
    said = answers(deltas, truth, range(40))
    first, last = (mixed(deltas, machine, prompts, said, round_number=r, rounds=5) for r in (1, 5))
    assert ((first.amplify, first.back_off), (last.amplify, last.back_off)) == ((8.0, 0.3), (4.0, 0.0))
    assert first.weight_M.sum() < last.weight_M.sum()
    assert (last.weight_M >= first.weight_M).all()
    assert mixed(deltas, machine, prompts, said, round_number=99, rounds=5).amplify == 4.0


def test_no_label_is_turned_round_before_people_audited_fifty():
    deltas, truth, machine, prompts = world(5000, taste=2.0)
    few = mixed(deltas, machine, prompts, answers(deltas, truth, range(60)))
    assert 0 < few.audited < 50 and few.right > 0.8 * few.audited
    assert not few.flipped_M.any()
    suspects = np.flatnonzero(few.zone_M == Zone.FLIP)[:70]
    asked = np.union1d(np.arange(60), suspects)
    many = mixed(deltas, machine, prompts, answers(deltas, truth, asked))
    assert many.audited >= 50 and many.right >= 0.8 * many.audited
    turned = many.flipped_M
    assert turned.any() and (many.label_M[turned] == truth[turned]).mean() > 0.9
    elsewhere = many.zone_M != Zone.FLIP
    np.testing.assert_array_equal(many.label_M[elsewhere], machine[elsewhere])
    assert (many.weight_M[turned] > 0.5).all() and not turned[asked].any()


def test_flips_that_people_found_wrong_keep_labels_from_being_turned(monkeypatch):
    deltas, truth, machine, prompts = world(2000, taste=2.0)
    monkeypatch.setattr(machine_mix, "_audit", lambda *_: (60, 47))
    made = mixed(deltas, machine, prompts, answers(deltas, truth, range(700)))
    assert (made.audited, made.right) == (60, 47) and not made.flipped_M.any()


def test_an_audit_does_not_count_an_answer_as_its_own_witness():
    """Machine and people are coins here: no flip is foretold, so an answer must not put its own pair in the zone."""
    rng = np.random.default_rng(3)
    deltas = rng.normal(size=(400, WIDTH))
    machine, said = rng.integers(0, 2, 400).astype(float), rng.integers(0, 2, 400).astype(float)
    made = mixed(deltas, machine, np.arange(400), answers(deltas, said, range(300)))
    assert made.right < 0.75 * made.audited or made.audited < 20


def test_people_who_disagree_about_a_pair_audit_nothing_and_a_pair_is_audited_once():
    deltas, truth, machine, prompts = world(1000, taste=2.0)
    rows = np.repeat(np.arange(300), 2)
    once = mixed(deltas, machine, prompts, answers(deltas, truth, np.arange(300)))
    twice = mixed(deltas, machine, prompts, answers(deltas, truth, rows))
    assert twice.audited <= 1.5 * once.audited
    split = answers(deltas, truth, rows)
    split.outcome_A[1::2] = 1.0 - split.outcome_A[::2]
    assert mixed(deltas, machine, prompts, split).audited == 0


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_pairs_changes_nothing(seed):
    deltas, truth, machine, prompts = world(200)
    rng = np.random.default_rng(seed)
    deal = rng.permutation(200)
    back = np.argsort(deal)
    said = answers(deltas, truth, range(20))
    here = mixed(deltas, machine, prompts, said)
    dealt = Answers(said.deltas_A_D, said.outcome_A, said.prompt_A, back[said.pair_A])
    there = mixed(deltas[deal], machine[deal], prompts[deal], dealt)
    np.testing.assert_allclose(there.weight_M, here.weight_M[deal], atol=1e-9)
    np.testing.assert_array_equal(there.zone_M, here.zone_M[deal])


def test_indistinguishable_completions_teach_nothing_and_break_nothing():
    made = mixed(np.zeros((6, WIDTH)), np.ones(6), np.arange(6), NOBODY)
    assert not made.weight_M.any() and (made.zone_M == Zone.KEEP).all()


def test_what_cannot_be_mixed_is_refused():
    deltas, _, machine, prompts = world(20)
    with pytest.raises(EmptyPool):
        mixed(np.empty((0, 3)), np.empty(0), np.empty(0), NOBODY)
    with pytest.raises(ShapeMismatch):
        mixed(deltas, np.full(20, 0.5), prompts, NOBODY)
    with pytest.raises(NonFiniteReward):
        mixed(deltas, np.full(20, np.nan), prompts, NOBODY)
    with pytest.raises(ShapeMismatch):
        mixed(deltas, machine, prompts, Answers(deltas[:1], np.ones(1), np.zeros(1, np.int64), np.array([20])))


def test_the_flip_zone_knows_no_pair_without_a_label():
    rng = np.random.default_rng(0)
    margins = rng.normal(scale=3.0, size=500)
    machine = (margins > 0).astype(float)
    machine[:50] = 1 - machine[:50]
    machine[50:100] = np.nan
    zone = flip_zone(margins, machine)
    assert zone[:50].any() and not zone[50:].any()
    assert not flip_zone(margins, np.full(500, np.nan)).any()


def test_a_tenth_of_the_questions_audit_flips_until_fifty_are_audited():
    order, flips = np.arange(100, 200), np.zeros(200, dtype=bool)
    flips[:30] = True
    asked = with_audits(order, flips, audited=0, rng=np.random.default_rng(0))
    assert len(asked) == 100 and len(set(asked.tolist())) == 100
    assert flips[asked].sum() == 10
    np.testing.assert_array_equal(np.flatnonzero(flips[asked]), np.arange(0, 100, 10))
    rest = asked[~flips[asked]]
    np.testing.assert_array_equal(rest, order[: len(rest)])
    assert flips[with_audits(order, flips, audited=47, rng=np.random.default_rng(0))].sum() == 3
    np.testing.assert_array_equal(with_audits(order, flips, audited=50, rng=np.random.default_rng(0)), order)
    np.testing.assert_array_equal(with_audits(order, flips & False, audited=0, rng=np.random.default_rng(0)), order)


@settings(max_examples=60)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60), st.floats(0.01, 1.0), st.integers(0, 99))
def test_audits_never_lose_or_repeat_a_place(asked, flips, audited, share, seed):
    rng = np.random.default_rng(seed)
    flip_M = np.zeros(80, dtype=bool)
    flip_M[rng.permutation(80)[:flips]] = True
    order = rng.permutation(80)[:asked]
    made = with_audits(order, flip_M, audited=audited, rng=rng, share=share)
    assert len(made) == len(order) == len(set(made.tolist()))
    due = max(min(50 - audited, flips, int(np.ceil(share * asked))), 0)
    assert flip_M[made].sum() >= due


def test_audits_of_pairs_outside_the_pool_are_refused():
    for order, share in (([5], 0.1), ([0], 0.0), ([0], 1.5)):
        with pytest.raises((EmptyPool, ShapeMismatch)):
            with_audits(order, [True, False], audited=0, rng=np.random.default_rng(0), share=share)
