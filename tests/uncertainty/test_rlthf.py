"""Which of a machine's labels to believe: shapes with known corners, and what must not change the answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.rlthf import (
    Annealing,
    Zone,
    agreed_flips,
    agreement,
    flips_may_be_automatic,
    reward_curve,
    sanitise,
    training_weights,
)

seeds = st.integers(0, 2**32 - 1)


def bent(head=10.0, elbow=2.0, knee=-1.0, tail=-8.0, count=2000):
    """Straight pieces: head to elbow over 20 %, elbow to knee over 65 %, knee to tail over 15 %."""
    return np.interp(np.linspace(0, 1, count), [0, 0.2, 0.85, 1], [head, elbow, knee, tail])


def test_agreement_is_the_margin_in_the_direction_of_the_label():
    assert agreement([2.0, 2.0, -3.0], [1, 0, 0]).tolist() == [2.0, -2.0, 3.0]
    with pytest.raises(ShapeMismatch):
        agreement([1.0], [0.5])


def test_the_corners_of_a_curve_of_straight_pieces_are_found():
    curve = reward_curve(bent())
    assert curve.elbow == pytest.approx(2.0, abs=0.1)
    assert curve.knee == pytest.approx(-1.0, abs=0.1)
    assert curve.reflection == -curve.elbow


def test_zones_follow_the_levels():
    curve = reward_curve(bent())
    zones = curve.zones([5.0, curve.knee, curve.knee - 1e-9, curve.reflection, curve.reflection - 1e-9, -7.0])
    assert zones.tolist() == [Zone.KEEP, Zone.KEEP, Zone.ASK, Zone.ASK, Zone.FLIP, Zone.FLIP]


@settings(max_examples=50)
@given(seeds, st.floats(0.01, 100.0))
def test_levels_scale_with_the_margins_and_ignore_the_order_of_pairs(seed, scale):
    rng = np.random.default_rng(seed)
    values = rng.normal(1.0, 2.0, size=300) ** 3
    curve, other = reward_curve(values), reward_curve(scale * rng.permutation(values))
    assert (other.elbow, other.knee) == pytest.approx((scale * curve.elbow, scale * curve.knee), rel=1e-9)
    np.testing.assert_array_equal(other.zones(scale * values), curve.zones(values))


@settings(max_examples=50)
@given(seeds)
def test_levels_are_ordered_and_zones_follow_agreement(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.normal(), rng.uniform(0.1, 5), size=rng.integers(1, 200))
    curve = reward_curve(values)
    assert curve.reflection <= curve.knee <= max(curve.elbow, curve.reflection)
    by_agreement = curve.zones(np.sort(values))
    assert (np.diff(by_agreement) <= 0).all()


def test_a_few_wild_margins_hardly_move_the_levels():
    calm, wild = bent(), bent()
    wild[:5], wild[-5:] = 1e6, -1e6
    before, after = reward_curve(calm), reward_curve(wild)
    assert after.elbow == pytest.approx(before.elbow, abs=0.3)
    assert after.knee == pytest.approx(before.knee, abs=0.3)


def test_equal_agreements_have_no_shape_and_everything_is_kept():
    for level in (-1.0, 0.0, 2.0):
        values = np.full(7, level)
        curve = reward_curve(values)
        assert (curve.elbow, curve.knee) == (level, level)
        assert (curve.zones(values) == Zone.KEEP).all()


def test_a_model_that_contradicts_most_labels_flips_none():
    curve = reward_curve(bent() - 6.0)
    assert curve.elbow < 0 and curve.reflection == -math.inf
    assert not (curve.zones(bent() - 6.0) == Zone.FLIP).any()


def test_on_a_learnable_set_the_flip_zone_holds_wrong_labels_and_the_kept_ones_are_cleaner():
    rng = np.random.default_rng(0)
    truth = rng.normal(scale=2.0, size=4000)
    labels = (truth > 0).astype(float)
    wrong = rng.random(4000) < 0.2
    labels[wrong] = 1 - labels[wrong]
    values = agreement(truth + rng.normal(scale=0.7, size=4000), labels)
    zones = reward_curve(values).zones(values)
    assert wrong[zones == Zone.FLIP].mean() > 0.95
    assert wrong[zones == Zone.KEEP].mean() < 0.5 * wrong.mean()
    assert wrong[zones == Zone.ASK].mean() > 0.2


def test_backing_off_drops_the_labels_nearest_to_the_knee():
    values = bent()
    curve = reward_curve(values)
    above = values[values >= curve.knee]
    half = sanitise(values, curve, 0.5)
    assert half.sum() == pytest.approx(len(above) / 2, abs=1)
    assert values[half].min() >= np.median(above)
    np.testing.assert_array_equal(sanitise(values, curve, 0.0), values >= curve.knee)
    for refused in (-0.1, 1.0):
        with pytest.raises(ShapeMismatch):
            sanitise(values, curve, refused)


def test_a_person_counts_amplify_times_a_dropped_machine_label_never():
    assert training_weights([True, True, False, False], [True, False, True, False], 4.0).tolist() == [4, 4, 1, 0]
    with pytest.raises(ShapeMismatch):
        training_weights([True], [True], 0.0)


def test_annealing_falls_in_a_straight_line_and_stays_at_its_end():
    plan = Annealing(rounds=5)
    assert [plan.at(k) for k in (1, 3, 5, 9)] == [(8.0, 0.6), (4.5, 0.3), (1.0, 0.0), (1.0, 0.0)]
    assert Annealing(rounds=1).at(1) == (8.0, 0.6)
    with pytest.raises(ShapeMismatch):
        plan.at(0)


def test_a_flip_needs_the_draws_to_agree_one_by_one():
    curve = reward_curve(bent())
    margins = np.array([[-9.0, -30.0, 9.0], [-9.0, 10.0, 9.0]])  # means -9, -10, 9
    assert agreed_flips(margins, [1, 1, 1], curve).tolist() == [True, False, False]


def test_flips_are_automatic_only_after_enough_of_them_were_right():
    assert [flips_may_be_automatic(*case) for case in ((49, 49), (50, 40), (50, 39), (0, 0))] == [
        False, True, False, False,
    ]  # fmt: skip
    with pytest.raises(ShapeMismatch):
        flips_may_be_automatic(3, 4)


SHAPES = {
    "steep head": np.concatenate((np.geomspace(50, 1, 60), np.linspace(1, -1, 340))),
    "steep tail": np.concatenate((np.linspace(2, 0, 340), -np.geomspace(0.1, 40, 60))),
    "flat": np.linspace(1.01, 0.99, 400),
    "two camps": np.concatenate((np.linspace(5.5, 4.5, 280), np.linspace(-4.5, -5.5, 120))),
    "mostly one value": np.concatenate((np.full(300, 2.0), np.linspace(1.9, -4, 100))),
    "straight": np.linspace(4, -4, 400),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_ordered_levels_inside_its_range(shape):
    values = SHAPES[shape]
    curve = reward_curve(values)
    assert values.min() <= curve.knee <= max(curve.elbow, curve.reflection) <= max(values.max(), curve.reflection)
    assert curve.reflection == (-curve.elbow if curve.elbow > 0 else -math.inf)


def test_the_bend_of_a_steep_head_or_tail_is_found():
    assert reward_curve(SHAPES["steep head"]).elbow == pytest.approx(4.5, abs=3.5)
    assert -4.0 < reward_curve(SHAPES["steep tail"]).knee < 0.1


def test_a_flat_curve_of_right_labels_flips_and_asks_little():
    zones = reward_curve(SHAPES["flat"]).zones(SHAPES["flat"])
    assert not (zones == Zone.FLIP).any()


def test_two_camps_are_told_apart():
    """The camp that agrees is kept, but for its edge, and none of it is suspected."""
    values = SHAPES["two camps"]
    zones = reward_curve(values).zones(values)
    assert (zones[values > 0] == Zone.KEEP).mean() > 0.99
    assert (zones[values < 0] != Zone.KEEP).all()


@pytest.mark.parametrize("count", range(1, 11))
def test_a_handful_of_labels_has_levels_among_them(count):
    values = np.random.default_rng(count).normal(1.0, 2.0, size=count)
    curve = reward_curve(values)
    assert values.min() <= curve.knee or curve.knee == curve.reflection
    assert values.min() <= curve.elbow <= values.max()
    assert len(curve.zones(values)) == count


@settings(max_examples=60)
@given(seeds, st.integers(1, 3), st.sampled_from([1e3, 1e9, 1e300]), st.sampled_from(["up", "down", "both"]))
def test_one_absurd_margin_in_fifty_does_not_own_the_curve(seed, count, size, where):
    """A fence bounds them whatever their size: a thousand times too far does what 1e300 times does."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1.0, 1.5, size=60 * count)
    wild = values.copy()
    signs = {"up": [1.0], "down": [-1.0], "both": [1.0, -1.0]}[where]
    wild[:count] = np.resize(signs, count) * size
    before, after = reward_curve(values), reward_curve(wild)
    spread = values.std()
    assert abs(after.elbow - before.elbow) < 2.0 * spread
    assert abs(after.knee - before.knee) < 2.5 * spread


@settings(max_examples=60)
@given(st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=40))
def test_any_finite_margins_have_finite_levels(values):
    curve = reward_curve(values)
    assert math.isfinite(curve.elbow) and math.isfinite(curve.knee)
    assert np.isfinite(curve.agreement_Q).all() and (np.diff(curve.agreement_Q) <= 0).all()


def test_what_has_no_curve_is_refused():
    with pytest.raises(EmptyPool):
        reward_curve([])
    with pytest.raises(NonFiniteReward):
        reward_curve([1.0, math.inf])
