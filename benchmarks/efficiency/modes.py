"""Asking, simulated: rules see a `Pool`, which has no labels in it; only this file and the learners see answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.efficiency.learners import FromMachine, from_people, measure
from benchmarks.efficiency.opinions import DRAWN_ARMS, Trainer
from benchmarks.efficiency.world import Part, World
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import BATCH_RULES, Rule, as_values
from uncertainty.laplace import BayesianHead
from uncertainty.selection import select

SHUFFLED = "shuffled"
COLD_ARMS = (
    "random", "stratified_random", "stratified_bald", SHUFFLED, "margin", "entropy", "feature_distance", "bald",
    "bald_greedy", "bald_decisive", "d_optimal", "v_optimal", "v_optimal_half", "badge", "bal_pm",
)  # fmt: skip
MACHINE_ARMS = (
    "random", "stratified_bald", SHUFFLED, "margin", "feature_distance", "rlthf_band", "wrong_machine_label",
    "bald_greedy", "bald_decisive", "bald_where_wrong", "v_optimal", "v_optimal_half", "v_optimal_after_20", "badge",
)  # fmt: skip
CONTROLS = ("people_first", "transfer", "rlthf", "none")
RANDOM_SHARE = 0.1  # the product's default: the control stream, and what temperatures are fitted to
# A rule's name with these behind it: half of the answers are asked for at random; or the first twenty are.
HALF, AFTER, BEGIN = "_half", "_after_20", 20
DOUBT_AT_START = 0.3
SHARES = (0.01, 0.02, 0.04, 0.05, 0.07, 0.10)  # of the pool, answered by people
Row = dict[str, Any]


def shuffled(pool: Pool, *, n: int, per_group: int, rng: np.random.Generator) -> np.ndarray:
    """The control: a good rule's choice, of rows that were dealt out anew, so it must do as random does."""
    deal = rng.permutation(len(pool.deltas_M_D))
    dealt = Pool(pool.head, pool.deltas_M_D[deal], pool.groups_M)
    return BATCH_RULES["bald_greedy"](dealt, n=n, per_group=per_group, rng=rng)


def rule(name: str) -> Rule:
    return shuffled if name == SHUFFLED else BATCH_RULES[name.removesuffix(HALF).removesuffix(AFTER)]


def random_share(name: str) -> float:
    return 1.0 if name == "random" else 0.5 if name.endswith(HALF) else RANDOM_SHARE


def cold_budgets(pool: int, most: int) -> list[int]:
    """40 labels, then half as many again each round, up to a third of the pool."""
    budgets, last = [40], min(most, pool // 3)
    while budgets[-1] * 1.5 <= last:
        budgets.append(round(budgets[-1] * 1.5))
    return budgets


def cold(
    world: World, arms: tuple[str, ...], budgets: list[int], *, seed: int, trainer: Trainer | None = None
) -> Iterator[Row]:
    """Nothing is known; every arm starts from the same random answers and learns by the same recipe.

    The arms of `DRAWN_ARMS` need a `trainer` of the models whose opinions they ask by.
    """
    everything = from_people(world.pool, np.ones(len(world.pool), dtype=bool))
    yield {"arm": "everything", "budget": len(world.pool), **measure(everything, world.test)}
    nothing = Asked(np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))
    empty = BayesianHead.prior(world.pool.deltas_M_D.shape[1])
    begin = ask("random", world.pool, nothing, empty, budgets[0], seed=seed, machine=False)
    for arm in arms:
        asked = begin
        for at, budget in enumerate(budgets):
            head = from_people(world.pool.of(asked.rows), asked.from_random)
            yield {"arm": arm, "budget": budget, **measure(head, world.test)}
            if at + 1 < len(budgets):
                more = budgets[at + 1] - budget
                asked = ask(arm, world.pool, asked, head, more, seed=seed + 1000 * at, machine=False, trainer=trainer)


def rlthf(world: World, arms: tuple[str, ...], controls: tuple[str, ...], *, seed: int) -> Iterator[Row]:
    """A noisy machine labelled everything; people correct a little of it, under each of the training controls."""
    start = FromMachine.of(world.pool)
    yield {"arm": "machine", "control": "", "share": 0.0, "budget": 0, **measure(start.head, world.test)}
    full = measure(from_people(world.pool, np.ones(len(world.pool), dtype=bool)), world.test)
    yield {"arm": "everything", "control": "", "share": 1.0, "budget": len(world.pool), **full}
    for control in controls:
        for arm in arms if control != "none" else arms[:1]:
            yield from _correcting(start, world, arm, control, seed)


def _correcting(start: FromMachine, world: World, arm: str, control: str, seed: int) -> Iterator[Row]:
    # (what is delivered, what decides the next questions)
    learn: dict[str, Callable[[np.ndarray, BayesianHead, int], tuple[BayesianHead, BayesianHead]]] = {
        "none": lambda rows, _now, _at: (start.replacing(rows),) * 2,
        "rlthf": lambda rows, now, at: (start.rlthf(rows, now, at, len(SHARES)),) * 2,
        "people_first": lambda rows, _now, _at: start.people_first(rows),
        "transfer": lambda rows, _now, _at: (start.transfer(rows),) * 2,
    }
    # Before anybody is asked, what the machine taught is doubted a little: a belief without doubt has no questions.
    asking = start.head if control in ("none", "rlthf") else start.head.loosened(DOUBT_AT_START)
    asked = Asked(np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))
    for at, share in enumerate(SHARES):
        budget = max(round(share * len(world.pool)), 1)
        more = budget - len(asked.rows)
        asked = ask(arm, world.pool, asked, asking, more, seed=seed + 1000 * at, machine=True)
        head, asking = learn[control](asked.rows, asking, at + 1)
        wrong = (world.pool.machine_M != world.pool.outcome_M)[asked.rows].mean()
        yield {
            "arm": arm, "control": control, "share": share, "budget": budget,
            "machine_wrong_on_asked": float(wrong), **measure(head, world.test),
        }  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class Asked:
    """Rows of the pool that people answered, and which of them chance alone picked."""

    rows: np.ndarray
    from_random: np.ndarray


def ask(
    name: str, pool: Part, asked: Asked, head: BayesianHead, n: int, *, seed: int, machine: bool,
    trainer: Trainer | None = None,
) -> Asked:  # fmt: skip
    """n more rows, at most one per prompt in a turn; another turn if prompts run out. A tenth comes from chance."""
    if name.endswith(AFTER) and (begin := min(n, BEGIN - len(asked.rows))) > 0:
        asked, n, seed = ask("random", pool, asked, head, begin, seed=seed, machine=machine), n - begin, seed + 7
    rng = np.random.default_rng([seed, 4])
    while n > 0:
        left = np.setdiff1d(np.arange(len(pool)), asked.rows)
        view = label_free_view(pool, left, asked.rows, head, machine=machine)
        if name in DRAWN_ARMS:
            assert trainer is not None, "arms that ask by opinions need a trainer"
            values_M = trainer.values(name, pool, asked.rows, left, rng)
        else:
            values_M = as_values(rule(name)(view, n=n, per_group=1, rng=rng), len(left))
        picked = select(values_M, view.groups_M, n=n, per_group=1, random_share=random_share(name), rng=rng)
        asked = Asked(
            np.concatenate((asked.rows, left[picked.indices])), np.concatenate((asked.from_random, picked.from_random))
        )
        n -= len(picked.indices)
    return asked


def label_free_view(pool: Part, left: np.ndarray, answered: np.ndarray, head: BayesianHead, *, machine: bool) -> Pool:
    """All that a rule gets to see of the rows that are left."""
    return Pool(
        head=head,
        deltas_M_D=pool.deltas_M_D[left],
        groups_M=pool.prompt_M[left],
        prompts_M_P=pool.prompts_M_P[left],
        machine_M=pool.machine_M[left] if machine else None,
        asked_A_P=pool.prompts_M_P[answered],
    )
