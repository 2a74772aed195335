"""Averages of functions of a normal margin, by Gauss-Hermite quadrature: no draws, no noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from uncertainty.arrays import Floats, blocks
from uncertainty.logistic import entropy, entropy_of_sigmoid, sigmoid

# 15 nodes are exact for polynomials up to degree 29; for sigmoids of margins with a spread up to 3 the error is < 1e-3.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def expect(function: Callable[[Floats], Floats], mean_M: Floats, var_M: Floats) -> Floats:
    """The mean of function(z) for z ~ N(mean, var), for every pair."""
    out_M = np.empty(len(mean_M))
    for block in blocks(len(mean_M)):
        z_Q_M = mean_M[block] + NODES[:, None] * np.sqrt(var_M[block])
        out_M[block] = WEIGHTS @ function(z_Q_M)
    return out_M


def probability(mean_M: Floats, var_M: Floats) -> Floats:
    """Chance that the first is preferred, all opinions averaged: uncertainty pulls it towards one half."""
    return expect(sigmoid, mean_M, var_M)


def information(mean_M: Floats, var_M: Floats) -> Floats:
    """BALD of a normal margin: mutual information of answer and model in nats, 0 to log 2."""
    total_M = entropy(probability(mean_M, var_M), probability(-mean_M, var_M))
    return np.asarray(np.maximum(total_M - expect(entropy_of_sigmoid, mean_M, var_M), 0.0))
