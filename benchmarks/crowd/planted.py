"""Crowds whose skills are known: who answers what is dealt out at random and evenly."""

from __future__ import annotations

import dataclasses
import itertools

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


def preferences(
    margin_N: np.ndarray, deal: Deal, sharpness_A: np.ndarray, side_A: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(outcomes, was the first left) of people who blunt a pair's margin and lean to a side."""
    first_left_L = rng.random(len(deal.item_L)) < 0.5
    sign_L = np.where(first_left_L, 1.0, -1.0)
    z_L = sharpness_A[deal.annotator_L] * margin_N[deal.item_L] * sign_L + side_A[deal.annotator_L]
    left_L = rng.random(len(z_L)) < sigmoid(z_L)
    return (left_L == first_left_L).astype(float), first_left_L


@dataclasses.dataclass(frozen=True)
class Ordered:
    """What rankings say of pairs, a row each: of which card, by whom, was the first before the second, and left."""

    card_L: np.ndarray
    pair_L: np.ndarray
    annotator_L: np.ndarray
    outcome_L: np.ndarray
    first_left_L: np.ndarray


def rankings(
    completions: int, deal: Deal, sharpness_A: np.ndarray, rng: np.random.Generator, *, best_only: bool = False
) -> Ordered:
    """Everybody chooses the best of what is left, again and again (Plackett-Luce); `best_only`: once.

    Margins of two completions are normal with a mean square of 1, as those of single pairs.
    """
    quality_N_G = rng.normal(size=(deal.item_L.max() + 1, completions)) / np.sqrt(2.0)
    liked_L_G = sharpness_A[deal.annotator_L, None] * quality_N_G[deal.item_L] + rng.gumbel(
        size=(len(deal.item_L), completions)
    )
    place_L_G = rng.permuted(np.tile(np.arange(completions), (len(deal.item_L), 1)), axis=1)
    best_L = liked_L_G.argmax(axis=1)
    rows = []
    for pair, (i, j) in enumerate(itertools.combinations(range(completions), 2)):
        told = np.flatnonzero((best_L == i) | (best_L == j)) if best_only else np.arange(len(best_L))
        rows.append(
            (
                deal.item_L[told],
                deal.item_L[told] * completions**2 + pair,
                deal.annotator_L[told],
                (liked_L_G[told, i] > liked_L_G[told, j]).astype(float),
                place_L_G[told, i] < place_L_G[told, j],
            )
        )
    card_L, pair_L, annotator_L, outcome_L, first_left_L = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    return Ordered(card_L, pair_L, annotator_L, outcome_L, first_left_L)


def classes_said(
    truth_N: np.ndarray, deal: Deal, skill_A: np.ndarray, classes: int, rng: np.random.Generator
) -> np.ndarray:
    """What people say who are right with their skill, and else say any other class."""
    truth_L = truth_N[deal.item_L]
    wrong_L = (truth_L + rng.integers(1, classes, len(truth_L))) % classes
    said_L: np.ndarray = np.where(rng.random(len(truth_L)) < skill_A[deal.annotator_L], truth_L, wrong_L)
    return said_L


@dataclasses.dataclass(frozen=True)
class Marked:
    """What markings of solutions say of steps, a row each: of which card, which step, by whom, as what."""

    card_L: np.ndarray
    step_L: np.ndarray
    annotator_L: np.ndarray
    said_L: np.ndarray


def markings(
    deal: Deal,
    skill_A: np.ndarray,
    rng: np.random.Generator,
    *,
    steps: tuple[int, int] = (5, 15),
    classes: int = 3,
    mood: float = 0.0,
    neighbours: bool = False,
) -> Marked:
    """Everybody marks all steps of a solution in one mood, by which they are right more or less often than usual.

    `mood` is the correlation of two marks' being right within a card (beta-binomial). Errors fall anywhere, or on a
    neighbouring mark.
    """
    steps_N = rng.integers(steps[0], steps[1] + 1, deal.item_L.max() + 1)
    first_N = np.concatenate([[0], np.cumsum(steps_N)])
    truth_M = rng.integers(0, classes, first_N[-1])
    usual_L = skill_A[deal.annotator_L]
    today_L = rng.beta(usual_L * (1.0 - mood) / mood, (1.0 - usual_L) * (1.0 - mood) / mood) if mood else usual_L
    row = np.repeat(np.arange(len(deal.item_L)), steps_N[deal.item_L])
    within = np.arange(len(row)) - np.repeat(
        np.cumsum(steps_N[deal.item_L]) - steps_N[deal.item_L], steps_N[deal.item_L]
    )
    card_L = deal.item_L[row]
    step_L = first_N[card_L] + within
    truth_L, right_L = truth_M[step_L], rng.random(len(row)) < today_L[row]
    if neighbours:
        up_L = rng.random(len(row)) < 0.5
        wrong_L = np.where((truth_L == 0) | (up_L & (truth_L < classes - 1)), truth_L + 1, truth_L - 1)
    else:
        wrong_L = (truth_L + rng.integers(1, classes, len(row))) % classes
    return Marked(card_L, step_L, deal.annotator_L[row], np.where(right_L, truth_L, wrong_L))
