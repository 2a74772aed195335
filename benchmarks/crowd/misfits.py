"""A crowd with people whom a manager should talk to, and how soon the product's notices say so.

Thirty people of skills .65 to .95 and five more: one guesses, one says the opposite (right in 20 %; in 5 % of classes),
one turns from right in 85 % to guessing half-way, and of two who work side by side (they share three of ten items) one
says what the other said in 90 %. The crowd is looked at again and again as it answers, and an honest person named at
any look is a false alarm.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

import numpy as np

from benchmarks.crowd.planted import Deal, dealt
from uncertainty.crowd_bt import crowd_bt
from uncertainty.dawid_skene import dawid_skene
from uncertainty.notices import of_skill

HONEST, EACH, CLASSES, SIDE_BY_SIDE = 30, 500, 4, 0.3
GUESSER, OPPOSITE, FALLEN, SOURCE, COPIER = range(HONEST, HONEST + 5)
LOOKS = (100, 200, 300, 400, 500)
WANTED = {
    "guesser": (GUESSER, {"near_chance", "below_chance"}),
    "opposite": (OPPOSITE, {"below_chance"}),
    "fallen": (FALLEN, {"fell"}),
    "copier": (COPIER, {"alike"}),
}


@dataclasses.dataclass(frozen=True)
class Crowd:
    """What everybody said, in the order of the items."""

    classes: int
    deal: Deal
    said_L: np.ndarray
    first_left_L: np.ndarray

    def judged(self, each: int, *, backwards: bool = False) -> tuple[Any, float]:
        """What the product's model makes of everybody's first so many answers (about), and what chance is."""
        items = int(self.deal.item_L.max()) + 1
        row = np.flatnonzero(self.deal.item_L < items * each // EACH)
        row = row[::-1] if backwards else row
        said_L, item_L, who_L = self.said_L[row], self.deal.item_L[row], self.deal.annotator_L[row]
        if self.classes == 2:
            return crowd_bt(said_L, item_L, who_L, self.first_left_L[row]), 0.5
        return dawid_skene(said_L, item_L, who_L, one_coin=True), 1.0 / self.classes


def crowd(kind: str, overlap: int, rng: np.random.Generator) -> Crowd:
    """One campaign's answers, planted people included."""
    classes = 2 if kind == "pairs" else CLASSES
    skill_A = np.append(np.linspace(0.65, 0.95, HONEST), [1.0 / classes, 0.2, 0.85, 0.8, 0.8])
    skill_A[OPPOSITE] = 0.2 if kind == "pairs" else 0.05
    deal = side_by_side(dealt(HONEST + 5, EACH, overlap, rng), overlap, rng)
    item_L, who_L = deal.item_L, deal.annotator_L
    truth_L = rng.integers(0, classes, item_L.max() + 1)[item_L]
    late_L = item_L >= (item_L.max() + 1) // 2
    right_L = np.where((who_L == FALLEN) & late_L, 1.0 / classes, skill_A[who_L])
    wrong_L = (truth_L + rng.integers(1, classes, len(truth_L))) % classes
    said_L = np.where(rng.random(len(truth_L)) < right_L, truth_L, wrong_L)
    source = dict(zip(item_L[who_L == SOURCE].tolist(), said_L[who_L == SOURCE].tolist(), strict=True))
    for row in np.flatnonzero(who_L == COPIER):
        if rng.random() < 0.9:
            said_L[row] = source.get(int(item_L[row]), said_L[row])
    return Crowd(classes, deal, said_L, rng.random(len(said_L)) < 0.5)


def side_by_side(deal: Deal, overlap: int, rng: np.random.Generator) -> Deal:
    """Seats are swapped until the copier sits beside the source on three of ten of the source's items."""
    seats = deal.annotator_L.reshape(-1, overlap).copy()
    for item in np.flatnonzero((seats == SOURCE).any(axis=1)):
        mine = seats[item]
        if rng.random() >= SIDE_BY_SIDE or (mine == COPIER).any():
            continue
        place = int(np.flatnonzero(mine != SOURCE)[0])
        moved = mine[place]
        there = np.flatnonzero((seats == COPIER).any(axis=1) & ~np.isin(seats, [SOURCE, moved]).any(axis=1))
        if len(there):
            other = rng.choice(there)
            seats[other][seats[other] == COPIER] = moved
            mine[place] = COPIER
    return Deal(deal.item_L, seats.reshape(-1))


def misfits(kind: str, overlap: int, rng: np.random.Generator) -> dict[str, float]:
    """One campaign: who was found at each look, and whether anybody was named in error by the last of them."""
    world, told, wrongly = crowd(kind, overlap, rng), dict[str, float](), defaultdict[str, bool](bool)
    for look in LOOKS:
        found, chance = world.judged(look)
        named = of_skill(found.reliability, found.residuals, chance=chance)
        for name, (who, kinds) in WANTED.items():
            told[f"{name}_found_{look}"] = float(any(one.annotator == who and one.kind in kinds for one in named))
        for one in named:
            honest = {one.annotator, one.other} != {SOURCE, COPIER} if one.other is not None else one.annotator < HONEST
            wrongly[one.kind] |= honest
    alarms = ("below_chance", "near_chance", "fell", "alike")
    return told | {f"{name}_false_alarm": float(wrongly[name]) for name in alarms}
