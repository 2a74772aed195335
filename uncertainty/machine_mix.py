"""What a trainer is fed when a machine labelled many pairs and people answered a few: labels, weights and the curve.

A belief that starts from the machine's labels and is corrected by people's answers, trusting the machine only as far
as those answers suggest, judges every label of the machine. (A model trained on the machine's labels alone has taken
over its taste and finds the tasteful errors natural; one that heard only a few people knows too little to judge.) Its
margins make the reward-distribution curve; what lies above the knee, less a back-off, is kept and counts by the square
of how sure the belief is of it, the rest is dropped, people's answers are amplified, and pairs that people answered are
theirs alone. The flip zone is turned round only after an audit.

Measured with the product's trainer on two public collections (6 seeds, new prompts, a structured judge right in three
of four; share of the gap between the machine alone and everybody asked that is closed at 2, 5 and 10 % of answers):

                                      open-ended chat        school maths
    this                              .77   .84   .77        .05   .35   .40
    people's answers alone            .35   .54   .74       -.32  -.15   .28
    instead of the machine's labels  -.02   .04   .18        .01   .06   .08   (8 other seeds; no controls)

Over people alone that is 2.5, 1.8 and .2 points of accuracy on chat and 3.3, 4.5 and 1.2 on maths; with six seeds only
the 4.5 is beyond chance by itself (95 %), and at 2 % on maths the probabilities are too bold.
Keeping only the labels most agreed with, each counted alike (RLTHF's own cut, back-off .6), did as well there (within
.7 points), but lost to people alone in small made-up worlds: what truth and taste share teaches the taste along.
A belief of people's answers alone as the judge was worse on both, and so was annealing down to equal weights.

No text, no torch: differences of features in, arrays out.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty import gauss
from uncertainty.arrays import Bools, Floats, Ints, finite, same_length
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.laplace import BayesianHead, leave_one_out
from uncertainty.learner import learn, learn_machine
from uncertainty.pairs import overlap_weights
from uncertainty.rlthf import (
    Annealing,
    Curve,
    Zone,
    agreed_flips,
    agreement,
    flips_may_be_automatic,
    reward_curve,
    sanitise,
)

AMPLIFY = (8.0, 4.0)  # a person's answer beside a label the belief is sure of, from the first round to the last
BACK_OFF = (0.3, 0.0)  # of what lies above the knee
DRAWS = 64  # of the belief, each asked for itself whether a flip is right
AUDITS = 50  # flips people must have looked at before any is made unseen
AUDIT_SHARE = 0.1  # of the questions go to the flip zone until then


@dataclasses.dataclass(frozen=True, eq=False)
class Answers:
    """What people said about A pairs: differences of features, outcomes (1 first, 0 second, 0.5 tie), prompts.

    `pair_A` is the row of the machine's pairs an answer is about, or -1.
    """

    deltas_A_D: Floats
    outcome_A: Floats
    prompt_A: Ints
    pair_A: Ints

    def __len__(self) -> int:
        return len(self.outcome_A)


@dataclasses.dataclass(frozen=True, eq=False)
class Mix:
    """For each of M machine labels: the label to train on and how much it counts; and why."""

    label_M: Floats
    weight_M: Floats
    zone_M: Ints
    flipped_M: Bools
    curve: Curve
    amplify: float  # how much a person's answer counts
    back_off: float
    audited: int
    right: int


def mix(
    deltas_M_D: ArrayLike,
    machine_M: ArrayLike,
    prompt_M: ArrayLike,
    answers: Answers,
    *,
    round_number: int,
    rounds: int,
) -> Mix:
    """Judge the machine's labels by what people said so far; without an answer, by how well they hold together."""
    deltas, labels = finite(deltas_M_D, "deltas_M_D", ndim=2), finite(machine_M, "machine_M", ndim=1)
    prompts = np.asarray(prompt_M)
    same_length(deltas_M_D=deltas, machine_M=labels, prompt_M=prompts)
    if len(answers) and not -1 <= answers.pair_A.min() <= answers.pair_A.max() < len(labels):
        raise ShapeMismatch("An answer is about a machine's pair, or -1.", what="pair_A", pairs=len(labels))
    belief = learn_machine(deltas, labels, prompts)
    if len(answers):
        never = np.zeros(len(answers), dtype=np.bool_)  # no temperature is fitted: only signs and ranks are used
        belief = learn(answers.deltas_A_D, answers.outcome_A, answers.prompt_A, never, prior=belief).head
    margin_M, var_M = belief.margins(deltas)
    agreement_M = agreement(margin_M, labels)
    curve = reward_curve(agreement_M)
    audited, right = _audit(belief, curve, labels, answers)
    amplify, back_off = Annealing(rounds, AMPLIFY, BACK_OFF).at(round_number)
    if not len(answers):
        back_off = 0.0  # nobody said yet which taste is the wrong one: a narrow choice would be the machine's own
    flipped = np.zeros(len(labels), dtype=np.bool_)
    if flips_may_be_automatic(audited, right, at_least=AUDITS):
        flipped = agreed_flips(belief.draw(deltas, DRAWS, np.random.default_rng(0)), labels, curve)
    # Whatever the curve's shape: a label the belief contradicts is never learnt as it is.
    kept = (sanitise(agreement_M, curve, back_off) & (agreement_M > 0.0)) | flipped
    sure_M = np.abs(2.0 * gauss.probability(margin_M, var_M) - 1.0)
    answered = np.zeros(len(labels), dtype=np.bool_)
    answered[answers.pair_A[answers.pair_A >= 0]] = True
    return Mix(
        label_M=np.where(flipped, 1.0 - labels, labels),
        weight_M=np.where(kept & ~answered, sure_M**2, 0.0),
        zone_M=curve.zones(agreement_M),
        flipped_M=flipped & ~answered,
        curve=curve,
        amplify=amplify,
        back_off=back_off,
        audited=audited,
        right=right,
    )


def _audit(belief: BayesianHead, curve: Curve, machine_M: Floats, answers: Answers) -> tuple[int, int]:
    """(pairs of the flip zone that people answered, how many of those they answered against the machine).

    Each pair is judged by what the answers about others taught: with its own, every corrected label would lie in the
    flip zone. Answers of several people about one pair are one witness; if they cancel out they audit nothing.
    """
    told = answers.pair_A >= 0
    if not told.any():
        return 0, 0
    pairs, first, row = np.unique(answers.pair_A[told], return_index=True, return_inverse=True)
    weight_P = np.bincount(row, weights=overlap_weights(answers.prompt_A)[told])
    outcome_P = np.bincount(row, weights=answers.outcome_A[told]) / np.bincount(row)
    margin_P, _ = leave_one_out(belief, answers.deltas_A_D[told][first], outcome_P, weights_M=weight_P)
    suspected = curve.zones(agreement(margin_P, machine_M[pairs])) == Zone.FLIP
    audited = suspected & (outcome_P != 0.5)
    return int(audited.sum()), int(((outcome_P > 0.5) != (machine_M[pairs] == 1.0))[audited].sum())


def flip_zone(margins_M: ArrayLike, machine_M: ArrayLike) -> Bools:
    """Pairs whose machine label is surely wrong by these margins; a pair without a label (NaN) is never among them."""
    margins, labels = finite(margins_M, "margins_M", ndim=1), np.asarray(machine_M, dtype=np.float64)
    same_length(margins_M=margins, machine_M=labels)
    told = ~np.isnan(labels)
    zone_M = np.zeros(len(margins), dtype=np.bool_)
    if told.any():
        agreement_M = agreement(margins[told], labels[told])
        zone_M[told] = reward_curve(agreement_M).zones(agreement_M) == Zone.FLIP
    return zone_M


def with_audits(
    order: ArrayLike, flip_M: ArrayLike, *, audited: int, rng: np.random.Generator, share: float = AUDIT_SHARE
) -> Ints:
    """The order of asking with a random pair of the flip zone in every tenth place, until enough of them were audited.

    As long as the order given; what the audits push out is its end. Pairs already ahead of their place are not moved.
    """
    rows, flips = np.asarray(order, dtype=np.int64), np.flatnonzero(np.asarray(flip_M, dtype=np.bool_))
    if not 0.0 < share <= 1.0:
        raise ShapeMismatch("The share of audits lies above 0, at most 1.", share=share)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(np.asarray(flip_M))):
        raise EmptyPool("The order names pairs that are not in the pool.", what="order")
    wanted = min(AUDITS - audited, len(flips), int(np.ceil(share * len(rows))))
    if wanted <= 0:
        return rows
    audits = rng.permutation(flips)[:wanted]
    rest = rows[~np.isin(rows, audits)]
    places = (np.arange(wanted) / share).astype(np.int64)
    return np.insert(rest, np.minimum(places - np.arange(wanted), len(rest)), audits)[: len(rows)]
