"""Most informative first, a fixed share at random, few per group; same seed, same order. Only reads.

Before the first reward model version there is nothing to be uncertain about, so every pair is drawn at random. Only
the random share of those stays in the random stream; the others are put in order as soon as a version has an opinion.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Set

import numpy as np

from annotator.rollouts.models import PromptGroup, RewardModelVersion, Rollout, Score
from uncertainty.acquisition import ACQUISITIONS, Acquisition
from uncertainty.pairs import pairs_within_groups
from uncertainty.reward_samples import RewardSamples
from uncertainty.selection import select

from .models import Campaign

# The newest groups are looked at; older ones are off-policy anyway. Bounds memory: 20k groups of 8 are about 30 MB.
POOL_GROUPS = 20_000
MAX_PAIRS_PER_GROUP = 64


# The pairs already asked whose first rollout lies between two ids: only what can be in the pool is ever looked up.
AskedBetween = Callable[[int, int], Set[tuple[int, int]]]


def nothing_asked(lowest: int, highest: int) -> Set[tuple[int, int]]:
    return frozenset()


@dataclasses.dataclass(frozen=True)
class Proposal:
    """One pair worth asking about, and why. Rollout ids are in canonical order: `rollout_a` < `rollout_b`."""

    group_id: int
    rollout_a: int
    rollout_b: int
    from_random: bool
    propensity: float
    value: float | None


@dataclasses.dataclass(frozen=True)
class Ranking:
    """One round's proposals, most valuable first, and what they were chosen from."""

    proposals: list[Proposal]
    version: RewardModelVersion | None
    acquisition: str
    pool_size: int
    seed: int


def production_version(reward_model: str) -> RewardModelVersion | None:
    return RewardModelVersion.objects.filter(name=reward_model, state=RewardModelVersion.State.PRODUCTION).first()


def scored_draws(version: RewardModelVersion, rollout_ids: list[int], draws: str) -> dict[int, np.ndarray]:
    """The joint draws (S,) of each rollout this version has scored; `draws` is "ensemble" or "mc_dropout"."""
    K = version.ensemble_draws
    part = slice(0, K) if draws == "ensemble" else slice(K, None)
    rows = Score.objects.filter(version=version, rollout_id__in=rollout_ids).values_list("rollout_id", "rewards_S")
    return {rollout: np.frombuffer(raw, dtype="<f4")[part] for rollout, raw in rows.iterator(chunk_size=5000)}


@dataclasses.dataclass(frozen=True)
class _Pool:
    rollouts_N: np.ndarray
    groups_N: np.ndarray
    i_M: np.ndarray
    j_M: np.ndarray


def _pool(
    campaign: Campaign, asked_between: AskedBetween, only_scored_by: RewardModelVersion | None, seed: int
) -> _Pool:
    """Every askable pair: same group, different text, not asked before in this campaign."""
    runs = list(campaign.runs.values_list("id", flat=True))
    newest = Rollout.objects.filter(run_id__in=runs)
    if only_scored_by is not None:
        newest = newest.filter(scores__version=only_scored_by)
    groups = PromptGroup.objects.filter(run_id__in=runs).order_by("-id").values("id")[:POOL_GROUPS]
    rows = list(newest.filter(group_id__in=groups).order_by("id").values_list("id", "group_id", "text_digest"))
    rollouts_N = np.array([row[0] for row in rows], dtype=np.int64)
    groups_N = np.array([row[1] for row in rows], dtype=np.int64)
    if not rows:
        return _Pool(rollouts_N, groups_N, np.empty(0, np.int64), np.empty(0, np.int64))
    i_M, j_M = pairs_within_groups(groups_N, max_pairs_per_group=MAX_PAIRS_PER_GROUP, seed=seed)
    digests = [bytes(row[2]) for row in rows]
    asked = asked_between(rows[0][0], rows[-1][0])
    keep_M = np.fromiter(
        (
            digests[i] != digests[j] and (int(rollouts_N[i]), int(rollouts_N[j])) not in asked
            for i, j in zip(i_M.tolist(), j_M.tolist(), strict=True)
        ),
        dtype=bool,
        count=len(i_M),
    )
    return _Pool(rollouts_N, groups_N, i_M[keep_M], j_M[keep_M])


def _values(version: RewardModelVersion, acquisition: Acquisition, pool: _Pool, rng: np.random.Generator) -> np.ndarray:
    draws = scored_draws(version, pool.rollouts_N.tolist(), acquisition.draws)
    samples = RewardSamples(np.stack([draws[rollout] for rollout in pool.rollouts_N.tolist()], axis=1).astype(float))
    return acquisition.value(samples.margins_S_M(pool.i_M, pool.j_M), rng=rng)


def rank(campaign: Campaign, n: int, *, seed: int, asked_between: AskedBetween = nothing_asked) -> Ranking:
    """The `n` pairs to ask next, none asked before. The random share is drawn independently of every score."""
    config = campaign.config
    version = production_version(campaign.reward_model)
    rng = np.random.default_rng(seed)
    pool = _pool(campaign, asked_between, version, seed)
    name = config.acquisition if version is not None else "random"
    if len(pool.i_M) == 0:
        return Ranking([], version, name, 0, seed)
    if version is None:
        values_M, random_share = rng.random(len(pool.i_M)), 1.0
    else:
        values_M, random_share = _values(version, ACQUISITIONS[name], pool, rng), config.random_share
    selected = select(
        values_M,
        pool.groups_N[pool.i_M],
        n=n,
        per_group=config.pairs_per_group,
        random_share=random_share,
        rng=rng,
    )
    control_n = selected.from_random
    if version is None:
        control_n = rng.random(len(control_n)) < config.random_share
    proposals = [
        Proposal(
            group_id=int(pool.groups_N[pool.i_M[m]]),
            rollout_a=int(pool.rollouts_N[pool.i_M[m]]),
            rollout_b=int(pool.rollouts_N[pool.j_M[m]]),
            from_random=bool(from_random),
            propensity=float(propensity),
            value=None if from_random or version is None else float(values_M[m]),
        )
        for m, from_random, propensity in zip(selected.indices.tolist(), control_n, selected.propensities, strict=True)
    ]
    return Ranking(proposals, version, name, len(pool.i_M), seed)


def revalue(
    version: RewardModelVersion, acquisition_name: str, pairs: list[tuple[int, int]], *, seed: int
) -> np.ndarray | None:
    """The acquisition's value of given pairs under a version (M,), or None while some of them are unscored."""
    acquisition = ACQUISITIONS[acquisition_name]
    rollouts = sorted({rollout for pair in pairs for rollout in pair})
    draws = scored_draws(version, rollouts, acquisition.draws)
    if len(draws) < len(rollouts):
        return None
    column = {rollout: n for n, rollout in enumerate(rollouts)}
    samples = RewardSamples(np.stack([draws[rollout] for rollout in rollouts], axis=1).astype(float))
    i_M = np.array([column[a] for a, _ in pairs])
    j_M = np.array([column[b] for _, b in pairs])
    return acquisition.value(samples.margins_S_M(i_M, j_M), rng=np.random.default_rng(seed))
