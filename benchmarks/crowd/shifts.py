"""How many answers come in every hour of a campaign: people who sleep, take days off and answer in sittings."""

from __future__ import annotations

import numpy as np

WORKING = slice(9, 17)


def hourly(days: int, a_day: float, rng: np.random.Generator, *, nights: bool, weekends: bool) -> np.ndarray:
    """Answers by hour, so many a day on average; of three people each is there on seven days of ten."""
    there = rng.binomial(3, 0.7, days) / 2.1
    if weekends:
        there = there * np.where(np.arange(days) % 7 < 5, 7 / 5, 0.0)
    of_day = np.ones(24)
    if nights:
        of_day[:] = 0.0
        of_day[WORKING] = 3.0
    expected = a_day / 24.0 * np.outer(there, of_day).reshape(-1)
    return np.asarray(rng.poisson(expected / 4.0) * 4)  # in sittings of four


def took(ahead: np.ndarray, remaining: float) -> float:
    """After how many days so many were done."""
    done = np.concatenate([[0.0], np.cumsum(ahead)])
    hour = int(np.searchsorted(done, remaining)) - 1
    return float((hour + (remaining - done[hour]) / ahead[hour]) / 24.0)
