"""Are annotators' skill and sides found again? Planted crowds, answered by the numbers, judged by the product's models.

    python -m benchmarks.annotators --json annotators.json
    python -m benchmarks.annotators --seeds 20 --each 500 --people 12

People of skills evenly from .55 to .97 answer `--each` questions each, every question by two people, then by three;
with them a spammer who guesses and one person of skill .8 who chooses the left side in 60 % of cases. Three worlds:

* *blunt*: pairs of normal margins, each person's skill blunting them (near-ties are hard), as `crowd_bt` believes;
* *coin*: pairs again, but every pair as hard as any other, which `crowd_bt` does not believe;
* *ranked*: rankings of four completions, every pair as in *blunt*, the six pairs of a ranking told together;
* *classes*: four classes, no sides, by `dawid_skene` (full confusions) and its one-coin variant.

For each: Spearman's rank correlation of estimated and true skill (mean over seeds, its 95 % interval, the worst seed),
how often the 95 % interval of a skill holds the truth, the spammer's weight beside the average, the share of items
whose truth is found by the model, by votes weighted with the product's label weights, and by majority (a tie is half
right).
For pairs: how often the leaning person's 95 % interval of P(left) lies above one half, by the model and by the plain
share of left answers (Wilson), and how often those of people without a side wrongly exclude it.

Then, each with `--seeds` campaigns: coverage with 20, 50 and 100 answers each; people a manager should talk to
(`crowd.misfits`): by how many answers they are found, and in how many campaigns an honest person was named at any of
five looks; sides among 200 fair people looked at on 25 days; and what weights are worth to a reward head
(`crowd.weighing`), as paired differences of held-out accuracy.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.crowd.misfits import misfits
from benchmarks.crowd.planted import Deal, classes_said, dealt, preferences, rankings
from benchmarks.crowd.weighing import weighing
from benchmarks.efficiency.statistics import interval
from benchmarks.harness import arguments, finish
from uncertainty.annotators import Reliability, vote_shares
from uncertainty.crowd_bt import crowd_bt
from uncertainty.dawid_skene import dawid_skene
from uncertainty.evidence import enough, off_half
from uncertainty.intervals import share_interval
from uncertainty.logistic import sigmoid
from uncertainty.notices import of_sides

OVERLAPS = (2, 3)
CLASSES = 4
LEFT, LEANING_SKILL = 0.6, 0.8
GRID = np.linspace(-8.0, 8.0, 1601)
DENSITY = np.exp(-(GRID**2) / 2.0) / np.exp(-(GRID**2) / 2.0).sum()


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--people", type=int, default=12, help="beside the spammer and the leaning one")
    parser.add_argument("--each", type=int, default=500, help="answers by each person")
    options = parser.parse_args()
    figures: dict[str, Any] = {"seeds": options.seeds, "people": options.people, "each": options.each}
    arms = [(world, overlap) for world in WORLDS for overlap in OVERLAPS]
    for world, overlap in tqdm(arms, unit="world"):
        seen: dict[str, list[float]] = defaultdict(list)
        for seed in range(options.seeds):
            rng = np.random.default_rng([seed, overlap])
            for name, value in WORLDS[world](options.people, options.each, overlap, rng).items():
                seen[name].append(value)
        figures |= {f"{world}_{overlap}_{name}": value for name, value in summary(seen).items()}
    finish(figures | few_answers(options.seeds, options.people) | beyond_skill(options.seeds), options.json)


def few_answers(seeds: int, people: int) -> dict[str, float]:
    """How often intervals hold the truth while little is known."""
    told = {}
    for world, overlap, each in tqdm(list(product(WORLDS, OVERLAPS, (20, 50, 100))), unit="world"):
        rngs = [np.random.default_rng([seed, overlap, each]) for seed in range(seeds)]
        seen = [WORLDS[world](people, each, overlap, rng) for rng in rngs]
        name = "one_coin_inside_interval" if world == "classes" else "inside_interval"
        told[f"{world}_{overlap}_of_{each}_{name}"] = float(np.mean([one[name] for one in seen]))
    return told


def beyond_skill(seeds: int) -> dict[str, float]:
    """What notices and weights are worth."""
    told = looked_at_daily(10 * seeds)
    for kind, overlap in tqdm(list(product(("pairs", "classes"), OVERLAPS)), unit="world"):
        seen = [misfits(kind, overlap, np.random.default_rng([seed, overlap])) for seed in range(seeds)]
        told |= {f"misfits_{kind}_{overlap}_{name}": float(np.mean([one[name] for one in seen])) for name in seen[0]}
    for guessers, each in tqdm(list(product((0, 2, 5), (10, 30, 100, 300))), unit="world"):
        seen = [weighing(each, 2, guessers, np.random.default_rng([seed, each, guessers])) for seed in range(seeds)]
        at = f"weights_{guessers}_guess_of_{each}"
        told |= {f"{at}_{name}": float(np.mean([one[name] for one in seen])) for name in seen[0]}
        _, told[f"{at}_gain_low"], told[f"{at}_gain_high"] = interval([one["gain"] for one in seen])
    return told


def looked_at_daily(campaigns: int, *, people: int = 200, days: int = 25, a_day: int = 20) -> dict[str, float]:
    """In how many campaigns of fair people anybody is ever said to lean; and how soon those who lean are found."""
    named = {"notice": 0, "interval_95": 0, "interval_999": 0}
    of_D = a_day * np.arange(1, days + 1)
    for seed in range(campaigns):
        left_A_D = np.random.default_rng(seed).binomial(a_day, 0.5, (people, days)).cumsum(axis=1)
        off_A_D = np.abs(left_A_D - of_D / 2.0) / (np.sqrt(of_D) / 2.0)
        named["notice"] += any(
            of_sides(range(people), left_A_D[:, day], np.full(people, of)) for day, of in enumerate(of_D)
        )
        named["interval_95"] += bool((off_A_D > 1.96).any())
        named["interval_999"] += bool((off_A_D > 3.29).any())
    told = {f"daily_false_alarm_{name}": count / campaigns for name, count in named.items()}
    for share, of, crowd in product((0.55, 0.6, 0.65, 0.7), (200, 500, 1000), (12, people)):
        left = np.random.default_rng(of).binomial(of, share, 2_000)
        found = float((off_half(left, np.full(2_000, of)) >= enough(crowd)).mean())
        told[f"side_{share:.2f}_of_{of}_among_{crowd}_found"] = found
    return told


def summary(seen: dict[str, list[float]]) -> dict[str, float]:
    """Means over seeds; of rank correlations also the interval and the worst."""
    told = {name: float(np.mean(values)) for name, values in seen.items()}
    for name in [name for name in seen if name.endswith("spearman")]:
        _, told[f"{name}_low"], told[f"{name}_high"] = interval(seen[name])
        told[f"{name}_worst"] = min(seen[name])
    return dict(sorted(told.items()))


def blunt(people: int, each: int, overlap: int, rng: np.random.Generator) -> dict[str, float]:
    """Skill blunts a pair's margin; who leans does so wherever the choice is hard."""
    skill_A = np.append(np.linspace(0.55, 0.97, people), [0.5, LEANING_SKILL])
    sharpness_A = np.array([sharpness(skill) for skill in skill_A])
    side_A = np.zeros(len(skill_A))
    side_A[-1] = lean(sharpness_A[-1])
    deal = dealt(len(skill_A), each, overlap, rng)
    margin_N = rng.normal(size=deal.item_L.max() + 1)
    outcome_L, first_left_L = preferences(margin_N, deal, sharpness_A, side_A, rng)
    skill_A[-1] = both_sides(sharpness_A[-1], side_A[-1])
    return judged(deal, margin_N > 0.0, outcome_L, first_left_L, skill_A)


def coin(people: int, each: int, overlap: int, rng: np.random.Generator) -> dict[str, float]:
    """Whoever has skill p is right with p, whatever the pair; who leans turns some answers to the left."""
    skill_A = np.append(np.linspace(0.55, 0.97, people), [0.5, LEANING_SKILL])
    deal = dealt(len(skill_A), each, overlap, rng)
    first_N = rng.random(deal.item_L.max() + 1) < 0.5
    first_left_L = rng.random(len(deal.item_L)) < 0.5
    said_first_L = (rng.random(len(deal.item_L)) < skill_A[deal.annotator_L]) == first_N[deal.item_L]
    # Of those who lean, a fifth of the answers for the right turns to the left: half becomes 60 %.
    turned_L = (deal.annotator_L == len(skill_A) - 1) & (rng.random(len(deal.item_L)) < 2.0 * LEFT - 1.0)
    said_first_L = np.where(turned_L & (said_first_L != first_left_L), first_left_L, said_first_L)
    skill_A[-1] = LEANING_SKILL * (1.0 - (2.0 * LEFT - 1.0) / 2.0) + (1.0 - LEANING_SKILL) * (2.0 * LEFT - 1.0) / 2.0
    return judged(deal, first_N, said_first_L.astype(float), first_left_L, skill_A)


def judged(deal: Deal, first_N: Any, outcome_L: Any, first_left_L: Any, skill_A: Any) -> dict[str, float]:
    """What the model of preferences makes of one crowd."""
    found = crowd_bt(outcome_L, deal.item_L, deal.annotator_L, first_left_L)
    above_A, below_A = found.left_low_A > 0.5, found.left_high_A < 0.5
    plain = [plain_left(deal, outcome_L, first_left_L, person) for person in range(len(skill_A))]
    fair = slice(0, len(skill_A) - 1)
    return {
        **skills(found.reliability, skill_A, spammer=len(skill_A) - 2),
        "truth_by_model": float(((found.better_N > 0.5) == first_N).mean()),
        **by_votes(deal, outcome_L.astype(int), first_N.astype(int), found.reliability),
        "leaning_found": float(above_A[-1]),
        "leaning_left": float(found.left_A[-1]),
        "left_inside_interval": float(((found.left_low_A <= 0.5) & (found.left_high_A >= 0.5))[fair].mean()),
        "leaning_false_alarms": float((above_A | below_A)[fair].mean()),
        "leaning_found_by_share": float(plain[-1][0] > 0.5),
        "leaning_false_alarms_by_share": float(np.mean([low > 0.5 or high < 0.5 for low, high in plain[fair]])),
    }


def ranked(people: int, each: int, overlap: int, rng: np.random.Generator) -> dict[str, float]:
    """Orders of four completions; nobody leans."""
    skill_A = np.append(np.linspace(0.55, 0.97, people), 0.5)
    sharpness_A = np.array([sharpness(skill) for skill in skill_A])
    said = rankings(4, dealt(len(skill_A), each, overlap, rng), sharpness_A, rng)
    found = crowd_bt(said.outcome_L, said.pair_L, said.annotator_L, said.first_left_L, cards_L=said.card_L)
    fair_A = (found.left_low_A <= 0.5) & (found.left_high_A >= 0.5)
    spammer = len(skill_A) - 1
    return {**skills(found.reliability, skill_A, spammer=spammer), "left_inside_interval": float(fair_A.mean())}


def classes(people: int, each: int, overlap: int, rng: np.random.Generator) -> dict[str, float]:
    """Errors fall on any other class; guessing is right in one of four."""
    skill_A = np.append(np.linspace(0.55, 0.97, people), 1.0 / CLASSES)
    deal = dealt(len(skill_A), each, overlap, rng)
    truth_N = rng.integers(0, CLASSES, deal.item_L.max() + 1)
    said_L = classes_said(truth_N, deal, skill_A, CLASSES, rng)
    told: dict[str, float] = {}
    for name, one_coin in (("", False), ("one_coin_", True)):
        found = dawid_skene(said_L, deal.item_L, deal.annotator_L, one_coin=one_coin)
        figures = {
            **skills(found.reliability, skill_A, spammer=len(skill_A) - 1),
            "truth_by_model": float((found.posterior_N_C.argmax(axis=1) == truth_N).mean()),
            **by_votes(deal, said_L, truth_N, found.reliability),
        }
        told |= {f"{name}{key}": value for key, value in figures.items()}
    return told


def skills(found: Reliability, skill_A: Any, *, spammer: int) -> dict[str, float]:
    """How well estimated skills follow the true ones."""
    from scipy.stats import spearmanr

    return {
        "spearman": float(spearmanr(found.right_A, skill_A).statistic),
        "error": float(np.abs(found.right_A - skill_A).mean()),
        "inside_interval": float(((found.low_A <= skill_A) & (skill_A <= found.high_A)).mean()),
        "spammer_weight": float(found.weight_A[spammer]),
    }


def by_votes(deal: Deal, said_L: Any, truth_N: Any, found: Reliability) -> dict[str, float]:
    """The share of items the majority is right about, plainly and weighted."""
    weighted = vote_shares(said_L, deal.item_L, weights_L=found.weight_A[deal.annotator_L])
    return {
        "truth_by_weighted_votes": first_place(weighted.shares_N_C, truth_N),
        "truth_by_majority": first_place(vote_shares(said_L, deal.item_L).shares_N_C, truth_N),
    }


def first_place(share_N_C: Any, truth_N: Any) -> float:
    """Of classes that share the first place each is as good."""
    first = share_N_C >= share_N_C.max(axis=1, keepdims=True) - 1e-12
    return float((first[np.arange(len(truth_N)), truth_N] / first.sum(axis=1)).mean())


def plain_left(deal: Deal, outcome_L: Any, first_left_L: Any, person: int) -> tuple[float, float]:
    """The interval of one person's share of left answers."""
    mine = deal.annotator_L == person
    return share_interval(int(((outcome_L == 1.0) == first_left_L)[mine].sum()), int(mine.sum()))


def sharpness(skill: float) -> float:
    """The scale under which a person is right about so many typical pairs."""
    return float(_root(lambda tau: both_sides(tau, 0.0) - skill, 0.0, 200.0))


def lean(tau: float) -> float:
    """The lean that makes a person of this sharpness choose the left side with `LEFT`."""
    return float(_root(lambda side: DENSITY @ sigmoid(tau * GRID + side) - LEFT, 0.0, 20.0))


def both_sides(tau: float, side: float) -> float:
    """How often a person is right about typical pairs, the better one now left, now right."""
    z = tau * np.abs(GRID)
    return float(DENSITY @ (sigmoid(z + side) + sigmoid(z - side)) / 2.0)


def _root(function: Any, low: float, high: float) -> float:
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if function(middle) < 0.0 else (low, middle)
    return low


WORLDS = {"blunt": blunt, "coin": coin, "ranked": ranked, "classes": classes}


if __name__ == "__main__":
    main()
