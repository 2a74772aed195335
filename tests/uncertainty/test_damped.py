"""What a head cannot see: differences of far pairs count less, and information no longer runs after them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.special import expit

from uncertainty.errors import NonFiniteReward
from uncertainty.view import UNSEEN, damped

rows = arrays(np.float64, (5, 3), elements=st.floats(-30, 30))


def test_a_difference_is_damped_by_its_length_worked_by_hand():
    # c = 8: |d| = 1 stays; |d| = 2 is multiplied by sqrt(9 / 33); |d| = 1/2 by sqrt(9 / 3).
    told = damped([[0.6, -0.8], [2.0, 0.0], [0.0, 0.5], [0.0, 0.0]])
    np.testing.assert_allclose(told, [[0.6, -0.8], [2.0 * np.sqrt(9 / 33), 0.0], [0.0, 0.5 * np.sqrt(3.0)], [0.0, 0.0]])
    assert UNSEEN == 8.0


@given(rows)
def test_sides_may_be_swapped_and_nothing_exceeds_the_bound(deltas):
    np.testing.assert_allclose(damped(-deltas), -damped(deltas))
    assert (np.linalg.norm(damped(deltas), axis=1) <= np.sqrt(1.0 + 1.0 / UNSEEN) + 1e-12).all()


@given(rows, st.floats(1.01, 5.0))
def test_the_direction_stays_and_the_further_pair_still_counts_more(deltas, further):
    near, far = damped(deltas), damped(further * deltas)
    assert (np.linalg.norm(far, axis=1) >= np.linalg.norm(near, axis=1) - 1e-12).all()
    lengths = np.linalg.norm(near, axis=1) * np.linalg.norm(far, axis=1)
    np.testing.assert_allclose((near * far).sum(axis=1), lengths, atol=1e-9)


def test_it_is_the_chance_of_an_answer_when_something_unseen_grows_with_the_distance():
    # A residual of variance 8 c / pi * |d|^2 leaves sigmoid(m / sqrt(1 + c |d|^2)), within the usual error of 0.02.
    theta = np.array([1.0, -2.0, 0.5])
    for size in (0.3, 1.0, 2.5):
        delta = size * np.array([[0.6, 0.0, 0.8]])
        margin, std = float(np.sqrt(1.0 + UNSEEN) * (delta @ theta)[0]), size * np.sqrt(8.0 * UNSEEN / np.pi)
        exact = quad(lambda z, m=margin, s=std: expit(m + s * z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -9, 9)[0]
        assert expit(damped(delta) @ theta)[0] == pytest.approx(exact, abs=0.02)


def test_a_difference_that_is_no_number_is_refused():
    with pytest.raises(NonFiniteReward):
        damped([[np.nan, 0.0]])
