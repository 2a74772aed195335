"""A forecast is as sure as the pace of late allows, and no surer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncertainty.pace import finish


def test_an_even_pace_is_carried_on():
    found = finish([10] * 24, 3.0, 100)
    assert found is not None
    assert found.expected == pytest.approx(30.0)
    assert found.earliest < 30.0 < found.latest < 45.0


def test_nothing_done_foretells_nothing_and_nothing_left_is_done_now():
    assert finish([], 1.0, 5) is None
    assert finish([0, 0, 0], 1.0, 5) is None
    assert finish([0], 1.0, 0).expected == 0.0


def test_a_pace_that_may_be_nothing_has_no_latest_finish():
    assert finish([0, 0, 0, 1], 1.0, 100).latest is None


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=50),
    st.floats(0.01, 1000),
    st.integers(1, 100_000),
)
def test_the_expected_finish_lies_within_its_interval(counts, width, remaining):
    found = finish(counts, width, remaining)
    if found is not None:
        assert 0 <= found.earliest <= found.expected * (1 + 1e-9)
        assert found.latest is None or found.latest >= found.expected * (1 - 1e-9)


@pytest.mark.parametrize("bursts", [1.0, 8.0])
def test_the_interval_holds_the_truth_nine_times_in_ten(bursts):
    rng, width, remaining, held = np.random.default_rng(0), 1.0, 400, 0
    trials = 2000
    for _ in range(trials):
        # Bursts: people come in sittings of several answers, so the counts are wider than chance alone.
        windows = rng.poisson(20.0 / bursts, 400) * bursts
        past, future = windows[:24], np.cumsum(windows[24:])
        whole = int(np.searchsorted(future, remaining))
        before = future[whole - 1] if whole else 0.0
        truth = whole + (remaining - before) / windows[24 + whole]
        found = finish(past, width, remaining)
        held += found.earliest <= truth <= (found.latest or np.inf)
    assert 0.86 < held / trials < 0.97
