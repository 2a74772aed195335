"""Starting from labels a machine gave: which to believe, which to ask a person about, which are surely the wrong way.

A reward model is trained on the machine's labels; every pair's *agreement* is its margin in the direction of its label.
Sorted downwards, agreements make the reward-distribution curve: a steep head (the model has learnt what these labels
say), a long middle, a steep tail (labels that contradict the rest). The *elbow* ends the head, the *knee* begins the
tail, and the *reflection* is the mirror image of the elbow: a label as wrong as the elbow's is right.

    agreement >= knee: keep     reflection <= agreement < knee: ask     agreement < reflection: flip

Plain arrays in and out; labels are 1 for the first completion, 0 for the second. Flips become automatic only after an
audit by people (`flips_may_be_automatic`). After Xu et al., 2025 (RLTHF), whose unit of back-off is not published: here
it is a share of the pairs above the knee.
"""

from __future__ import annotations

import dataclasses
import enum
import math

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Bools, Floats, Ints, finite, same_length
from uncertainty.errors import ShapeMismatch

GRID = 401  # quantiles the curve is read at: smooths ties and steps of small samples
TRIM = 0.005  # of each end: a single absurd margin must not move the chord
FENCE = 3.0  # interquartile ranges beyond the quartiles at which agreements count as no further out: same reason


class Zone(enum.IntEnum):
    """What to do with a machine's label."""

    KEEP = 0
    ASK = 1
    FLIP = 2


@dataclasses.dataclass(frozen=True, eq=False)
class Curve:
    """The reward-distribution curve and its three levels; `share_Q` and `agreement_Q` are ready to plot."""

    share_Q: Floats
    agreement_Q: Floats
    elbow: float
    knee: float
    reflection: float  # minus infinity when the elbow is not above 0: then no label is surely wrong

    def zones(self, agreement_M: ArrayLike) -> Ints:
        """The `Zone` of every pair."""
        agreement = finite(agreement_M, "agreement_M", ndim=1)
        zone_M = np.where(agreement >= self.knee, Zone.KEEP, Zone.ASK)
        return np.where(agreement < self.reflection, Zone.FLIP, zone_M).astype(np.int64)


def agreement(margins_M: ArrayLike, labels_M: ArrayLike) -> Floats:
    """The margin in the direction of the label: negative where the model contradicts it."""
    margins, labels = finite(margins_M, "margins_M", ndim=1), finite(labels_M, "labels_M", ndim=1)
    same_length(margins_M=margins, labels_M=labels)
    if not np.isin(labels, (0.0, 1.0)).all():
        raise ShapeMismatch("A machine's label is 1 (first) or 0 (second); leave ties out.", what="labels_M")
    return np.asarray((2.0 * labels - 1.0) * margins)


def reward_curve(agreement_M: ArrayLike) -> Curve:
    """Find elbow and knee: the points of the upper and lower half that bend furthest from the straight line.

    The curve is read at fixed quantiles, a half per cent is trimmed from both ends, what lies far outside the middle
    half is pulled to a fence, and each half is compared with the chord between its ends; so the levels scale with the
    margins, do not depend on the order of pairs, and are hardly moved by a few wild ones, however wild or few. All
    equal agreements have no shape: elbow and knee are that value and everything is kept.
    """
    values = finite(agreement_M, "agreement_M", ndim=1)
    unit = 2.0 ** (
        float(np.frexp(np.abs(values).max())[1]) - 1.0
    )  # exact to divide by; sums of huge margins stay finite
    share_Q = np.linspace(TRIM, 1.0 - TRIM, GRID)
    agreement_Q = np.quantile(values / unit, 1.0 - share_Q)
    bounded_Q = _fenced(agreement_Q)
    half = GRID // 2 + 1
    elbow = float(bounded_Q[np.argmax(_below_chord(bounded_Q[:half]))]) * unit
    knee = float(bounded_Q[half - 1 :][np.argmax(-_below_chord(bounded_Q[half - 1 :]))]) * unit
    reflection = -elbow if elbow > 0 else -math.inf
    return Curve(share_Q, agreement_Q * unit, elbow, max(knee, reflection), reflection)


def _fenced(values_Q: Floats) -> Floats:
    """The curve with its far ends pulled in; as it is where the middle half is all one value and gives no measure."""
    low, high = values_Q[(3 * len(values_Q)) // 4], values_Q[len(values_Q) // 4]
    if high <= low:
        return values_Q
    return np.asarray(np.clip(values_Q, low - FENCE * (high - low), high + FENCE * (high - low)))


def _below_chord(values_Q: Floats) -> Floats:
    """How far each point lies under the line from the first to the last."""
    return np.asarray(np.linspace(values_Q[0], values_Q[-1], len(values_Q)) - values_Q)


def sanitise(agreement_M: ArrayLike, curve: Curve, back_off: float) -> Bools:
    """The machine labels to train on: those above the knee, less the `back_off` share of them that is nearest to it."""
    values = finite(agreement_M, "agreement_M", ndim=1)
    if not 0.0 <= back_off < 1.0:
        raise ShapeMismatch("The back-off is a share of what lies above the knee: 0 up to, not including, 1.")
    kept = values >= curve.knee
    if back_off == 0.0 or not kept.any():
        return np.asarray(kept)
    return np.asarray(kept & (values >= np.quantile(values[kept], back_off)))


def training_weights(by_person_M: ArrayLike, machine_kept_M: ArrayLike, amplify: float) -> Floats:
    """How often each label counts: a person's `amplify` times, a kept machine label once, a dropped one never."""
    person, kept = np.asarray(by_person_M, dtype=np.bool_), np.asarray(machine_kept_M, dtype=np.bool_)
    same_length(by_person_M=person, machine_kept_M=kept)
    if not 0.0 < amplify < math.inf:
        raise ShapeMismatch("Amplification must be positive.", amplify=amplify)
    return np.where(person, amplify, kept.astype(np.float64))


@dataclasses.dataclass(frozen=True)
class Annealing:
    """Trust people loudly and machines narrowly at first, everybody alike at last: both fall in a straight line."""

    rounds: int
    amplify: tuple[float, float] = (8.0, 1.0)
    back_off: tuple[float, float] = (0.6, 0.0)

    def at(self, round_number: int) -> tuple[float, float]:
        """(amplify, back-off) of round 1, 2, ...; rounds after the last are like the last."""
        if round_number < 1 or self.rounds < 1:
            raise ShapeMismatch("Rounds are counted from 1.", round_number=round_number, rounds=self.rounds)
        done = min((round_number - 1) / max(self.rounds - 1, 1), 1.0)
        (loud, quiet), (narrow, wide) = self.amplify, self.back_off
        return loud + done * (quiet - loud), narrow + done * (wide - narrow)


def agreed_flips(margins_S_M: ArrayLike, labels_M: ArrayLike, curve: Curve, share: float = 0.9) -> Bools:
    """Labels in the flip zone that at least `share` of the draws, each for itself, also contradict."""
    margins = finite(margins_S_M, "margins_S_M", ndim=2)
    in_zone = curve.zones(agreement(margins.mean(axis=0), labels_M)) == Zone.FLIP
    sides = 2.0 * np.asarray(labels_M, dtype=np.float64) - 1.0
    return np.asarray(in_zone & ((sides * margins < 0).mean(axis=0) >= share))


def flips_may_be_automatic(audited: int, right: int, *, at_least: int = 50, share: float = 0.8) -> bool:
    """A machine's label is turned round unseen only when people looked at enough such flips and found them right."""
    if not 0 <= right <= audited:
        raise ShapeMismatch("Between none and all of the audited flips were right.", audited=audited, right=right)
    return audited >= at_least and right >= share * audited
