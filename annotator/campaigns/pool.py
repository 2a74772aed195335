"""What may be asked: every pair of one group's different completions that this campaign has not asked yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Set

import numpy as np

from annotator.rollouts.models import PromptGroup, RewardModelVersion, Rollout, Score
from uncertainty.pairs import pairs_within_groups

from .models import Campaign

# The newest groups are looked at; older ones are off-policy anyway. Bounds memory: 20k groups of 8 are about 30 MB.
POOL_GROUPS = 20_000
MAX_PAIRS_PER_GROUP = 64


# The pairs already asked whose first rollout lies between two ids: only what can be in the pool is ever looked up.
AskedBetween = Callable[[int, int], Set[tuple[int, int]]]


def nothing_asked(lowest: int, highest: int) -> Set[tuple[int, int]]:
    return frozenset()


@dataclasses.dataclass(frozen=True, eq=False)
class Askable:
    """N rollouts in order of id with their groups, and the M pairs of them that may be asked, as rows."""

    rollouts_N: np.ndarray
    groups_N: np.ndarray
    i_M: np.ndarray
    j_M: np.ndarray

    def __len__(self) -> int:
        return len(self.i_M)

    @property
    def groups_M(self) -> np.ndarray:
        return np.asarray(self.groups_N[self.i_M])

    def pair(self, m: int) -> tuple[int, int]:
        """The rollout ids of a pair, in canonical order."""
        return int(self.rollouts_N[self.i_M[m]]), int(self.rollouts_N[self.j_M[m]])


def askable(
    campaign: Campaign, asked_between: AskedBetween, only_scored_by: RewardModelVersion | None, seed: int
) -> Askable:
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
        return Askable(rollouts_N, groups_N, np.empty(0, np.int64), np.empty(0, np.int64))
    i_M, j_M = pairs_within_groups(groups_N, max_pairs_per_group=MAX_PAIRS_PER_GROUP, seed=seed)
    text_N = np.unique(np.array([bytes(row[2]) for row in rows]), return_inverse=True)[1].reshape(-1)
    asked = asked_between(rows[0][0], rows[-1][0])
    keep_M = (text_N[i_M] != text_N[j_M]) & ~_among(asked, rollouts_N, i_M, j_M)
    return Askable(rollouts_N, groups_N, i_M[keep_M], j_M[keep_M])


def _among(asked: Set[tuple[int, int]], rollouts_N: np.ndarray, i_M: np.ndarray, j_M: np.ndarray) -> np.ndarray:
    """Which pairs of rows were asked (M,)."""
    if not asked:
        return np.zeros(len(i_M), dtype=bool)
    side_A_2 = np.array(sorted(asked), dtype=np.int64)
    row_A_2 = np.minimum(np.searchsorted(rollouts_N, side_A_2), len(rollouts_N) - 1)
    here_A = (rollouts_N[row_A_2] == side_A_2).all(axis=1)
    first, second = row_A_2[here_A].T
    return np.isin(i_M * len(rollouts_N) + j_M, first * len(rollouts_N) + second)


def scored_draws(version: RewardModelVersion, rollout_ids: list[int], draws: str) -> dict[int, np.ndarray]:
    """The joint draws (S,) of each rollout this version has scored; `draws` is "ensemble" or "mc_dropout"."""
    K = version.ensemble_draws
    part = slice(0, K) if draws == "ensemble" else slice(K, None)
    rows = Score.objects.filter(version=version, rollout_id__in=rollout_ids).values_list("rollout_id", "rewards_S")
    return {rollout: np.frombuffer(raw, dtype="<f4")[part] for rollout, raw in rows.iterator(chunk_size=5000)}
