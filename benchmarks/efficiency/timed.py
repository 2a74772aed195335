"""What an annotator's hour is worth: pairs against rankings of four, in seconds instead of answers.

Nobody's seconds are in these files, so how long an answer takes is a model, and the figures are no better than it: the
product's default reading speed (`uncertainty.reading_time`: silent reading at 240 words or 1,440 characters a minute,
every text once) and five seconds per decision. A pair is one decision. Putting four texts in order is five, as many as
sorting four takes at worst; that is an assumption, and it is the one that rankings are most sensitive to.

A ranking teaches all its strict pairs, weighted as overlapping answers always are. Its ties are left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.efficiency.data import Items
from benchmarks.efficiency.learners import from_people, measure
from benchmarks.efficiency.modes import RANDOM_SHARE
from benchmarks.efficiency.world import Part, World
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import BATCH_RULES
from uncertainty.laplace import BayesianHead
from uncertainty.reading_time import ReadingTime
from uncertainty.showing import completions_to_show

TIMED_ARMS = ("random", "v_optimal", "v_optimal_per_second", "random_ranking", "v_optimal_ranking")
SHOWN = 4
DECISIONS = (0, 0, 1, 3, 5)  # to put so many in order
DRAWS = 64
STEPS = 7  # budgets, each half as much again
FIRST = 40  # random pairs' worth of seconds, with which every arm begins
Row = dict[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Clock:
    """How many characters each text has, and what reading and deciding costs."""

    characters_N: np.ndarray
    model: ReadingTime = dataclasses.field(default_factory=ReadingTime)

    @classmethod
    def of(cls, items: Items) -> Clock:
        return cls(np.array([len(text) for _, text in items.texts], dtype=float))

    def pairs(self, part: Part) -> np.ndarray:
        return self.model.seconds(self.characters_N[part.left_M] + self.characters_N[part.right_M])

    def ranking(self, rows: np.ndarray) -> float:
        reading = float(self.model.seconds([self.characters_N[rows].sum()])[0])
        return reading + (DECISIONS[len(rows)] - 1) * self.model.start


@dataclasses.dataclass
class Bought:
    """Pairs of the pool that are answered, which of them chance chose, and the seconds they took."""

    rows: list[int]
    from_random: list[bool]
    seconds: float = 0.0

    def take(self, rows: np.ndarray, by_chance: bool, seconds: float) -> None:
        self.rows += rows.tolist()
        self.from_random += [by_chance] * len(rows)
        self.seconds += seconds


def budgets(items: Items) -> list[int]:
    """Seconds, the same for every seed: `FIRST` average pairs, then half as much again each round."""
    clock = Clock.of(items)
    mean = clock.model.seconds(clock.characters_N[items.left_M] + clock.characters_N[items.right_M]).mean()
    return [round(FIRST * mean * 1.5**step) for step in range(STEPS)]


def timed(world: World, items: Items, arms: tuple[str, ...], seconds: list[int], *, seed: int) -> Iterator[Row]:
    """Cold start, paid by the second; every arm begins with the same random pairs."""
    clock, pool = Clock.of(items), world.pool
    everything = from_people(pool, np.ones(len(pool), dtype=bool))
    yield {"arm": "everything", "budget": round(clock.pairs(pool).sum()), **measure(everything, world.test)}
    for arm in arms:
        bought = Bought([], [])
        buy("random", world, clock, bought, BayesianHead.prior(pool.deltas_M_D.shape[1]), seconds[0], seed=seed)
        for at, budget in enumerate(seconds):
            head = from_people(pool.of(np.array(bought.rows)), np.array(bought.from_random))
            answers = {"answers": len(bought.rows)}
            yield {"arm": arm, "budget": budget, **answers, **measure(head, world.test)}
            if at + 1 < len(seconds):
                buy(arm, world, clock, bought, head, seconds[at + 1], seed=seed + 1000 * at)


def buy(arm: str, world: World, clock: Clock, bought: Bought, head: BayesianHead, until: float, *, seed: int) -> None:
    """Ask until the seconds are spent, each prompt at most once a turn, a tenth by chance."""
    rng = np.random.default_rng([seed, 5])
    while bought.seconds < until and len(bought.rows) < len(world.pool):
        left = np.setdiff1d(np.arange(len(world.pool)), bought.rows)
        part = world.pool.of(left)
        # About as many as there is time for; if they turn out to be quick ones, there is another turn.
        count = int((until - bought.seconds) / clock.pairs(part).mean()) + 2
        chance = iter(_in_order("random", part, clock, head, count, rng))
        chosen = chance if arm.startswith("random") else iter(_in_order(arm, part, clock, head, count, rng))
        seen: set[int] = set()
        while bought.seconds < until:
            by_chance = arm.startswith("random") or rng.random() < RANDOM_SHARE
            pick = next((m for m in (chance if by_chance else chosen) if part.prompt_M[m] not in seen), None)
            if pick is None:
                break
            seen.add(int(part.prompt_M[pick]))
            if arm.endswith("_ranking"):
                rows, took = _ranked(world, clock, left, pick, None if by_chance else head, rng)
            else:
                rows, took = left[[pick]], float(clock.pairs(world.pool.of(left[[pick]]))[0])
            bought.take(rows, by_chance, took)


def _in_order(
    arm: str, part: Part, clock: Clock, head: BayesianHead, count: int, rng: np.random.Generator
) -> list[int]:
    """The best pairs of the pool, best first, one of each prompt."""
    seconds_M = clock.pairs(part) if arm.endswith("_per_second") else None
    pool = Pool(head=head, deltas_M_D=part.deltas_M_D, groups_M=part.prompt_M, seconds_M=seconds_M)
    rule = BATCH_RULES["random" if arm.startswith("random") else "v_optimal"]
    return [int(row) for row in rule(pool, n=count, per_group=1, rng=rng)]


def _ranked(
    world: World, clock: Clock, left: np.ndarray, pick: int, head: BayesianHead | None, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """(the strict pairs of the four completions shown that were still open, the seconds it took).

    Beside the two that were picked, those are shown whose place in the order is least known; without a head, any.
    """
    pool = world.pool
    mine = left[pool.prompt_M[left] == pool.prompt_M[left[pick]]]
    completions = np.unique(np.concatenate((pool.left_M[mine], pool.right_M[mine])))
    first = np.searchsorted(completions, [pool.left_M[left[pick]], pool.right_M[left[pick]]])
    if head is None:
        others = rng.permutation(np.setdiff1d(np.arange(len(completions)), first))
        shown = completions[np.concatenate((first, others[: SHOWN - 2]))]
    else:
        draws_S_G = head.draw(world.points_N_W[completions], DRAWS, rng)
        shown = completions[completions_to_show(draws_S_G, SHOWN, first=first)]
    rows = mine[np.isin(pool.left_M[mine], shown) & np.isin(pool.right_M[mine], shown)]
    return rows, clock.ranking(shown)
