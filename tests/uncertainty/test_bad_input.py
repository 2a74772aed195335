"""Every door of the formulas is knocked on with every kind of bad input, one spoiled argument at a time.

Each is refused with an error of ours. What is not refused has a defined meaning, and is tested by name below.
"""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest

from tests.uncertainty.doors import DOORS, HEAD, NUMBERS, POOL, SAMPLES
from tests.uncertainty.worlds import pool_of
from uncertainty.arrays import group_codes
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import as_values
from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch, UncertaintyError
from uncertainty.laplace import fit
from uncertainty.pairs import overlap_weights, pairs_within_groups
from uncertainty.reward_samples import RewardSamples
from uncertainty.selection import select
from uncertainty.showing import completions_to_show


def with_first(array, value):
    spoiled = np.array(array, dtype=float)
    spoiled.flat[0] = value
    return spoiled


SPOILED = {
    "a NaN": lambda array: with_first(array, np.nan),
    "an infinity": lambda array: with_first(array, np.inf),
    "nothing": lambda array: array[:0],
    "an axis too many": lambda array: array[None],
    "an axis too few": lambda array: array.ravel()[0],
    "words and numbers": lambda array: ["x", *array.tolist()],
    "one row too few": lambda array: array[:-1],
}
# Nothing in, nothing out: defined, and tested below.
TAKES_NOTHING = {"pairs.pairs_within_groups", "pairs.overlap_weights", "batch.as_values"}
# With nothing that has to line up with them, fewer rows are just fewer rows.
MAY_BE_SHORTER = {"rewards_S_N", "rewards_S_G", "asked_A_P"}


def cases():
    for name, (_, arrays, _) in DOORS.items():
        for argument in arrays:
            for spoil in SPOILED:
                shorter = spoil == "one row too few" and (len(arrays) == 1 or argument in MAY_BE_SHORTER)
                empty = spoil == "nothing" and (name in TAKES_NOTHING or argument == "asked_A_P")
                if not (shorter or empty):
                    yield name, argument, spoil


@pytest.mark.parametrize("name", sorted(DOORS))
def test_the_call_to_be_spoiled_is_fine(name):
    door, arrays, more = DOORS[name]
    door(**arrays, **more)


@pytest.mark.parametrize(("name", "argument", "spoil"), list(cases()))
def test_bad_input_is_refused_by_an_error_of_ours(name, argument, spoil):
    door, arrays, more = DOORS[name]
    with pytest.raises(UncertaintyError):
        door(**{**arrays, argument: SPOILED[spoil](arrays[argument])}, **more)


def test_no_door_is_left_out():
    """Whoever adds a function that takes an array adds a line to the table."""
    modules = (
        "acquisition", "reward_samples", "showing", "selection", "pairs", "clusters", "reading_time", "calibration",
        "laplace", "batch.pool", "batch.drawn", "batch.rules", "agreement", "annotators", "dawid_skene", "crowd_bt",
            "intervals",
    )  # fmt: skip
    tested = {getattr(door, "__func__", door) for door, _, _ in DOORS.values()}
    for module in (importlib.import_module(f"uncertainty.{name}") for name in modules):
        owners = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
        for owner in (module, *owners):
            for name, found in vars(owner).items():
                door = inspect.isfunction(found) and "ArrayLike" in str(found.__annotations__)
                if door and not name.startswith("_") and found.__module__ == module.__name__:
                    assert found in tested, found.__qualname__


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"deltas_M_D": np.empty((0, 2)), "groups_M": []}, EmptyPool),
        ({"deltas_M_D": np.ones((12, 3))}, ShapeMismatch),  # the head reads two features
        ({"needs_D_D": np.eye(3)}, ShapeMismatch),
        ({"seconds_M": np.zeros(12)}, ShapeMismatch),
        ({"seconds_M": -NUMBERS}, ShapeMismatch),
        ({"seconds_M": np.full(12, np.inf)}, NonFiniteReward),
        ({"machine_M": np.full(12, 0.5)}, ShapeMismatch),
        ({"groups_M": np.linspace(0, 1, 12)}, ShapeMismatch),
        ({"groups_M": [1, "1"] * 6}, ShapeMismatch),
        ({"groups_M": [None] * 12}, ShapeMismatch),
        ({"groups_M": [True, False] * 6}, ShapeMismatch),
    ],
)
def test_a_pool_is_refused_for_what_makes_it_no_pool(change, refusal):
    with pytest.raises(refusal):
        Pool(HEAD, **{**POOL, **change})


def test_groups_are_named_by_whole_numbers_or_by_texts_but_never_by_both():
    assert group_codes([30, -7, 30], "groups")[0].tolist() == [1, 0, 1]
    assert group_codes(["b", "a", "b"], "groups")[0].tolist() == [1, 0, 1]
    assert group_codes(np.array(["b", "a"], dtype=object), "groups")[1].tolist() == ["a", "b"]
    far = np.array([2**62, -(2**62), 2**62])
    assert group_codes(far, "groups")[0].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(group_codes(far, "groups")[1], [-(2**62), 2**62])
    small = np.arange(-128, 128).astype(np.int8)  # their distances do not fit their own type
    assert group_codes(small, "groups")[0].tolist() == list(range(256))
    for mixed in ([1, "1"], np.array([1, "a"], dtype=object), [1.0, 2.0], [[1], [2]], 5):
        with pytest.raises(ShapeMismatch):
            group_codes(mixed, "groups")


def test_what_nothing_means_where_nothing_is_allowed():
    assert SAMPLES.margins_S_M([], []).shape == (6, 0) and SAMPLES.prob_M([], []).shape == (0,)
    assert [side.tolist() for side in pairs_within_groups([])] == [[], []]
    assert overlap_weights([]).tolist() == []
    assert as_values([], 3).tolist() == [0.0, 0.0, 0.0]  # nothing in order: all alike
    assert len(pool_of([[1.0]], asked_A_P=np.empty((0, 4))).asked_A_P) == 0  # nobody was asked yet
    counted = fit([[1.0]], [1.0], precision=2.0, weights_M=[0.0])  # an answer that does not count
    assert (counted.mean_D.tolist(), counted.cov_D_D.tolist()) == ([0.0], [[0.5]])


def test_one_completion_groups_hold_no_pair_and_have_no_spread():
    assert [len(side) for side in pairs_within_groups([1, 2, 3])] == [0, 0]
    assert RewardSamples([[1.0, 5.0], [2.0, 9.0]]).spread_N([1, 2]).tolist() == [0.0, 0.0]
    assert completions_to_show([[1.0], [2.0]], 2).tolist() == [0]


@pytest.mark.parametrize(
    ("groups", "n", "share", "expected"),
    [
        ([7], 1, 1.0, {0: 1.0}),  # one pair, certainly
        ([7], 1, 0.1, {0: 0.1}),
        ([7, 7], 1, 0.5, {0: 0.25, 1: 0.25}),  # a place for one of two, in half of the calls
        ([7, 8], 1, 0.5, {0: 0.25, 1: 0.25}),
        ([7, 7, 8], 1, 1.0, {0: 0.25, 1: 0.25, 2: 0.5}),  # every group alike, however many pairs it holds
        ([7, 7, 8], 9, 1.0, {0: 0.5, 1: 0.5, 2: 1.0}),  # n larger than the pool under the cap
    ],
)
def test_propensities_of_tiny_pools_worked_by_hand(groups, n, share, expected):
    seen = {}
    for seed in range(200):
        chosen = select(
            np.zeros(len(groups)), groups, n=n, per_group=1, random_share=share, rng=np.random.default_rng(seed)
        )
        random = chosen.from_random
        seen |= dict(zip(chosen.indices[random].tolist(), chosen.propensities[random].tolist(), strict=True))
        assert (chosen.propensities[~random] == 1.0).all()
    assert seen == pytest.approx(expected)
