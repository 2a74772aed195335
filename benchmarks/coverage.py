"""How often does an interval that a manager is shown hold the truth? Planted worlds, the bad corners among them.

    python -m benchmarks.coverage --worlds 200 --json coverage.json

* *reliability*: markings of five to fifteen steps in one mood (correlation 0, .2, .5), errors on neighbouring marks;
* *alpha*: two or three people on 10 to 50 cards, of answers by lot, usual ones and nearly equal ones;
* *consistency*: repeats of cards with eight parts each that are the same or not together;
* *finish*: campaigns of 3, 7 and 14 days whose people sleep, take days off and have weekends; nine in ten is promised.

Of each the share of intervals that held the truth, and the mean error of the estimate where it has one.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from tqdm import tqdm

from benchmarks.crowd.planted import dealt, markings
from benchmarks.crowd.shifts import hourly, took
from benchmarks.harness import arguments, finish
from uncertainty.agreement import alpha
from uncertainty.dawid_skene import dawid_skene
from uncertainty.errors import UncertaintyError
from uncertainty.intervals import share_interval
from uncertainty.pace import finish as finish_at

SKILLS = np.linspace(0.55, 0.97, 10)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    options = parser.parse_args()
    figures = {"worlds": float(options.worlds)}
    for part in tqdm((reliability, agreement, consistency, finishes), unit="part"):
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
    for name, known in (("by_lot", 0.05), ("usual", 0.7), ("nearly_equal", 0.95)):
        truth = known**2  # whoever does not know answers by lot: alpha is how often both know
        for cards, people in product((10, 20, 50), (2, 3)):
            held = []
            for seed in range(worlds):
                rng = np.random.default_rng([seed, cards, people])
                right_N_P = rng.random((cards, people)) < known
                answers_N_P = np.where(right_N_P, rng.integers(0, 3, (cards, 1)), rng.integers(0, 3, (cards, people)))
                try:
                    found = alpha(answers_N_P.reshape(-1), np.repeat(np.arange(cards), people), rng=rng, draws=300)
                except UncertaintyError:
                    continue  # all said the same: no figure, and no interval
                assert found.low is not None and found.high is not None
                held.append(found.low <= truth <= found.high)
            told |= {f"alpha_{name}_{cards}_cards_by_{people}": float(np.mean(held))}
    return told


def consistency(worlds: int) -> dict[str, float]:
    told = {}
    for cards, share, together in product((5, 20, 60), (0.6, 0.9), (0.0, 0.5, 1.0)):
        held = []
        for seed in range(10 * worlds):
            rng = np.random.default_rng([seed, cards])
            day_N = rng.random(cards) < share
            own_N_8 = rng.random((cards, 8)) < share
            same_N_8 = np.where(rng.random((cards, 1)) < together, day_N[:, None], own_N_8)
            low, high = share_interval(float(same_N_8.mean(axis=1).sum()), cards)
            held.append(low <= share <= high)
        told[f"consistency_{share}_of_{cards}_together_{together}"] = float(np.mean(held))
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
