"""What a manager should ask somebody about, because their answers say so and luck hardly does.

Nothing follows from a notice but a conversation: whoever is not heard out may be right where everybody else errs, two
who agree may share a trade, and a change may be the texts'. Each kind of notice names anybody in error with a chance of
`ALPHA` at most, however many people are looked at and however often (changes: looked at a few times).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.annotators import Reliability, Residuals
from uncertainty.arrays import Floats, Ints
from uncertainty.evidence import ALPHA, above_half, changes, copies, enough, off_half, wider
from uncertainty.intervals import Z
from uncertainty.logistic import sigmoid

KINDS = ["below_chance", "near_chance", "fell", "alike", "leans_left", "leans_right", "hurries"]
LOOKS = 5  # a change is looked for again as answers come; its test is for one look, so it is asked for so much more
LEAST = 30  # answers before anybody's reliability is spoken of


@dataclasses.dataclass(frozen=True)
class Notice:
    """`kind` names the sentence; of so many answers, a share was seen where another was to be expected."""

    kind: str  # one of KINDS
    annotator: int
    answers: int
    seen: float
    expected: float
    other: int | None = None


def of_skill(found: Reliability, beyond: Residuals, *, chance: float) -> list[Notice]:
    """Who is surely below chance, or surely less than half as far above it as people usually are; who fell off; who
    agrees with somebody far more often than their skill explains."""
    return [*_unreliable(found, chance), *_fallen(found, beyond), *_alike(found, beyond)]


def of_sides(annotators: ArrayLike, left_A: ArrayLike, of_A: ArrayLike) -> list[Notice]:
    """Whose choices follow the side: it is drawn by lot at each showing, so taste alone is left as often as right."""
    left, of = np.asarray(left_A, dtype=np.float64), np.asarray(of_A, dtype=np.float64)
    named = np.flatnonzero(off_half(left, of) >= enough(len(of)))
    return [
        Notice("leans_left" if left[a] > of[a] / 2.0 else "leans_right", _id(annotators, a), int(of[a]),
               float(left[a] / of[a]), 0.5)
        for a in named
    ]  # fmt: skip


def of_haste(annotators: ArrayLike, hasty_A: ArrayLike, of_A: ArrayLike) -> list[Notice]:
    """Who takes a fraction of the time others took for the same cards, for more than half of them."""
    hasty, of = np.asarray(hasty_A, dtype=np.float64), np.asarray(of_A, dtype=np.float64)
    named = np.flatnonzero(above_half(hasty, of) >= enough(len(of)))
    return [Notice("hurries", _id(annotators, a), int(of[a]), float(hasty[a] / of[a]), 0.5) for a in named]


def _unreliable(found: Reliability, chance: float) -> list[Notice]:
    judged = np.flatnonzero(found.answers_A >= LEAST)
    if not len(judged):
        return []
    usual = float(np.median(found.right_A[judged]))
    out = []
    for a, highest in zip(judged, _highest(found, judged), strict=True):
        at = (_id(found.annotators_A, a), int(found.answers_A[a]), float(found.right_A[a]))
        if highest < chance:
            out.append(Notice("below_chance", *at, chance))
        elif highest < chance + (usual - chance) / 2.0:
            out.append(Notice("near_chance", *at, usual))
    return out


def _highest(found: Reliability, judged: Ints) -> Floats:
    """How often each of these might be right at most, said of all of them and at all times."""
    inside = (np.clip(each[judged], 1e-9, 1.0 - 1e-9) for each in (found.low_A, found.right_A, found.high_A))
    low, right, high = (np.log(each) - np.log1p(-each) for each in inside)
    return sigmoid(right + wider(found.answers_A[judged], len(judged)) * (high - low) / (2.0 * Z))


def _fallen(found: Reliability, beyond: Residuals) -> list[Notice]:
    p_A, after_A = changes(beyond)
    looked_at = int((found.answers_A >= LEAST).sum())
    named = np.flatnonzero((found.answers_A >= LEAST) & (p_A * looked_at * LOOKS <= ALPHA) & (after_A > 0))
    return [
        Notice(
            "fell", _id(found.annotators_A, a), int(found.answers_A[a]), float(after_A[a]), float(found.answers_A[a])
        )
        for a in named
    ]


def _alike(found: Reliability, beyond: Residuals) -> list[Notice]:
    alike = copies(beyond)
    if not len(alike.cards_K):
        return []
    out = []
    for k in np.flatnonzero(alike.evidence_K >= enough(len(alike.cards_K))):
        of = int(alike.cards_K[k])
        told = (of, float(alike.agreed_K[k]) / of, float(alike.expected_K[k]) / of)
        one, other = (_id(found.annotators_A, each[k]) for each in (alike.one_K, alike.other_K))
        out += [Notice("alike", one, *told, other), Notice("alike", other, *told, one)]
    return out


def _id(annotators: ArrayLike, at: int | np.integer) -> int:
    return int(np.asarray(annotators)[at])
