"""Most informative first, a fixed share at random, few per group; same seed, same order. Only reads.

While there is nothing to go by (no features, no scored version) every pair is drawn at random; only the random share of
those stays in the random stream, the others are put in order as soon as there is an opinion. A strategy that reads the
belief starts by spreading its questions over kinds of prompts, until `cold_answers` are in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from annotator.rollouts.models import RewardModelVersion
from uncertainty.batch.drawn import Drawn
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import BATCH_RULES, as_values
from uncertainty.laplace import BayesianHead
from uncertainty.reading_time import ReadingTime
from uncertainty.reward_samples import RewardSamples
from uncertainty.selection import select
from uncertainty.view import damped

from . import machine_labels
from .audits import with_due_audits
from .cards import card
from .freshness import with_age
from .models import Campaign
from .pool import Askable, AskedBetween, askable, nothing_asked, scored_draws
from .strategies import STRATEGIES, Reads, Strategy

COLD_START = "stratified_random"
# Pairs a rule looks at. Drawn anew each round; which prompts are asked is hardly touched, since one group has many.
MOST_PAIRS = 50_000


@dataclasses.dataclass(frozen=True, eq=False)
class Belief:
    """What a campaign's answers have taught, over the rollouts of a pool (rows as in the pool)."""

    head: BayesianHead
    points_N_W: np.ndarray  # zero where unknown
    prompts_N_P: np.ndarray
    known_N: np.ndarray  # rollouts whose features are there
    needs_D_D: np.ndarray  # what the pool's answers depend on, for rules that ask for what the pool needs
    asked_A_P: np.ndarray  # prompts of past answers
    cold: bool  # too little is known to choose by
    reading: ReadingTime | None = None  # how long answers take, when they are chosen by value per second
    characters_N: np.ndarray | None = None

    def seconds(self, i_R: np.ndarray, j_R: np.ndarray) -> np.ndarray | None:
        """How long each pair of rows will take somebody; None when that plays no part."""
        if self.reading is None or self.characters_N is None:
            return None
        return self.reading.seconds(self.characters_N[i_R] + self.characters_N[j_R])


Believe = Callable[[Askable], Belief | None]


def nothing_believed(pool: Askable) -> Belief | None:
    return None


@dataclasses.dataclass(frozen=True)
class Proposal:
    """A card worth asking about, and why. Rollout ids are in canonical order: ascending."""

    group_id: int
    rollouts: tuple[int, ...]
    from_random: bool
    propensity: float
    value: float | None


@dataclasses.dataclass(frozen=True)
class Ranking:
    """One round's proposals, most valuable first, and what they were chosen from."""

    proposals: list[Proposal]
    version: RewardModelVersion | None
    acquisition: str  # what was really used
    pool_size: int
    seed: int


def production_version(reward_model: str) -> RewardModelVersion | None:
    return RewardModelVersion.objects.filter(name=reward_model, state=RewardModelVersion.State.PRODUCTION).first()


def rank(
    campaign: Campaign,
    n: int,
    *,
    seed: int,
    asked_between: AskedBetween = nothing_asked,
    believe: Believe = nothing_believed,
    fallen_back: bool = False,
) -> Ranking:
    """The `n` cards to ask next, none asked before. The random share is drawn independently of every opinion.

    What is valued, and drawn, are pairs; a card of another size is built around one (`cards.card`).

    With `fallen_back` all of them are the random stream: the strategy has to prove itself first.
    """
    config = campaign.config
    # What a strategy values are pairs: a card of one completion is drawn by chance.
    strategy = STRATEGIES["random" if fallen_back or config.completions == 1 else config.acquisition]
    version = production_version(campaign.reward_model)
    rng = np.random.default_rng(seed)
    pool = askable(campaign, asked_between, version if strategy.reads_draws else None, seed)
    if len(pool) == 0:
        return Ranking([], version, strategy.name, 0, seed)
    valued = _valued(campaign, strategy, version, pool, believe, n, rng)
    blind = valued is None or fallen_back
    name, values_M, belief = valued if valued is not None else ("random", rng.random(len(pool)), None)
    values_M = with_age(campaign, values_M, pool.groups_M)
    selected = select(
        values_M,
        pool.groups_M,
        n=n,
        per_group=config.pairs_per_group,
        random_share=1.0 if blind else config.random_share,
        rng=rng,
    )
    control_n, propensity_n = selected.from_random, selected.propensities
    if valued is None:
        control_n = rng.random(len(control_n)) < config.random_share
        # Drawn, and then called the control: both are chance.
        propensity_n = np.where(control_n, propensity_n * config.random_share, propensity_n)
    chosen = zip(selected.indices.tolist(), control_n.tolist(), propensity_n.tolist(), strict=True)
    proposals: dict[tuple[int, ...], Proposal] = {}
    for m, from_random, propensity in chosen:
        pair = int(pool.i_M[m]), int(pool.j_M[m])
        shown = card(pair, config.completions, pool, None if from_random else belief, pool.asked, rng)
        value = None if from_random or valued is None else float(values_M[m])
        if shown is not None:  # two pairs of one group may lead to one card: the better one's
            proposals.setdefault(shown, Proposal(int(pool.groups_M[m]), shown, from_random, propensity, value))
    return Ranking(list(proposals.values()), version, name, len(pool), seed)


def _valued(
    campaign: Campaign,
    strategy: Strategy,
    version: RewardModelVersion | None,
    pool: Askable,
    believe: Believe,
    n: int,
    rng: np.random.Generator,
) -> tuple[str, np.ndarray, Belief | None] | None:
    """(what was used, value of every pair, what is believed), or None while there is nothing to go by."""
    if strategy.reads is Reads.CHANCE:
        return strategy.name, rng.random(len(pool)), None
    if strategy.reads is Reads.BELIEF:
        belief = believe(pool)
        if belief is None:
            return None
        valued = believed_values(
            campaign, strategy, belief, pool, n=n, per_group=campaign.config.pairs_per_group, rng=rng
        )
        if valued is None:
            return None
        return valued[0], with_due_audits(campaign, version, belief, pool, valued[1], n=n, rng=rng), belief
    if version is None:
        return None
    values_M = drawn_values(version, strategy, pool, rng)
    return None if values_M is None else (strategy.name, values_M, None)


def drawn_values(
    version: RewardModelVersion, strategy: Strategy, pool: Askable, rng: np.random.Generator
) -> np.ndarray | None:
    """What each pair (M,) is worth under the draws of a version's scores; None while some rollouts are not scored."""
    rollouts = pool.rollouts_N.tolist()
    draws = scored_draws(version, rollouts, strategy.reads.value)
    if len(draws) < len(rollouts):
        return None
    samples = RewardSamples(np.stack([draws[rollout] for rollout in rollouts], axis=1))
    return Drawn(samples, pool.groups_N, pool.i_M, pool.j_M).values(strategy.name, rng=rng)


def believed_values(
    campaign: Campaign,
    strategy: Strategy,
    belief: Belief,
    pool: Askable,
    *,
    n: int,
    per_group: int,
    rng: np.random.Generator,
) -> tuple[str, np.ndarray] | None:
    """(what was used, values (M,)): a rule's order of up to MOST_PAIRS pairs with known features; others come last."""
    name = COLD_START if belief.cold else strategy.name
    rows_R = np.flatnonzero(belief.known_N[pool.i_M] & belief.known_N[pool.j_M])
    machine_R = _machine_labels(campaign, pool, rows_R) if STRATEGIES[name].needs_machine else None
    if machine_R is not None:
        rows_R, machine_R = rows_R[~np.isnan(machine_R)], machine_R[~np.isnan(machine_R)]
    if len(rows_R) == 0:
        return None
    if len(rows_R) > MOST_PAIRS:
        some = np.sort(rng.choice(len(rows_R), MOST_PAIRS, replace=False))
        rows_R, machine_R = rows_R[some], None if machine_R is None else machine_R[some]
    order = BATCH_RULES[name](_seen_by_rule(belief, pool, rows_R, machine_R), n=n, per_group=per_group, rng=rng)
    values_M = np.zeros(len(pool))
    values_M[rows_R] = as_values(order, len(rows_R))
    return name, values_M


def _machine_labels(campaign: Campaign, pool: Askable, rows_R: np.ndarray) -> np.ndarray:
    sides = np.stack((pool.rollouts_N[pool.i_M[rows_R]], pool.rollouts_N[pool.j_M[rows_R]]), axis=1)
    return machine_labels.labels_of(campaign, sides)


def _seen_by_rule(belief: Belief, pool: Askable, rows_R: np.ndarray, machine_R: np.ndarray | None) -> Pool:
    """All that a rule gets to see of some rows: where the pairs lie and what is believed; no answer is in it."""
    i_R, j_R = pool.i_M[rows_R], pool.j_M[rows_R]
    return Pool(
        head=belief.head,
        deltas_M_D=damped(belief.points_N_W[i_R] - belief.points_N_W[j_R]),
        groups_M=pool.groups_N[i_R],
        prompts_M_P=belief.prompts_N_P[i_R],
        asked_A_P=belief.asked_A_P,
        machine_M=machine_R,
        needs_D_D=belief.needs_D_D,
        seconds_M=belief.seconds(i_R, j_R),
    )
