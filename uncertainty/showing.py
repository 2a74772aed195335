"""The group form of every rule: which groups to put before people, and which two to four of a group's completions.

A rule values pairs, or names them in order. A group is worth its best pairs (`group_value`); what is shown of it begins
with the pair the rule likes best, and a third and fourth completion are those whose place in the order would tell most
beside it (`completions_to_show`). The draws may be an ensemble's or a Bayesian head's (`BayesianHead.draw`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Floats, Ints, at_least_one, finite, group_codes, indices, same_length
from uncertainty.errors import ShapeMismatch
from uncertainty.ordering import best_first

CURVATURE = 0.25  # of a logistic answer at one half: the most one comparison can tell


def group_value(values_M: ArrayLike, groups_M: ArrayLike, *, per_group: int = 1) -> tuple[AnyArray, Floats]:
    """(ids, values): each group, in the order of its id, is worth its best `per_group` pairs together.

    Above one pair per group this is meant for amounts, of which more is more; `acquisition.margin` is not one.
    """
    at_least_one(per_group=per_group)
    values, (code_M, id_G) = finite(values_M, "values_M", ndim=1), group_codes(groups_M, "groups_M")
    same_length(values_M=values, groups_M=code_M)
    best = best_first(values, np.zeros(len(values)), code_M, np.full(len(id_G), per_group), len(values))
    return id_G, np.asarray(np.bincount(code_M[best], weights=values[best]), dtype=np.float64)


def completions_to_show(rewards_S_G: ArrayLike, k: int, *, first: ArrayLike | None = None) -> Ints:
    """Which k completions of one group to show, beginning with the pair `first` or with the two least known apart.

    What a ranking tells is measured by log det(I + cov / 4) of the draws' contrasts among those shown, so a near-twin
    of a completion already chosen adds nothing. Each further completion is the one that adds most. A group of k or
    fewer is shown whole. When all draws say the same of all there is nothing to tell apart: the first k are shown.
    """
    rewards = finite(rewards_S_G, "rewards_S_G", ndim=2)
    draws, count = rewards.shape
    if k < 2 or draws < 2:
        raise ShapeMismatch("A comparison shows two completions or more, and needs two draws.", k=k, draws=draws)
    begin = None if first is None else indices(first, "first", below=count).tolist()
    if begin is not None and (len(begin) != 2 or begin[0] == begin[1]):
        raise ShapeMismatch("What is shown begins with two different completions.", first=begin)
    if count <= k:
        return np.arange(count)
    cov_G_G = np.cov(rewards, rowvar=False, ddof=0)
    chosen: list[int] = begin or _least_known_apart(cov_G_G)
    while len(chosen) < k:
        left = [c for c in range(count) if c not in chosen]
        gains = [_told_by_ranking(cov_G_G[np.ix_([*chosen, c], [*chosen, c])]) for c in left]
        chosen.append(left[int(np.argmax(gains))])
    return np.array(chosen)


def _least_known_apart(cov_G_G: Floats) -> list[int]:
    var_G = cov_G_G.diagonal()
    apart_G_G = np.triu(var_G[:, None] + var_G - 2.0 * cov_G_G, k=1)
    i, j = np.unravel_index(int(apart_G_G.argmax()), apart_G_G.shape)
    return [int(i), int(j)] if i != j else [0, 1]


def _told_by_ranking(cov: Floats) -> float:
    """log det(I + cov / 4) over contrasts: the direction in which all move together is projected out."""
    t = len(cov)
    centre = np.eye(t) - 1.0 / t
    return float(np.linalg.slogdet(np.eye(t) + CURVATURE * centre @ cov @ centre)[1])
