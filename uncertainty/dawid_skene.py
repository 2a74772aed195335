"""Answers in classes, by people with habits: truth and habits are found together (Dawid and Skene 1979).

P(k says l | truth t) is annotator k's confusion; the one-coin variant has one number for each person, the chance to be
right, and errors fall anywhere, or where the whole crowd's errors fall: marks that lie side by side are mistaken for
each other, and two who err alike would look right. Expectation maximisation from the vote shares: every step raises the
posterior, and it is at rest once no item's classes move by more than `REST`. Items of one card that somebody is right
about together say less than so many alone: intervals are as much wider as they vary together. No randomness. Axis
letters as in `annotators`.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.agreement import couples
from uncertainty.annotators import (
    Heard,
    Reliability,
    Residuals,
    drawn_together,
    label_weights,
    more_than_alone,
    spread_of,
    vote_shares,
)
from uncertainty.arrays import AnyArray, Floats, Ints, blocks, group_codes
from uncertainty.errors import ShapeMismatch, Unsettled
from uncertainty.intervals import Z
from uncertainty.logistic import sigmoid

REST = 1e-6
STEPS = 5_000
# What is taken to be known of anybody: so many answers, two of three right. A few dozen real ones outweigh it.
RIGHT, WRONG = 2.0, 1.0
ANYWHERE = 5.0  # and of a class, beforehand: that so many of the crowd's errors fell on the others alike
TINY = np.finfo(np.float64).tiny  # never happened so far is unlikely without end, but still to be compared


@dataclasses.dataclass(frozen=True, eq=False)
class DawidSkene:
    """Soft labels, the confusions behind them, and how often each person is right."""

    items_N: AnyArray
    classes_C: AnyArray
    posterior_N_C: Floats
    prior_C: Floats
    confusion_A_C_C: Floats  # truth by said; rows sum to 1
    reliability: Reliability
    residuals: Residuals
    steps: int


def dawid_skene(
    classes_L: ArrayLike,
    items_L: ArrayLike,
    annotators_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
    one_coin: bool = False,
    errors_alike: bool = True,
    smoothing: float = 1.0,
) -> DawidSkene:
    """The truths and habits that explain the answers best; `smoothing` scales what is known beforehand, 0 is nothing.

    Items one person answered teach nothing of skill, but are answered from it. `cards_L` says which items were asked
    about together (steps of one solution): each is a card of its own where it is left out. With one coin, errors fall
    on all other classes alike unless `errors_alike` is off; then where they fall is learnt from everybody's answers.
    """
    said_L, classes_C = group_codes(classes_L, "classes_L")
    heard = Heard.of(items_L, annotators_L, cards_L=cards_L, classes_L=said_L).overlapping()
    if len(classes_C) < 2 or not 0.0 <= smoothing < np.inf:
        raise ShapeMismatch(
            "Two classes or more, and a smoothing of 0 or more.", classes=len(classes_C), smoothing=smoothing
        )
    problem = _Problem(heard, said_L, len(classes_C), one_coin, errors_alike, smoothing)
    posterior_N_C = vote_shares(said_L, heard.item_L).shares_N_C
    for step in range(1, STEPS + 1):
        prior_C, confusion = problem.habits(posterior_N_C)
        then_N_C = problem.truths(prior_C, confusion)
        moved, posterior_N_C = float(np.abs(then_N_C - posterior_N_C).max()), then_N_C
        if moved < REST:
            people = problem.reliability(np.einsum("t,att->a", prior_C, confusion), posterior_N_C)
            beyond = problem.residuals(confusion, posterior_N_C)
            return DawidSkene(heard.items_N, classes_C, posterior_N_C, prior_C, confusion, people, beyond, step)
    raise Unsettled("Dawid and Skene's model did not come to rest.", steps=STEPS)


@dataclasses.dataclass(frozen=True, eq=False)
class _Problem:
    heard: Heard
    said_L: Ints
    classes: int
    one_coin: bool
    errors_alike: bool
    smoothing: float

    @cached_property
    def items_A(self) -> Ints:
        """How many items each answered; of cards, that are fewer, `heard.answers_A` knows."""
        return np.bincount(self.heard.annotator_L, minlength=len(self.heard.annotators_A))

    def habits(self, posterior_N_C: Floats) -> tuple[Floats, Floats]:
        """How frequent the classes are, and each person's confusion, given how likely each truth is."""
        people, classes = len(self.heard.annotators_A), self.classes
        cell_L = self.heard.annotator_L * classes + self.said_L
        counts = np.stack(
            [
                np.bincount(cell_L, weights=posterior_C_N[self.heard.item_L], minlength=people * classes)
                for posterior_C_N in posterior_N_C.T
            ]
        )
        confusion: Floats = counts.reshape(classes, people, classes).transpose(1, 0, 2).astype(np.float64)
        if self.one_coin:
            right_A = np.einsum("att->a", confusion)
            share_A = (right_A + self.smoothing * RIGHT) / np.maximum(
                self.items_A + self.smoothing * (RIGHT + WRONG), TINY
            )
            wrong = (1.0 - share_A)[:, None, None] * self._errors(confusion.sum(axis=0))
            confusion = share_A[:, None, None] * np.eye(classes) + wrong
        else:
            beforehand = (WRONG / (classes - 1) * (1.0 - np.eye(classes)) + RIGHT * np.eye(classes)) / classes
            confusion = confusion + self.smoothing * beforehand
            rows = confusion.sum(axis=2, keepdims=True)
            # A class nobody could have met says nothing of the person: any answer is as likely.
            confusion = np.where(rows > 0.0, confusion / np.where(rows > 0.0, rows, 1.0), 1.0 / classes)
        prior_C = posterior_N_C.sum(axis=0) + self.smoothing
        return prior_C / prior_C.sum(), confusion

    def _errors(self, count_C_C: Floats) -> Floats:
        """Where errors fall, truth by said: rows sum to 1, nothing on what is right."""
        elsewhere = 1.0 - np.eye(self.classes)
        if self.errors_alike:
            return np.asarray(elsewhere / (self.classes - 1))
        fell = (count_C_C + max(self.smoothing * ANYWHERE, TINY) / (self.classes - 1)) * elsewhere
        return np.asarray(fell / fell.sum(axis=1, keepdims=True))

    def truths(self, prior_C: Floats, confusion: Floats) -> Floats:
        """How likely each class is for each item, given everybody's habits."""
        log_A_C_C = np.log(np.maximum(confusion, TINY))
        log_N_C = np.stack(
            [
                np.bincount(self.heard.item_L, weights=log_A_C_C[self.heard.annotator_L, truth, self.said_L])
                for truth in range(self.classes)
            ],
            axis=1,
        ) + np.log(np.maximum(prior_C, TINY))
        likely = np.exp(log_N_C - log_N_C.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    def residuals(self, confusion: Floats, posterior_N_C: Floats) -> Residuals:
        """What the answers say beyond these habits."""
        item_L, who_L, said_L = self.heard.item_L, self.heard.annotator_L, self.said_L
        likely_L_C = confusion[who_L, :, said_L]  # of what was said, by the truth
        score_L = posterior_N_C[item_L, said_L] - np.einsum("lc,lcc->l", posterior_N_C[item_L], confusion[who_L])
        one_P, other_P = couples(item_L)
        expected_P = np.empty(len(one_P))
        for block in blocks(len(one_P)):
            one, other = one_P[block], other_P[block]
            others = posterior_N_C[item_L[one]] / np.maximum(likely_L_C[one] * likely_L_C[other], TINY)
            equal = (confusion[who_L[one]] * confusion[who_L[other]]).sum(axis=2)
            expected_P[block] = (others * equal).sum(axis=1) / others.sum(axis=1)
        agreed_P = said_L[one_P] == said_L[other_P]
        return Residuals(self.heard, score_L, one_P, other_P, agreed_P, expected_P)

    def reliability(self, right_A: Floats, posterior_N_C: Floats) -> Reliability:
        """Intervals on the scale of log odds, wider where the truths that people are judged by are in doubt."""
        people, annotator_L = len(right_A), self.heard.annotator_L
        known_A = right_A * (1.0 - right_A)
        said_right_L = posterior_N_C[self.heard.item_L, self.said_L]
        in_doubt_A = np.bincount(annotator_L, weights=said_right_L * (1.0 - said_right_L), minlength=people)
        hidden = np.diag(np.asarray(in_doubt_A, dtype=np.float64))
        left_P, right_P = couples(self.heard.item_L)
        both_P = np.where(self.said_L[left_P] == self.said_L[right_P], said_right_L[left_P], 0.0)
        shared_P = both_P - said_right_L[left_P] * said_right_L[right_P]
        for one_P, other_P in ((left_P, right_P), (right_P, left_P)):
            np.add.at(hidden, (annotator_L[one_P], annotator_L[other_P]), shared_P)
        beforehand = self.smoothing * (RIGHT + WRONG)
        prior_A = np.maximum(beforehand * known_A, 1e-3)
        complete = np.diag(np.asarray(self.items_A * known_A, dtype=np.float64))
        surprise_L = said_right_L - right_A[annotator_L]
        wider = more_than_alone(self.heard.said_L, surprise_L[:, None])[0]
        spread_A = np.sqrt(wider * spread_of(complete, hidden, prior_A).diagonal())
        inside_A = np.clip(right_A, 1e-9, 1.0 - 1e-9)
        log_odds_A = np.log(inside_A) - np.log1p(-inside_A)
        low_A, high_A = sigmoid(log_odds_A - Z * spread_A), sigmoid(log_odds_A + Z * spread_A)
        guessed_A = drawn_together(inside_A, (high_A - low_A) / (2.0 * Z))
        weight_A = label_weights(guessed_A, self.heard.answers_A, chance=1.0 / self.classes)
        return Reliability(self.heard.annotators_A, self.heard.answers_A, right_A, low_A, high_A, weight_A)
