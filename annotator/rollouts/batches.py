"""Within a batch the first to say something is right: later rows repeat it, extend it, or are refused.

Pure: what is stored already is not known here (ingest.py asks the database). The outcome is the same however the rows
are cut into batches, so a row that was refused counts for nothing when later rows are judged.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from annotator.errors import InvalidRollout

from . import digests
from .rows import Completion, parse_row


def to_json(value: Any) -> str:
    # Storable values only: rows.py has refused what orjson cannot write (or, like NaN, would write as null).
    return orjson.dumps(value).decode()


class ReadyRollout(NamedTuple):
    """A rollout as it will be stored: JSON columns already as text."""

    external_id: str
    ordinal: int
    completion: str
    reward: float | None
    reward_parts: str
    generator: str
    meta: str
    content_digest: bytes
    text_digest: bytes


class ReadyRow(NamedTuple):
    number: int
    group: str
    step: int | None
    prompt: str
    prompt_digest: bytes
    meta: Mapping[str, Any]
    rollouts: list[ReadyRollout]


@dataclass(frozen=True)
class RowResult:
    """What became of one row; `code`, `message` and `field` say why it was refused."""

    row: int
    status: str  # accepted, duplicate or rejected
    group: str | None
    rollouts: int = 0  # new ones
    code: str = ""
    message: str = ""
    field: str = ""

    def as_dict(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"row": self.row, "status": self.status, "group": self.group}
        if self.status == "rejected":
            shown |= {"code": self.code, "message": self.message, "field": self.field}
        return shown


def prepare(run: str, number: int, raw: object) -> ReadyRow | RowResult:
    """Check one raw row and give it its ids and digests, or say why it is refused."""
    try:
        row = parse_row(raw)
    except InvalidRollout as error:
        return RowResult(number, "rejected", None, 0, error.code, error.message, error.context.get("field", ""))
    prompt = digests.canonical(row.prompt)
    group = row.group_id or digests.derived_group_id(run, row.step or 0, prompt)
    seed = digests.text_seed(prompt)
    return ReadyRow(
        number,
        group,
        row.step,
        to_json(row.prompt),
        digests.prompt_digest(prompt),
        row.meta,
        [_ready(run, group, seed, completion) for completion in row.completions],
    )


def _ready(run: str, group: str, seed: Any, completion: Completion) -> ReadyRollout:
    text = digests.text_digest(seed, digests.canonical(completion.text))
    return ReadyRollout(
        completion.external_id or digests.derived_rollout_id(run, group, text, completion.ordinal),
        completion.ordinal,
        to_json(completion.text),
        completion.reward,
        to_json(completion.reward_parts) if completion.reward_parts else "{}",
        completion.generator,
        to_json(completion.meta) if completion.meta else "{}",
        digests.content_digest(group, text, completion),
        text,
    )


class Group(NamedTuple):
    """What a group was first said to be, by the batch or by what is stored."""

    step: int
    prompt_digest: bytes
    meta: Mapping[str, Any]
    prompt: str = ""  # only needed for a new one
    pk: int = 0  # only known of a stored one


@dataclass
class Plan:
    """The groups and rollouts to store, each once, in the order in which every writer takes them."""

    groups: dict[str, Group] = field(default_factory=dict)
    rollouts: dict[str, tuple[str, ReadyRollout]] = field(default_factory=dict)  # by id: group, rollout
    rows: list[tuple[ReadyRow, list[str]]] = field(default_factory=list)  # each with the ids it brought first
    refused: dict[int, RowResult] = field(default_factory=dict)


def resolve(rows: list[ReadyRow], without: Container[int], known: Mapping[str, Group]) -> Plan:
    """Judge the rows in order against stored groups and the rows before them, leaving out those in `without`."""
    plan = Plan()
    for row in rows:
        if row.number in without:
            continue
        new, problem = _against(plan, known, row)
        if problem is not None:
            plan.refused[row.number] = problem
            continue
        if row.group not in plan.groups:
            fresh = Group(row.step or 0, row.prompt_digest, row.meta, row.prompt)
            plan.groups[row.group] = known.get(row.group, fresh)
        plan.rollouts.update(new)
        plan.rows.append((row, list(new)))
    return plan


def _against(
    plan: Plan, known: Mapping[str, Group], row: ReadyRow
) -> tuple[dict[str, tuple[str, ReadyRollout]], RowResult | None]:
    if problem := group_conflict(row, plan.groups.get(row.group) or known.get(row.group)):
        return {}, problem
    new: dict[str, tuple[str, ReadyRollout]] = {}
    for rollout in row.rollouts:
        name = rollout.external_id
        before = plan.rollouts.get(name) or new.get(name)
        if before is None:
            new[name] = (row.group, rollout)
        elif before[1].content_digest != rollout.content_digest:
            message = f"The id {name} came earlier in this batch with other content."
            return {}, RowResult(row.number, "rejected", row.group, 0, "duplicate_id", message, "id")
    return new, None


def group_conflict(row: ReadyRow, group: Group | None) -> RowResult | None:
    """A row may extend a group but not contradict what the group was first said to be."""
    if group is None:
        return None
    if row.prompt_digest != group.prompt_digest:
        changed = "prompt"
    elif row.step is not None and row.step != group.step:
        changed = "step"
    elif row.meta and row.meta != group.meta:
        changed = "meta"
    else:
        return None
    message = f"The group {row.group} is known with another {changed}; what was said stays said."
    return RowResult(row.number, "rejected", row.group, 0, "content_changed", message, changed)


def rollout_conflict(row: ReadyRow, external_id: str) -> RowResult:
    message = f"The rollout {external_id} is known with other content; what was said stays said."
    return RowResult(row.number, "rejected", row.group, 0, "content_changed", message, "id")
