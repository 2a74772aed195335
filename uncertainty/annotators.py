"""Who answers how well: what every model of annotators starts from, and what it hands over.

Axis letters here: L answers, one row each; N items, A annotators, C classes. Disagreement is kept: `vote_shares` is
what people said about each item, a model's posterior is what that says of the truth, and the majority is only the
larger share. A weight is how much of a person's answer is signal: (reliability - chance) / (1 - chance), never below 0,
scaled so that the average answer counts once. Whoever is worse than chance is not heard the other way round: that is a
misunderstanding for a person to clear up, not for a formula.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.agreement import once_each
from uncertainty.arrays import AnyArray, Bools, Floats, Ints, finite, group_codes, same_length, shares
from uncertainty.errors import EmptyPool, ShapeMismatch


@dataclasses.dataclass(frozen=True, eq=False)
class Reliability:
    """How often each annotator would be right, with 95 % intervals, from so many answers; and what theirs weigh."""

    annotators_A: AnyArray
    answers_A: Ints
    right_A: Floats
    low_A: Floats
    high_A: Floats
    weight_A: Floats


@dataclasses.dataclass(frozen=True, eq=False)
class Votes:
    """What was said of each item: the share of each class, and the largest; -1 where two share the first place."""

    items_N: AnyArray
    classes_C: AnyArray
    shares_N_C: Floats
    majority_N: Ints


@dataclasses.dataclass(frozen=True, eq=False)
class Heard:
    """Answers by item and annotator, as row numbers of their ids; items of one card are asked about together."""

    item_L: Ints
    annotator_L: Ints
    card_L: Ints
    items_N: AnyArray
    annotators_A: AnyArray

    @classmethod
    def of(
        cls, items_L: ArrayLike, annotators_L: ArrayLike, *, cards_L: ArrayLike | None = None, **answers: AnyArray
    ) -> Heard:
        """Each item is a card of its own where cards are left out."""
        item_L, items_N = group_codes(items_L, "items_L")
        annotator_L, annotators_A = group_codes(annotators_L, "annotators_L")
        card_L = item_L if cards_L is None else group_codes(cards_L, "cards_L")[0]
        same_length(items_L=item_L, annotators_L=annotator_L, cards_L=card_L, **answers)
        if not len(item_L):
            raise EmptyPool("There are no answers.", what="items_L")
        once_each(item_L, annotator_L)
        card_N = np.empty(len(items_N), dtype=np.int64)
        card_N[item_L] = card_L
        if (card_N[item_L] != card_L).any():
            raise ShapeMismatch("An item is of one card.", what="cards_L")
        return cls(item_L, annotator_L, card_L, items_N, annotators_A)

    def only(self, kept_L: Bools) -> Heard:
        """Some of the answers; of items and people all."""
        rows = {name: getattr(self, name)[kept_L] for name in ("item_L", "annotator_L", "card_L")}
        return dataclasses.replace(self, **rows)

    def overlapping(self) -> Heard:
        """The same answers, or a refusal where no two people answered one item: skill shows in company only."""
        if len(self.item_L) == len(np.unique(self.item_L)):
            raise EmptyPool("No item was answered by two people.", answers=len(self.item_L))
        return self

    @cached_property
    def said_L(self) -> Ints:
        """Which rows are one answer: what somebody said of one card, numbered by card, then by person."""
        return np.asarray(np.unique(self.card_L * len(self.annotators_A) + self.annotator_L, return_inverse=True)[1])

    @cached_property
    def answers_A(self) -> Ints:
        """How many cards each answered."""
        _, first = np.unique(self.said_L, return_index=True)
        return np.bincount(self.annotator_L[first], minlength=len(self.annotators_A))


@dataclasses.dataclass(frozen=True, eq=False)
class Residuals:
    """What answers say beyond a model of people whose habits stay the same and who answer each on their own.

    `score_L` is how far each answer speaks for its giver's being more reliable than the rest of their answers do. Of
    P couples of answers about one item (two rows each): whether they agree, and how likely that was for such people,
    given everybody else's answers about it.
    """

    heard: Heard
    score_L: Floats
    one_P: Ints
    other_P: Ints
    agreed_P: Bools
    expected_P: Floats


def more_than_alone(said_L: Ints, score_L_D: Floats) -> Floats:
    """By how much one person's answers of one card vary together more than so many on their own (D), never below 1.

    What is added up is how each answer speaks for its giver (a slope of the log-likelihood, as many as D habits): where
    answers of one card are errors or not independently, a card's sum varies as much as its answers together, and so
    does what they say of the person. One figure for the whole crowd, for a person's few cards would not tell theirs.
    """
    alone_D = np.square(score_L_D).sum(axis=0)
    of_card_D = np.array([np.square(np.bincount(said_L, score_L)).sum() for score_L in score_L_D.T])
    return np.asarray(np.maximum(of_card_D / np.maximum(alone_D, np.finfo(np.float64).tiny), 1.0))


def vote_shares(classes_L: ArrayLike, items_L: ArrayLike, *, weights_L: ArrayLike | None = None) -> Votes:
    """Everybody's answer counts, by weight if there are weights; items whose answers all weigh 0 count them equally."""
    class_L, classes_C = group_codes(classes_L, "classes_L")
    item_L, items_N = group_codes(items_L, "items_L")
    weight_L = np.ones(len(class_L)) if weights_L is None else finite(weights_L, "weights_L", ndim=1)
    same_length(classes_L=class_L, items_L=item_L, weights_L=weight_L)
    if not len(class_L):
        raise EmptyPool("There are no answers.", what="classes_L")
    if weight_L.min() < 0.0:
        raise ShapeMismatch("Weights are not negative.", what="weights_L")
    heard_N = np.bincount(item_L, weights=weight_L)
    weight_L = np.where(heard_N[item_L] > 0.0, weight_L, 1.0)
    shape = (len(items_N), len(classes_C))
    sums = np.bincount(item_L * shape[1] + class_L, weights=weight_L, minlength=shape[0] * shape[1]).reshape(shape)
    share_N_C = sums / sums.sum(axis=1, keepdims=True)
    first = share_N_C >= share_N_C.max(axis=1, keepdims=True) - 1e-12
    return Votes(items_N, classes_C, share_N_C, np.where(first.sum(axis=1) == 1, first.argmax(axis=1), -1))


def label_weights(right_A: ArrayLike, answers_A: ArrayLike, *, chance: float) -> Floats:
    """What each annotator's answers weigh in training; equal where nobody is better than chance."""
    right, answers = shares(right_A, "right_A"), finite(answers_A, "answers_A", ndim=1)
    same_length(right_A=right, answers_A=answers)
    if answers.min() < 0.0 or not 0.0 <= chance < 1.0:
        raise ShapeMismatch("Nobody gave fewer than 0 answers, and chance is not certain.", chance=chance)
    signal = np.maximum((right - chance) / (1.0 - chance), 0.0)
    total = float(signal @ answers)
    return signal * (float(answers.sum()) / total) if total > 0.0 else np.ones_like(right)


def drawn_together(right_A: ArrayLike, spread_A: ArrayLike) -> Floats:
    """Each person's share as it is best guessed: the less is known of somebody, the nearer to what people usually are.

    How much people really differ is what their shares vary by beyond their own uncertainty; where that explains all of
    it, everybody is taken to be alike.
    """
    right, spread = shares(right_A, "right_A"), finite(spread_A, "spread_A", ndim=1)
    same_length(right_A=right, spread_A=spread)
    if spread.min() <= 0.0:
        raise ShapeMismatch("Nobody's share is known exactly.", what="spread_A")
    known = spread**-2.0  # those of whom little is known say little of how people differ
    middle = float(np.average(right, weights=known))
    really = max(float(np.average((right - middle) ** 2 - spread**2, weights=known)), 0.0)
    return np.asarray(middle + really / (really + spread**2) * (right - middle))


def spread_of(complete: Floats, hidden: Floats, prior_D: Floats) -> Floats:
    """Covariance of D parameters: what full knowledge of the truths would tell, less what is hidden (Louis 1982).

    In a direction of which the answers say nothing, rounding may leave less than nothing: there only the prior speaks.
    """
    value_D, vector_D_D = np.linalg.eigh((complete - hidden + complete.T - hidden.T) / 2.0)
    told = (vector_D_D * np.maximum(value_D, 0.0)) @ vector_D_D.T
    return np.asarray(np.linalg.inv(told + np.diag(prior_D)))
