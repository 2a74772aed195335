"""A forecast is as sure as the pace of late allows, and no surer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.crowd.shifts import hourly, took
from uncertainty.errors import ShapeMismatch
from uncertainty.pace import finish

EVEN = np.full((5, 24), 10)


def test_an_even_pace_is_carried_on():
    found = finish(EVEN, 600)
    assert found.expected == pytest.approx(2.5)
    assert found.earliest < 2.5 < found.latest < 3.0


def test_nothing_done_foretells_nothing_and_nothing_left_is_done_now():
    assert finish(np.zeros((3, 24)), 5) is None
    assert finish(np.zeros((3, 24)), 0).expected == 0.0


def test_a_pace_that_may_be_nothing_has_no_latest_finish():
    found = finish([[0.0], [0.0], [0.0], [40.0]], 100)
    assert found.latest is None and 0.0 < found.earliest < found.expected


def test_two_days_say_nothing_of_how_days_differ():
    found = finish(EVEN[:2], 600)
    assert (found.expected, found.earliest, found.latest) == (pytest.approx(2.5), None, None)


def test_what_is_left_at_the_end_of_the_working_day_waits_for_the_next_one():
    """It is five in the afternoon; sixteen hours of nothing come first, then eight of work."""
    day = np.array([0] * 16 + [10] * 8)
    assert finish(np.tile(day, (3, 1)), 40).expected == pytest.approx(20 / 24)


def test_what_was_done_is_not_undone():
    with pytest.raises(ShapeMismatch):
        finish([[1.0, -1.0]], 5)


@given(arrays(np.int64, st.tuples(st.integers(1, 20), st.integers(1, 24)), elements=st.integers(0, 500)),
       st.integers(1, 100_000))  # fmt: skip
def test_the_expected_finish_lies_within_its_interval(counts, remaining):
    found = finish(counts, remaining)
    if found is not None and found.earliest is not None:
        assert 0 <= found.earliest <= found.expected * (1 + 1e-9)
        assert found.latest is None or found.latest >= found.expected * (1 - 1e-9)


@pytest.mark.parametrize(("nights", "weekends"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("days", [3, 7, 14])
def test_the_interval_holds_the_truth_nine_times_in_ten_where_people_sleep_and_take_days_off(nights, weekends, days):
    held = []
    for seed in range(300):
        rng = np.random.default_rng([seed, days])
        counts = hourly(days + 60, 480, rng, nights=nights, weekends=weekends)
        now = 24 * days + int(rng.integers(24 * 7))
        found = finish(counts[now - 24 * days : now].reshape(days, 24), 1_500)
        if found is not None:
            truth = took(counts[now:], 1_500)
            held.append(found.earliest <= truth <= (found.latest or np.inf))
    assert len(held) > 280 and np.mean(held) > 0.82
