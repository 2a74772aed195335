"""Whose labels people correct, which pairs the machine labels, and what it says about each. Only reads.

A campaign's `machine` is "" (nobody's labels), "reward" (the greater of the run's own rewards), "reward:NAME" (one
named part of them: a verifier such as `correct`), or "judge:NAME" (a judge of TIEBREAK_JUDGES; what it said is kept as
`MachineLabel`). Where the machine has no opinion there is no label: equal or missing rewards, a tie, not judged yet.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import ArrayLike

from annotator.rollouts.models import PromptGroup, RewardModelVersion
from uncertainty.arrays import Bools, Floats, Ints

from .models import Campaign, MachineLabel
from .pool import POOL_GROUPS

ENOUGH = 200  # labels a machine has given before a version is trained on them alone
COMPLETIONS = 12  # of a group at most are paired: 66 pairs, more than any campaign has labelled


class Kind(enum.Enum):
    """Where a machine's labels come from."""

    REWARD = "reward"
    PART = "part"
    JUDGE = "judge"


@dataclasses.dataclass(frozen=True)
class Source:
    """The machine of a campaign; `name` of the part or of the judge."""

    kind: Kind
    name: str = ""


def source_of(machine: str) -> Source | None:
    """What a config's `machine` means; its form was checked when the config was made."""
    kind, _, name = machine.partition(":")
    if not machine:
        return None
    if kind == "judge":
        return Source(Kind.JUDGE, name)
    return Source(Kind.PART, name) if name else Source(Kind.REWARD)


def question_digest(campaign: Campaign) -> str:
    """A judge's answer holds for one question: campaigns that ask the same in the same words share it."""
    return hashlib.sha256(f"{campaign.question}\0{campaign.guidelines}".encode()).hexdigest()


def labels_of(campaign: Campaign, pairs: Sequence[tuple[int, int]] | ArrayLike) -> Floats:
    """The machine's label of each pair of rollout ids: 1 the first is better, 0 the second, NaN no opinion."""
    pair_M_2 = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    source = source_of(campaign.config.machine)
    if source is None or not len(pair_M_2):
        return np.full(len(pair_M_2), np.nan)
    if source.kind is Kind.JUDGE:
        return _judged(source.name, question_digest(campaign), pair_M_2)
    rollouts, row = np.unique(pair_M_2, return_inverse=True)
    reward_N = _rewards(source, rollouts)
    return _sign(reward_N[row.reshape(-1, 2)])


def _sign(reward_M_2: Floats) -> Floats:
    """1 where the first is greater, 0 where the second is, NaN where they are equal or one is not known."""
    apart_M = np.sign(reward_M_2[:, 0] - reward_M_2[:, 1])
    return np.where(apart_M == 0.0, np.nan, (apart_M + 1.0) / 2.0)


def _rewards(source: Source, rollouts_N: Ints) -> Floats:
    """One reward per rollout id, in the order of ids; NaN where there is none."""
    reward_N = np.full(len(rollouts_N), np.nan)
    wanted = "reward" if source.kind is Kind.REWARD else "(reward_parts ->> %(name)s)::float8"
    # A part may be null; a number is all else it can be.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {wanted} AS r FROM rollouts_rollout WHERE id = ANY(%(ids)s) AND {wanted} IS NOT NULL",
            {"name": source.name, "ids": rollouts_N.tolist()},
        )
        found = cursor.fetchall()
    if found:
        ids, values = np.array([row[0] for row in found]), np.array([row[1] for row in found])
        reward_N[np.searchsorted(rollouts_N, ids)] = values
    return reward_N


def _judged(judge: str, question: str, pair_M_2: Ints) -> Floats:
    """What a judge said, turned to the order in which each pair is given."""
    a_M, b_M = pair_M_2.min(axis=1), pair_M_2.max(axis=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rollout_a_id, rollout_b_id, label FROM campaigns_machinelabel"
            " WHERE judge = %s AND question_digest = %s AND rollout_a_id = ANY(%s) AND label IN (0, 1)",
            [judge, question, np.unique(a_M).tolist()],
        )
        said = {(a, b): label for a, b, label in cursor.fetchall()}
    label_M = np.array([said.get(pair, np.nan) for pair in zip(a_M.tolist(), b_M.tolist(), strict=True)])
    return np.asarray(np.where(pair_M_2[:, 0] == a_M, label_M, 1.0 - label_M))


def labelled_enough(campaign: Campaign) -> bool:
    """Whether the machine has given labels enough for a first version without people; asked every few seconds."""
    source = source_of(campaign.config.machine)
    if source is None:
        return False
    if source.kind is Kind.JUDGE:
        told = MachineLabel.objects.filter(judge=source.name, question_digest=question_digest(campaign))
        runs = campaign.runs.values("id")
        return told.filter(rollout_a__run__in=runs, label__in=[0.0, 1.0])[:ENOUGH].count() >= ENOUGH
    # Every two different rewards in a group are a label: groups are counted, the newest ones only.
    wanted = "reward" if source.kind is Kind.REWARD else "(reward_parts ->> %(name)s)::float8"
    groups = PromptGroup.objects.filter(run__campaigns=campaign).order_by("-id").values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM rollouts_rollout WHERE group_id = ANY(%(groups)s)"
            f" GROUP BY group_id HAVING min({wanted}) < max({wanted})) AS told",
            {"name": source.name, "groups": list(groups[:ENOUGH])},
        )
        (told_groups,) = cursor.fetchone()
    return bool(told_groups * campaign.config.machine_pairs >= ENOUGH)


@dataclasses.dataclass(frozen=True, eq=False)
class MachinePairs:
    """M pairs of rollout ids in canonical order, newest group first, with the machine's label (NaN: none yet)."""

    a_M: Ints
    b_M: Ints
    groups_M: Ints
    label_M: Floats

    def __len__(self) -> int:
        return len(self.a_M)

    def where(self, mask_M: Bools) -> MachinePairs:
        """The pairs the mask picks."""
        return MachinePairs(**{f.name: getattr(self, f.name)[mask_M] for f in dataclasses.fields(self)})


NO_PAIRS = MachinePairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def machine_pairs(campaign: Campaign, limit: int | None = None) -> MachinePairs:
    """The pairs the machine labels: at most `machine_pairs` of each of the newest groups, different texts only.

    Which ones follows from a hash of the ids that came with the rollouts: the same file gives the same pairs, wherever
    it is read. A reward's pairs are chosen among those it has an opinion about; a judge is asked about those chosen.
    """
    config, source = campaign.config, source_of(campaign.config.machine)
    rows = _rows(campaign) if source is not None else None
    if source is None or rows is None:
        return NO_PAIRS
    i_M, j_M = _pairs(rows.groups_N)
    rollouts_M_2 = np.stack((rows.rollouts_N[i_M], rows.rollouts_N[j_M]), axis=1)
    if source.kind is not Kind.JUDGE:
        # An opinion costs nothing here, so that none of the few places is given to a pair without one.
        by_id = np.argsort(rows.rollouts_N)
        reward_N = np.empty(len(by_id))
        reward_N[by_id] = _rewards(source, rows.rollouts_N[by_id])
        told = ~np.isnan(_sign(np.stack((reward_N[i_M], reward_N[j_M]), axis=1)))
        i_M, j_M, rollouts_M_2 = i_M[told], j_M[told], rollouts_M_2[told]
    first = _first_per_group(rows.groups_N[i_M], _mixed(rows.hash_N[i_M] ^ rows.hash_N[j_M]), config.machine_pairs)
    first = first[np.argsort(-rows.groups_N[i_M[first]], kind="stable")][:limit]
    pair_M_2 = np.sort(rollouts_M_2[first], axis=1)
    return MachinePairs(pair_M_2[:, 0], pair_M_2[:, 1], rows.groups_N[i_M[first]], labels_of(campaign, pair_M_2))


@dataclasses.dataclass(frozen=True, eq=False)
class _Rows:
    """The completions that are paired, by group and then by hash."""

    rollouts_N: Ints
    groups_N: Ints
    hash_N: Ints


def _rows(campaign: Campaign) -> _Rows | None:
    """At most `COMPLETIONS` different completions of each of the newest groups."""
    newest = PromptGroup.objects.filter(run__campaigns=campaign).order_by("-id")
    key_of = {pk: _number(external) for pk, external in newest.values_list("id", "external_id")[:POOL_GROUPS]}
    with connection.cursor() as cursor:
        cursor.execute(
            # Of equal texts in a group the first stands for all: there is nothing to compare.
            "SELECT DISTINCT ON (group_id, text_digest) id, group_id, ordinal FROM rollouts_rollout"
            " WHERE group_id = ANY(%s) ORDER BY group_id, text_digest, ordinal, id",
            [list(key_of)],
        )
        found = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    if not len(found):
        return None
    rollouts_N, groups_N, ordinal_N = found.T
    key_N = np.array([key_of[group] for group in groups_N.tolist()], dtype=np.int64)
    hash_N = _mixed(key_N ^ _mixed(ordinal_N))
    kept = _first_per_group(groups_N, hash_N, COMPLETIONS)
    return _Rows(rollouts_N[kept], groups_N[kept], hash_N[kept])


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def _first_per_group(groups_M: Ints, hash_M: Ints, most: int) -> Ints:
    """The rows of the `most` smallest hashes of each group, by group and hash."""
    order = np.lexsort((hash_M, groups_M))
    _, first_G, count_G = np.unique(groups_M[order], return_index=True, return_counts=True)
    place_M = np.arange(len(order)) - np.repeat(first_G, count_G)
    return np.asarray(order[place_M < most])


def _pairs(groups_N: Ints) -> tuple[Ints, Ints]:
    """Every two rows of one group, rows being in the order of groups."""
    _, first_G, count_G = np.unique(groups_N, return_index=True, return_counts=True)
    sides = [(first_G[count_G > q] + p, first_G[count_G > q] + q) for q in range(1, COMPLETIONS) for p in range(q)]
    return np.concatenate([i for i, _ in sides]), np.concatenate([j for _, j in sides])


def _mixed(numbers: Ints) -> Ints:
    """Well mixed bits of whole numbers (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        bits = numbers.astype(np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((bits ^ (bits >> np.uint64(31))).view(np.int64))


def machine_overview(campaign: Campaign, version: RewardModelVersion | None) -> dict[str, Any] | None:
    """What the manager sees of the machine: who it is, and what the version's training made of its labels."""
    machine = campaign.config.machine
    if not machine:
        return None
    told = (version.metrics.get("machine") if version is not None else None) or {}
    nothing: dict[str, Any] = {
        "labelled": 0 if told else _judged_so_far(campaign), "curve": None, "zones": None,
        "flips": {"audited": 0, "right": 0, "automatic": 0}, "round": 0, "amplify": 1.0, "back_off": 0.0,
    }  # fmt: skip
    return {"source": machine, **{name: told.get(name, value) for name, value in nothing.items()}}


def _judged_so_far(campaign: Campaign) -> int:
    """A judge's labels are shown as they come in; a reward's are counted by the training that reads them."""
    source = source_of(campaign.config.machine)
    if source is None or source.kind is not Kind.JUDGE:
        return 0
    told = MachineLabel.objects.filter(judge=source.name, question_digest=question_digest(campaign))
    return told.filter(rollout_a__run__in=campaign.runs.values("id"), label__in=[0.0, 1.0]).count()
