"""Crowds whose skills are known: who answers what is dealt out at random and evenly."""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.logistic import sigmoid


@dataclasses.dataclass(frozen=True)
class Deal:
    """L answers to be given: about which item, by whom."""

    item_L: np.ndarray
    annotator_L: np.ndarray


def dealt(people: int, each: int, overlap: int, rng: np.random.Generator) -> Deal:
    """Every person answers about `each` items, every item is answered by `overlap` different people."""
    items = people * each // overlap
    rounds = -(-items * overlap // people)
    seats = np.concatenate([rng.permutation(people) for _ in range(rounds)])[: items * overlap].reshape(items, overlap)
    for item in np.flatnonzero([len(set(row)) < overlap for row in seats.tolist()]):
        seats[item] = rng.choice(people, overlap, replace=False)
    return Deal(np.repeat(np.arange(items), overlap), seats.reshape(-1))


def preferences(margin_N, deal: Deal, sharpness_A, side_A, rng: np.random.Generator):
    """(outcomes, was the first left) of people who blunt a pair's margin and lean to a side."""
    first_left_L = rng.random(len(deal.item_L)) < 0.5
    sign_L = np.where(first_left_L, 1.0, -1.0)
    z_L = sharpness_A[deal.annotator_L] * margin_N[deal.item_L] * sign_L + side_A[deal.annotator_L]
    left_L = rng.random(len(z_L)) < sigmoid(z_L)
    return (left_L == first_left_L).astype(float), first_left_L


def classes_said(truth_N, deal: Deal, skill_A, classes: int, rng: np.random.Generator):
    """What people say who are right with their skill, and else say any other class."""
    truth_L = truth_N[deal.item_L]
    wrong_L = (truth_L + rng.integers(1, classes, len(truth_L))) % classes
    return np.where(rng.random(len(truth_L)) < skill_A[deal.annotator_L], truth_L, wrong_L)
