"""What may be asked: every pair of one group's different completions that this campaign has not asked yet."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Set
from typing import Any

import numpy as np

from annotator.rollouts.models import PromptGroup, RewardModelVersion, Rollout, Score
from uncertainty.pairs import pairs_within_groups

from .freshness import young_enough
from .models import Campaign
from .strata import with_room

# The newest groups are looked at; older ones are off-policy anyway. Bounds memory: 20k groups of 8 are about 30 MB.
POOL_GROUPS = 20_000
MAX_PAIRS_PER_GROUP = 64


# The cards already asked, as their rollouts' ids in ascending order, whose first one lies between two ids: only what
# can be in the pool is ever looked up.
AskedBetween = Callable[[int, int], Set[tuple[int, ...]]]


def nothing_asked(lowest: int, highest: int) -> Set[tuple[int, ...]]:
    return frozenset()


@dataclasses.dataclass(frozen=True, eq=False)
class Askable:
    """N rollouts in order of id with their groups, and the M pairs of them that may be asked, as rows.

    `texts_N` numbers their texts; `asked` are the cards of earlier rounds.
    """

    rollouts_N: np.ndarray
    groups_N: np.ndarray
    texts_N: np.ndarray
    i_M: np.ndarray
    j_M: np.ndarray
    asked: Set[tuple[int, ...]] = frozenset()

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
    """Every askable pair: same group, different text, not asked before, in a group large enough for a card."""
    runs = list(campaign.runs.values_list("id", flat=True))
    newest = Rollout.objects.filter(run_id__in=runs)
    if only_scored_by is not None:
        newest = newest.filter(scores__version=only_scored_by)
    groups = with_room(campaign, PromptGroup.objects.filter(young_enough(campaign), run_id__in=runs))
    newest_groups = groups.order_by("-id").values("id")[:POOL_GROUPS]
    rows = list(newest.filter(group_id__in=newest_groups).order_by("id").values_list("id", "group_id", "text_digest"))
    rollouts_N = np.array([row[0] for row in rows], dtype=np.int64)
    groups_N = np.array([row[1] for row in rows], dtype=np.int64)
    if not rows:
        none = np.empty(0, np.int64)
        return Askable(rollouts_N, groups_N, none, none, none)
    if campaign.config.completions == 1:
        return _singles(rollouts_N, groups_N, rows, asked_between(rows[0][0], rows[-1][0]))
    i_M, j_M = pairs_within_groups(groups_N, max_pairs_per_group=MAX_PAIRS_PER_GROUP, seed=seed)
    text_N = np.unique(np.array([bytes(row[2]) for row in rows]), return_inverse=True)[1].reshape(-1)
    asked = asked_between(rows[0][0], rows[-1][0])
    pairs = {pair for card in asked for pair in itertools.combinations(card, 2)}
    keep_M = (text_N[i_M] != text_N[j_M]) & ~_among(pairs, rollouts_N, i_M, j_M)
    if campaign.config.completions > 2:
        keep_M &= _texts_in_group(groups_N, text_N)[i_M] >= campaign.config.completions
    return Askable(rollouts_N, groups_N, text_N, i_M[keep_M], j_M[keep_M], asked)


def _singles(rollouts_N: np.ndarray, groups_N: np.ndarray, rows: list[Any], asked: Set[tuple[int, ...]]) -> Askable:
    """Every text not asked about yet, once per group, as a pair with itself."""
    text_N = np.unique(np.array([bytes(row[2]) for row in rows]), return_inverse=True)[1].reshape(-1)
    _, first = np.unique(np.stack((groups_N, text_N)), axis=1, return_index=True)
    done = np.array([card[0] for card in asked if len(card) == 1], dtype=np.int64)
    i_M = np.sort(first[~np.isin(rollouts_N[first], done)])
    return Askable(rollouts_N, groups_N, text_N, i_M, i_M, asked)


def _texts_in_group(groups_N: np.ndarray, text_N: np.ndarray) -> np.ndarray:
    """How many different texts the group of each rollout holds (N,)."""
    groups_U, _ = np.unique(np.stack((groups_N, text_N)), axis=1)
    group_G, count_G = np.unique(groups_U, return_counts=True)
    return np.asarray(count_G[np.searchsorted(group_G, groups_N)])


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
