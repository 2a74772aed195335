"""How often does an interval that a manager is shown hold the truth? Planted worlds, the bad corners among them.

    python -m benchmarks.coverage --worlds 200 --json coverage.json

* *reliability*: markings of five to fifteen steps in one mood (correlation 0, .2, .5), errors on neighbouring marks;
* *alpha* and *kappa*: two or three people on 10 to 50 cards, of answers by lot, usual ones and nearly equal ones; also
  where four in five answers are of one class, and eight items of a card are often understood or not together;
* *consistency*: repeats of cards with eight parts each that are the same or not together;
* *gold*: scores of people of four skills on 5 to 60 known cards, whole and half points, cards alike hard or not;
* *left*: 5 to 500 preferences of people who lean to a side or not, always or in moods of twenty cards;
* *saving* and *lift*: campaigns whose strategy is worth a known number of random answers (`crowd/asked.py`);
* *finish*: campaigns of 3, 7 and 14 days whose people sleep, take days off and have weekends; nine in ten is promised.

A name that holds `mood` breaks a promise's own assumption (answers on their own), to see by how much.
Of each the share of intervals that held the truth, and the mean error of the estimate where it has one.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from tqdm import tqdm

from benchmarks.crowd.asked import TWINS, asked, worth
from benchmarks.crowd.planted import dealt, markings
from benchmarks.crowd.shifts import hourly, took
from benchmarks.harness import arguments, finish
from uncertainty.agreement import alpha, together
from uncertainty.arrays import Ints
from uncertainty.dawid_skene import dawid_skene
from uncertainty.errors import UncertaintyError
from uncertainty.intervals import share_interval
from uncertainty.lift import measure
from uncertainty.pace import finish as finish_at

SKILLS = np.linspace(0.55, 0.97, 10)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    options = parser.parse_args()
    figures = {"worlds": float(options.worlds)}
    for part in tqdm((reliability, agreement, consistency, gold, sides, savings, finishes), unit="part"):
        figures |= part(options.worlds)
    finish(figures, options.json)


def reliability(worlds: int) -> dict[str, float]:
    told: dict[str, float] = {}
    for mood, overlap, each, neighbours in product((0.0, 0.2, 0.5), (2, 3), (10, 30, 100), (False, True)):
        held, off = [], []
        for seed in range(max(worlds // 10, 2)):
            rng = np.random.default_rng([seed, overlap, each])
            said = markings(
                dealt(len(SKILLS), each, overlap, rng), SKILLS, rng, mood=mood, neighbours=neighbours, classes=5
            )
            people = dawid_skene(
                said.said_L, said.step_L, said.annotator_L, cards_L=said.card_L, one_coin=True, errors_alike=False
            ).reliability
            held.append((people.low_A <= SKILLS) & (people.high_A >= SKILLS))
            off.append(people.right_A - SKILLS)
        at = f"reliability_mood_{mood}_of_{each}_by_{overlap}" + "_neighbours" * neighbours
        told |= {at: float(np.mean(held)), f"{at}_bias": float(np.mean(off))}
    return told


def agreement(worlds: int) -> dict[str, float]:
    told: dict[str, float] = {}
    crowds = product(
        (("by_lot", 0.05), ("usual", 0.7), ("nearly_equal", 0.95)), (10, 20, 50), (2, 3), (False, True), (False, True)
    )
    for (name, known), cards, people, skewed, mood in crowds:
        truth = known**2  # whoever does not know answers by lot: alpha is how often both know, and so is kappa
        held: dict[str, list[bool]] = {"alpha": [], "kappa": []}
        for seed in range(worlds):
            rng = np.random.default_rng([seed, cards, people])
            answers_N_P, card_N = _answered(known, cards, people, rng, skewed=skewed, mood=mood)
            said_L, item_L = answers_N_P.reshape(-1), np.repeat(np.arange(len(card_N)), people)
            card_L = np.repeat(card_N, people)
            try:
                found = alpha(said_L, item_L, cards_L=card_L, rng=rng, draws=300)
            except UncertaintyError:
                continue  # all said the same: no figure, and no interval
            assert found.low is not None and found.high is not None
            held["alpha"].append(found.low <= truth <= found.high)
            if people > 2:
                continue
            two = together(said_L, item_L, np.tile([0, 1], len(card_N)), cards_L=card_L)
            if not np.isnan(two.kappa_A_A[0, 1]):
                held["kappa"].append(bool(two.low_A_A[0, 1] <= truth <= two.high_A_A[0, 1]))
        at = f"{name}_{cards}_cards_by_{people}" + "_skewed" * skewed + "_mood" * mood
        told |= {f"{what}_{at}": float(np.mean(each)) for what, each in held.items() if each}
    return told


def _answered(
    known: float, cards: int, people: int, rng: np.random.Generator, *, skewed: bool, mood: bool
) -> tuple[Ints, Ints]:
    """(what each of so many people said of every item, the items' cards): one item a card, or eight in a mood."""
    card_N = np.repeat(np.arange(cards), 8 if mood else 1)
    shape, classes = (len(card_N), people), (0.8, 0.15, 0.05) if skewed else (1 / 3, 1 / 3, 1 / 3)
    right_N_P = rng.random(shape) < known
    if mood:
        together_N = (rng.random(cards) < 0.5)[card_N]
        right_N_P = np.where(together_N[:, None], (rng.random((cards, people)) < known)[card_N], right_N_P)
    truth_N = rng.choice(3, size=(len(card_N), 1), p=classes)
    return np.where(right_N_P, truth_N, rng.choice(3, size=shape, p=classes)), card_N


def consistency(worlds: int) -> dict[str, float]:
    told = {}
    for cards, share, alike in product((5, 20, 60), (0.6, 0.9), (0.0, 0.5, 1.0)):
        held = []
        for seed in range(10 * worlds):
            rng = np.random.default_rng([seed, cards])
            day_N = rng.random(cards) < share
            own_N_8 = rng.random((cards, 8)) < share
            same_N_8 = np.where(rng.random((cards, 1)) < alike, day_N[:, None], own_N_8)
            low, high = share_interval(float(same_N_8.mean(axis=1).sum()), cards)
            held.append(low <= share <= high)
        told[f"consistency_{share}_of_{cards}_together_{alike}"] = float(np.mean(held))
    return told


def gold(worlds: int) -> dict[str, float]:
    told = {}
    for of, skill, half, hard in product((5, 20, 60), (0.6, 0.9, 0.97, 0.99), (False, True), (False, True)):
        held = []
        for seed in range(10 * worlds):
            rng = np.random.default_rng([seed, of])
            right_N = rng.beta(4 * skill, 4 * (1 - skill), size=of) if hard else np.full(of, skill)
            score_N = rng.binomial(2, right_N) / 2 if half else (rng.random(of) < right_N).astype(float)
            low, high = share_interval(float(score_N.sum()), of)
            held.append(low <= skill <= high)
        told[f"gold_{skill}_of_{of}" + "_half_points" * half + "_unlike_cards" * hard] = float(np.mean(held))
    return told


def sides(worlds: int) -> dict[str, float]:
    told = {}
    for of, lean, mood in product((5, 20, 100, 500), (0.5, 0.6, 0.8, 0.95), (0.0, 0.04)):
        held = []
        for seed in range(10 * worlds):
            rng = np.random.default_rng([seed, of])
            left_N = np.repeat(np.clip(lean + rng.choice([-mood, mood], size=of // 20 + 1), 0.0, 1.0), 20)[:of]
            low, high = share_interval(int((rng.random(of) < left_N).sum()), of)
            held.append(low <= lean <= high)
        told[f"left_{lean}_of_{of}" + f"_mood_{mood}" * bool(mood)] = float(np.mean(held))
    return told


def savings(worlds: int) -> dict[str, float]:
    told: dict[str, float] = {}
    for strategy, (answers, share) in product(TWINS, ((300, 0.4), (600, 0.1), (600, 0.4), (1_500, 0.1))):
        held, lifts, open_ends, truth = [], [], [], worth(strategy, share)
        for seed in range(worlds):
            rng = np.random.default_rng([seed, answers])
            try:
                found = measure(*asked(strategy, answers, share, rng), rng=rng)
            except UncertaintyError:
                continue
            lifts.append(found.lift.low <= 0.0 <= found.lift.high)
            if found.saving is not None:
                high = np.inf if found.saving.high is None else found.saving.high
                held.append(found.saving.low <= truth <= high)
                open_ends.append(found.saving.low <= 0.0 or np.isinf(high))
        at = f"{strategy}_{answers}_answers_{share}_random"
        told |= {f"saving_{at}": float(np.mean(held)), f"saving_{at}_open_at_an_end": float(np.mean(open_ends))}
        if strategy == "like_chance":
            told[f"lift_{at}"] = float(np.mean(lifts))
    return told


def finishes(worlds: int) -> dict[str, float]:
    told = {}
    for (name, nights, weekends), days, left in product(
        (("even", False, False), ("nights", True, False), ("weekends", True, True)), (3, 7, 14), (120, 960, 2_880)
    ):
        held = []
        for seed in range(2 * worlds):
            rng = np.random.default_rng([seed, days])
            counts = hourly(days + 80, 480, rng, nights=nights, weekends=weekends)
            now = 24 * days + int(rng.integers(24 * 7))
            found = finish_at(counts[now - 24 * days : now].reshape(days, 24), left)
            if found is not None and found.earliest is not None:
                held.append(found.earliest <= took(counts[now:], left) <= (found.latest or np.inf))
        told[f"finish_{name}_after_{days}_days_of_{left}"] = float(np.mean(held))
    return told


if __name__ == "__main__":
    main()
