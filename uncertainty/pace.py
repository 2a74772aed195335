"""When will it be finished, at the pace of late? Days are counted, for within a day nothing is even.

People sleep, take a day off and come in sittings: the hours of one day rise and fall together, so that many short
windows know little more than the days they lie in. A day's count has mean m and, between days, variance v (never less
than m: people do not take turns more evenly than chance). By T days from now m T more are expected. How many it will be
is doubted twice: the pace itself is known from D days only (variance T^2 v / D), and the days to come have their own
luck (T v). The ends of the interval are the days at which what remains lies t such deviations from what is expected:
the two roots of a quadratic, t being Student's for so few days. When within a day that is follows from how the counted
days went. Fewer than `LEAST_DAYS` say nothing of how days differ: then there is no interval.

Axis letters here: D whole days, oldest first, of H parts each, the first of which begins at this time of day.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, finite
from uncertainty.errors import ShapeMismatch

LEAST_DAYS = 3
# A day cut at any hour but by night is made of two: of their variance it shows a^2 + (1 - a)^2, two thirds on average.
CUT = 1.5
# Student's t that holds 9 times in 10, by days less one; the last for any more.
T_90 = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771)


@dataclasses.dataclass(frozen=True)
class Finish:
    """Days from now. Without `earliest` too few days were counted; without `latest` alone the pace may be nothing."""

    expected: float
    earliest: float | None
    latest: float | None


def finish(counts_D_H: ArrayLike, remaining: float) -> Finish | None:
    """When `remaining` more will be done; None while nothing was. The interval holds it 9 times in 10."""
    counts = finite(counts_D_H, "counts_D_H", ndim=2)
    if counts.size and counts.min() < 0.0:
        raise ShapeMismatch("Nothing is undone.", what="counts_D_H")
    if remaining <= 0:
        return Finish(0.0, 0.0, 0.0)
    if counts.sum() <= 0:
        return None
    count_D, days = counts.sum(axis=1), len(counts)
    mean = float(count_D.mean())
    share_H = counts.sum(axis=0) / counts.sum()
    expected = _at(remaining / mean, share_H)
    if days < LEAST_DAYS:
        return Finish(expected, None, None)
    variance = max(CUT * float(count_D.var(ddof=1)), mean)
    doubt = T_90[min(days - 1, len(T_90)) - 1] ** 2 * variance
    # (remaining - mean T)^2 = t^2 variance (T^2 / D + T)
    square, middle = mean**2 - doubt / days, remaining * mean + doubt / 2.0
    root = math.sqrt(max(middle**2 - square * remaining**2, 0.0))
    latest = _at((middle + root) / square, share_H) if square > 0.0 else None
    return Finish(expected, _at(remaining**2 / (middle + root), share_H), latest)


def _at(days_of_work: float, share_H: Floats) -> float:
    """When so many days' work is done: a part of a day as the counted days went, its nights included."""
    whole = math.floor(days_of_work)
    done_H = np.concatenate([[0.0], np.cumsum(share_H)])
    return whole + float(np.interp(days_of_work - whole, done_H, np.linspace(0.0, 1.0, len(done_H))))
