"""Quadrature against an adaptive integrator."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special

from uncertainty.arrays import BLOCK
from uncertainty.gauss import information, probability


def h2(p):
    return special.entr(p) + special.entr(1 - p)


@pytest.mark.parametrize(("mean", "var"), [(0.0, 1.0), (1.5, 0.3), (-3.0, 4.0), (0.2, 9.0)])
def test_information_is_the_integral_it_stands_for(mean, var):
    def average(function):
        def weighted(z):
            return function(special.expit(z)) * math.exp(-((z - mean) ** 2) / (2 * var)) / math.sqrt(2 * math.pi * var)

        return integrate.quad(weighted, -60, 60, limit=300)[0]

    p = average(lambda q: q)
    assert probability(np.array([mean]), np.array([var]))[0] == pytest.approx(p, abs=1e-3)
    assert information(np.array([mean]), np.array([var]))[0] == pytest.approx(h2(p) - average(h2), abs=2e-3)


def test_without_spread_there_is_nothing_to_learn_and_the_side_does_not_matter():
    mean, var = np.array([0.0, 2.0, -700.0]), np.zeros(3)
    np.testing.assert_allclose(information(mean, var), 0.0, atol=1e-12)
    np.testing.assert_allclose(information(mean, np.ones(3)), information(-mean, np.ones(3)), atol=1e-12)


def test_a_pool_longer_than_a_block_is_the_same_as_its_parts():
    rng = np.random.default_rng(0)
    mean, var = rng.normal(size=BLOCK + 7), rng.random(BLOCK + 7)
    np.testing.assert_array_equal(information(mean, var)[-7:], information(mean[-7:], var[-7:]))
