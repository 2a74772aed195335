"""The logistic function and its entropy, exact far out in both tails."""

from __future__ import annotations

import numpy as np

from uncertainty.arrays import Floats


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)) without overflow: only exponentials of negative numbers are taken."""
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, e) / (1.0 + e))


def both_sides(z: Floats) -> tuple[Floats, Floats]:
    """sigmoid(z) and sigmoid(-z) from one exponential, neither rounded."""
    e = np.exp(-np.abs(z))
    more = 1.0 / (1.0 + e)
    less = e * more
    first = z >= 0
    return np.where(first, more, less), np.where(first, less, more)


def log_sigmoid(z: Floats) -> Floats:
    """log sigmoid(z), which stays finite where sigmoid(z) underflows to 0."""
    return np.asarray(np.minimum(z, 0.0) - np.log1p(np.exp(-np.abs(z))))


def entropy_of_sigmoid(z: Floats) -> Floats:
    """Entropy in nats of a coin that lands heads with probability sigmoid(z)."""
    a = np.abs(z)
    e = np.exp(-a)
    return np.asarray(np.log1p(e) + a * e / (1.0 + e))


def entropy(p: Floats, q: Floats) -> Floats:
    """Entropy in nats of a coin with probabilities p and q = 1 - p, given apart so that neither is rounded."""
    return -(p * np.log(np.where(p > 0, p, 1.0)) + q * np.log(np.where(q > 0, q, 1.0)))
