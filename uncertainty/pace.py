"""When will it be finished, at the pace of late? A counting process, seen through equal windows of time.

Windows of width w hold counts with mean m and variance v (never less than m: people do not take turns more evenly than
chance). By a time T from now, m T / w more are expected. How many it will be is doubted twice: the pace itself is known
from k windows only (variance T^2 v / k w^2), and T has its own luck (T v / w). The ends of the interval are the times
at which what remains lies z such deviations from what is expected: the two roots of a quadratic.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

Z_90 = 1.645


@dataclasses.dataclass(frozen=True)
class Finish:
    """Units of time from now; `latest` is None where the pace may be as good as zero."""

    expected: float
    earliest: float
    latest: float | None


def finish(counts_K: Sequence[float] | np.ndarray, width: float, remaining: float, *, z: float = Z_90) -> Finish | None:
    """When `remaining` more will be done; None while nothing was. The interval holds it 9 times in 10."""
    counts = np.asarray(counts_K, dtype=float)
    K = len(counts)
    if remaining <= 0:
        return Finish(0.0, 0.0, 0.0)
    if K == 0 or counts.sum() <= 0:
        return None
    mean = float(counts.mean())
    spread = float(counts.var(ddof=1)) if K > 1 else mean
    variance = max(spread, mean)
    pace = mean / width
    # (remaining - pace T)^2 = z^2 (variance T^2 / (K width^2) + variance T / width)
    square = pace**2 - z**2 * variance / (K * width**2)
    middle = remaining * pace + z**2 * variance / (2 * width)
    root = math.sqrt(max(middle**2 - square * remaining**2, 0.0))
    return Finish(remaining / pace, remaining**2 / (middle + root), (middle + root) / square if square > 0 else None)
