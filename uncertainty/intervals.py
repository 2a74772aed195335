"""95 % intervals of means and shares, also where answers come in clusters: several about one prompt share its luck.

Axis letters here: M answers, G clusters of them. Clusters, not answers, are taken as independent: the variance of a
mean is what leaving out one cluster after the other changes (the delete-one jackknife: Efron and Stein 1981; for
clusters Bell and McCaffrey 2002), and few of them are heard as few (Student's t with G - 1 degrees of freedom).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, finite, group_codes, same_length, shares
from uncertainty.errors import ShapeMismatch

Z = 1.959963984540054  # 95 % of a normal lies within so many standard deviations
FEW = 3.0  # hits or misses, up to which they are rare events
LEAST_CLUSTERS = 10  # below which leaving one out says nothing about those nobody saw


@dataclasses.dataclass(frozen=True)
class Mean:
    """A mean of answers with its 95 % interval; no interval from fewer than `LEAST_CLUSTERS` clusters."""

    mean: float
    low: float | None
    high: float | None
    clusters: int


def mean_by_cluster(values_M: ArrayLike, clusters_M: ArrayLike) -> Mean:
    """Every answer counts once; the interval takes clusters as independent."""
    mean, variance, clusters = _jackknifed(finite(values_M, "values_M", ndim=1), clusters_M)
    if clusters < LEAST_CLUSTERS:
        return Mean(mean, None, None, clusters)
    reach = student(clusters - 1) * math.sqrt(variance)
    return Mean(mean, mean - reach, mean + reach, clusters)


def share_by_cluster(hits_M: ArrayLike, clusters_M: ArrayLike) -> Mean:
    """A share of answers (each a hit, a miss or part of one), inside 0..1 however few miss.

    Wilson's interval for as many answers on their own as would vary as much: the effective sample size of Kish 1965, as
    Korn and Graubard 1998 and Franco, Little, Louis and Slud 2019 put it into intervals of shares.
    """
    share, variance, clusters = _jackknifed(shares(hits_M, "hits_M"), clusters_M)
    if clusters < LEAST_CLUSTERS:
        return Mean(share, None, None, clusters)
    low, high = effective_interval(share, variance, clusters, most=np.size(hits_M))
    return Mean(share, low, high, clusters)


def effective_interval(share: float, variance: float, clusters: int, *, most: float) -> tuple[float, float]:
    """Wilson's interval of a share whose variance was measured on so many clusters; where none varied, of those.

    It is never taken to be known better than from `most` answers on their own: few clusters may vary less by luck.
    """
    alone = share * (1.0 - share)
    of = min(alone / variance, most) if variance > 0.0 and alone > 0.0 else float(clusters)
    return share_interval(share * of, of, z=student(clusters - 1))


def ratio_interval(
    ratio: float, variance: float, clusters: int, *, greatest: float, most: float
) -> tuple[float, float]:
    """The interval of a ratio between nought and `greatest`, as of the share of that which it is.

    So it knows of what nobody saw: that few disagreed may be luck, though leaving out any of them changes little.
    """
    part = min(ratio / greatest, 1.0)
    low, high = effective_interval(part, variance / greatest**2, clusters, most=most)
    return low * greatest, high * greatest


def share_interval(hits: float, of: float, *, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share, of 95 % by default: inside 0..1, and honest where few were asked.

    Hits may be partial: scores between 0 and 1 vary no more than hits and misses do, so it is wide enough for them.
    Where only `FEW` hit, or missed, Wilson's own ends hold shares that are nearly 0 or 1 in five of six cases only, so
    an end is read off Poisson's distribution (the modification of Brown, Cai and DasGupta 2001, section 4.1.1).
    """
    if of <= 0 or not 0 <= hits <= of:
        raise ShapeMismatch("A share is of one or more, and not more than all of them.", hits=hits, of=of)
    share, room = hits / of, z**2 / of
    middle = (share + room / 2.0) / (1.0 + room)
    half = z / (1.0 + room) * math.sqrt(share * (1.0 - share) / of + room / (4.0 * of))
    outside = math.erfc(z / math.sqrt(2.0))
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    if hits <= FEW:
        low = min(low, _rarest(hits, outside) / of)
    if of - hits <= FEW:
        high = max(high, 1.0 - _rarest(of - hits, outside) / of)
    return low, high


def _rarest(events: float, chance: float) -> float:
    """The mean number of rare events of which so many, or more, are seen with that chance."""
    low, high = 0.0, events
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        low, high = (middle, high) if _at_least(events, middle) < chance else (low, middle)
    return low


def _at_least(events: float, mean: float) -> float:
    """How likely so many events are, or more, where so many are usual: the incomplete gamma function, by its series."""
    if mean <= 0.0:
        return float(events <= 0.0)
    term, total, beyond = math.exp(events * math.log(mean) - mean - math.lgamma(events + 1.0)), 0.0, events
    while term > 1e-12:
        total, beyond = total + term, beyond + 1.0
        term *= mean / beyond
    return total


def student(freedom: int) -> float:
    """How many standard deviations to each side hold 95 % of Student's t (Cornish and Fisher's expansion).

    Within a hundredth from four degrees of freedom on; a cluster alone has none.
    """
    if freedom < 1:
        raise ShapeMismatch("A spread is known from two clusters or more.", freedom=freedom)
    terms = (
        (Z**3 + Z) / 4.0,
        (5.0 * Z**5 + 16.0 * Z**3 + 3.0 * Z) / 96.0,
        (3.0 * Z**7 + 19.0 * Z**5 + 17.0 * Z**3 - 15.0 * Z) / 384.0,
    )
    return Z + terms[0] / freedom + terms[1] / freedom**2 + terms[2] / freedom**3


def _jackknifed(values_M: Floats, clusters_M: ArrayLike) -> tuple[float, float, int]:
    """(mean, its variance, clusters); no variance from one cluster."""
    cluster_M, _ = group_codes(clusters_M, "clusters_M")
    same_length(values_M=values_M, clusters_M=cluster_M)
    size_G = np.bincount(cluster_M).astype(np.float64)
    mean, clusters = float(values_M.mean()), len(size_G)
    if clusters < 2:
        return mean, 0.0, clusters
    # From distances to the mean: of values that never differ the variance is nought, not what rounding leaves.
    apart_G = np.bincount(cluster_M, weights=values_M - mean)
    without_G = -apart_G / (size_G.sum() - size_G)
    variance = (clusters - 1) / clusters * float(np.square(without_G - without_G.mean()).sum())
    return mean, variance, clusters
