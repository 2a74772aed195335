"""How much counts speak against chance, however often somebody looks at them while they grow.

An interval of 95 % that is looked at every day misses the truth, some day, far more often than once in twenty. An
e-value does not: it is what a bet against chance has become after these answers (a likelihood averaged over how far
the truth might lie from chance, over the likelihood under chance), and under chance a fair bet ever reaches 1000 with a
probability of 1 in 1000 at most (Ville 1939), whoever stops looking whenever. Among many people one is accused in
error with at most `alpha` where each must reach (people looked at) / alpha: Bonferroni's rule, which e-values need for
no more than that.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.annotators import Residuals
from uncertainty.arrays import Floats, Ints, finite, same_length
from uncertainty.errors import ShapeMismatch

ALPHA = 0.05
# Where the truth might lie if not at one half: mostly within 0.1 to 0.2 of it, as people's habits are.
OFF_T = (np.arange(50) + 0.5) / 100.0
LOG_WEIGHT_T = 11.0 * np.log1p(-((2.0 * OFF_T) ** 2))
LOG_WEIGHT_T -= np.log(np.exp(LOG_WEIGHT_T).sum())
COPIED_T = np.array([0.2, 0.4, 0.6, 0.8, 0.95])  # share of answers one person has from another
MEETINGS = 10  # cards answered by both before two people are compared


def enough(looked_at: int, *, alpha: float = ALPHA) -> float:
    """The log e-value at which somebody is named, where so many are looked at."""
    if looked_at < 1 or not 0.0 < alpha < 1.0:
        raise ShapeMismatch("One or more are looked at, and alpha is a chance.", looked_at=looked_at, alpha=alpha)
    return math.log(looked_at / alpha)


def above_half(hits_A: ArrayLike, of_A: ArrayLike) -> Floats:
    """The log e-value of counts against a chance of one half or less."""
    hits, of = finite(hits_A, "hits_A", ndim=1), finite(of_A, "of_A", ndim=1)
    same_length(hits_A=hits, of_A=of)
    if (hits < 0.0).any() or (hits > of).any():
        raise ShapeMismatch("Hits are part of the answers.", what="hits_A")
    log_A_T = hits[:, None] * np.log1p(2.0 * OFF_T) + (of - hits)[:, None] * np.log1p(-2.0 * OFF_T)
    return _log_mean(log_A_T + LOG_WEIGHT_T)


def off_half(hits_A: ArrayLike, of_A: ArrayLike) -> Floats:
    """The log e-value of counts against a chance of one half, on whichever side it is missed."""
    hits, of = finite(hits_A, "hits_A", ndim=1), finite(of_A, "of_A", ndim=1)
    return np.asarray(np.logaddexp(above_half(hits, of), above_half(of - hits, of)) - math.log(2.0))


def wider(answers_A: ArrayLike, looked_at: int, *, alpha: float = ALPHA, best_at: float = 200.0) -> Floats:
    """How many standard deviations an estimate's bound takes to hold for everybody looked at, at all times (A,).

    The mixture bound of a random walk, for estimates that are about normal; narrowest around `best_at` answers.
    """
    answers = finite(answers_A, "answers_A", ndim=1)
    if answers.min() <= 0.0 or best_at <= 0.0:
        raise ShapeMismatch("Everybody answered.", what="answers_A")
    # The mixture's own spread is largest gain near `best_at`: its precision is so many answers over 2 log(1 / alpha).
    precision = best_at / (2.0 * enough(looked_at, alpha=alpha))
    grown_A = answers / precision
    return np.sqrt((1.0 + 1.0 / grown_A) * (np.log1p(grown_A) + 2.0 * enough(looked_at, alpha=alpha)))


def changes(found: Residuals) -> tuple[Floats, Ints]:
    """Per person: how surely their reliability fell or rose (p-value), and after how many answers (negative: it rose).

    Answers come in the order they were given. What they say for their giver, added up, wanders like a bridge where
    habits stay the same; how far it gets follows Kolmogorov's law (a score test for a break at no known time). What was
    said of one card is one step, for it varies together.
    """
    people = len(found.heard.annotators_A)
    p_A, after_A = np.ones(people), np.zeros(people, dtype=np.int64)
    _, first = np.unique(found.heard.said_L, return_index=True)
    step = np.bincount(found.heard.said_L, found.score_L)
    order = np.lexsort((first, found.heard.annotator_L[first]))
    starts = np.searchsorted(found.heard.annotator_L[first[order]], np.arange(people + 1))
    for person in range(people):
        score = step[order[starts[person] : starts[person + 1]]]
        score = score - score.sum() / max(len(score), 1)
        spread = math.sqrt(float(score @ score))
        if spread > 0.0:
            path = np.cumsum(score)
            at = int(np.abs(path).argmax())
            far = abs(float(path[at])) / spread
            p_A[person] = min(2.0 * math.exp(-2.0 * far**2), 1.0)
            after_A[person] = (at + 1) * (1 if path[at] > 0.0 else -1)
    return p_A, after_A


@dataclasses.dataclass(frozen=True, eq=False)
class Alike:
    """K couples of people who met often: the log e-value of one copying the other, and what they agreed on."""

    one_K: Ints
    other_K: Ints
    evidence_K: Floats
    agreed_K: Floats
    expected_K: Floats  # as their skill has it
    cards_K: Ints


def copies(found: Residuals) -> Alike:
    """A bet on every two people who met often: some of what one says is the other's, beside each on their own.

    Bets on one card are placed side by side, a part of the stake on each, for a ranking's pairs agree together.
    """
    people, heard = len(found.heard.annotators_A), found.heard
    one_P, other_P = heard.annotator_L[found.one_P], heard.annotator_L[found.other_P]
    couple_P = np.minimum(one_P, other_P) * people + np.maximum(one_P, other_P)
    meeting_M, row_P, bets_M = np.unique(
        np.stack([couple_P, heard.card_L[found.one_P]]), axis=1, return_inverse=True, return_counts=True
    )
    couple_K, row_M, cards_K = np.unique(meeting_M[0], return_inverse=True, return_counts=True)
    row_P = row_P.reshape(-1)

    def of_couples(of_P: Floats, scale: Callable[[Floats], Floats] = np.asarray) -> Floats:
        return np.asarray(
            np.bincount(row_M, scale(np.bincount(row_P, of_P, len(bets_M)) / bets_M), len(couple_K)), dtype=np.float64
        )

    expected_P = np.clip(found.expected_P, 1e-6, 1.0 - 1e-6)
    won_T_P = [np.where(found.agreed_P, 1.0 + copied * (1.0 / expected_P - 1.0), 1.0 - copied) for copied in COPIED_T]
    log_K_T = np.stack([of_couples(won_P, np.log) for won_P in won_T_P], axis=1)
    evidence_K = _log_mean(log_K_T - math.log(len(COPIED_T))) if len(couple_K) else np.empty(0)
    met_K = cards_K >= MEETINGS
    one_K, other_K = np.divmod(couple_K, people)
    return Alike(
        one_K[met_K], other_K[met_K], evidence_K[met_K], of_couples(found.agreed_P.astype(float))[met_K],
        of_couples(expected_P)[met_K], cards_K[met_K].astype(np.int64),
    )  # fmt: skip


def _log_mean(log_A_T: Floats) -> Floats:
    top_A_1 = log_A_T.max(axis=1, keepdims=True)
    return np.asarray(top_A_1[:, 0] + np.log(np.exp(log_A_T - top_A_1).sum(axis=1)))
