"""Answers with everything around them, read in order and a few hundred at a time, however many there are."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet

from annotator.campaigns.models import Campaign

from ..ages import PolicyClock
from ..label_sets import is_heldout
from ..models import Annotation, LabelSet, LabelSetItem

AT_ONCE = 250  # answers; each brings up to eight completions into memory
Text = str | list[dict[str, Any]]


class Shown(NamedTuple):
    """One completion of a card."""

    external_id: str
    completion: Text


class Said(NamedTuple):
    """What the answer says of two of its completions, by position."""

    i: int
    j: int
    outcome: float
    strength: int | None


class Answered(NamedTuple):
    """One answer as the database has it: the columns of `ANSWERED`, in order."""

    answer: dict[str, Any] | None
    prompt: Text
    annotation_id: int
    annotator_id: int
    skip: str
    flagged: bool
    comment: str
    shown_order: list[int]
    active_ms: int | None
    at: datetime
    revises: int | None
    task_id: int
    stream: str
    propensity: float
    rollout_ids: list[int]
    group: str
    step: int
    run_id: int
    run: str
    prompt_digest: bytes
    seat: int
    extra: bool
    surplus: bool
    gold_score: float | None
    returned: bool


@dataclasses.dataclass(frozen=True)
class Told:
    """An answer, the completions it is about in canonical order, and what it says of pairs of them."""

    row: Answered
    shown: list[Shown]
    compared: list[Said]
    step_age: int  # policy steps that the run had gone on by when the answer was given
    heldout: bool


@dataclasses.dataclass(frozen=True)
class Source:
    """Which answers are read: rows that name one each, and the split they were frozen on where they were."""

    rows: QuerySet[Any]
    key: str  # what they call the annotation
    frozen: bool

    def ids(self) -> Iterator[dict[int, bool | None]]:
        """A batch of ids at a time, and their split; a cursor over all of them would first be written to a file."""
        rows, last = self.rows.order_by(self.key).values_list(self.key, *(["heldout"] if self.frozen else [])), 0
        while found := list(rows.filter(**{f"{self.key}__gt": last})[:AT_ONCE]):
            batch = {pk: split[0] if split else None for pk, *split in found}
            yield batch
            last = max(batch)

    def are_conversations(self, campaign: Campaign) -> bool:
        """Whether any text of these answers is a list of messages; known at once where no run holds one."""
        sql, params = self.rows.order_by().values(self.key).query.sql_with_params()
        runs = list(campaign.runs.values_list("id", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(CONVERSATIONS.format(ids=sql), [runs, runs, *params])
            return bool(cursor.fetchone()[0])


CONVERSATIONS = """
SELECT (EXISTS (SELECT FROM rollouts_promptgroup WHERE run_id = ANY(%s) AND jsonb_typeof(prompt) = 'array')
        OR EXISTS (SELECT FROM rollouts_rollout WHERE run_id = ANY(%s) AND jsonb_typeof(completion) = 'array'))
    AND EXISTS (
    SELECT FROM ({ids}) said(id)
    JOIN annotations_annotation answer ON answer.id = said.id
    JOIN tasks_annotationtask task ON task.id = answer.task_id
    JOIN rollouts_promptgroup grp ON grp.id = task.group_id
    WHERE jsonb_typeof(grp.prompt) = 'array' OR EXISTS (
        SELECT FROM rollouts_rollout rollout
        WHERE rollout.id = ANY (task.rollout_ids) AND jsonb_typeof(rollout.completion) = 'array'))"""


def items_of(label_set: LabelSet, split: str) -> Source:
    items = LabelSetItem.objects.filter(label_set=label_set)
    return Source(items if split == "all" else items.filter(heldout=split == "heldout"), "annotation_id", True)


def answers_of(campaign: Campaign) -> Source:
    return Source(Annotation.objects.filter(campaign=campaign), "id", False)


def told(source: Source, campaign: Campaign) -> Iterator[Told]:
    """The answers in order of id; completions and comparisons come with each few hundred of them."""
    clock, share = PolicyClock(campaign.runs.values_list("id", flat=True)), campaign.config.heldout_share
    for split in source.ids():
        batch = _answered(list(split))
        shown, compared = _shown(batch), _compared(batch)
        for row in batch:
            held = split[row.annotation_id]
            yield Told(
                row,
                shown=[shown[pk] for pk in row.rollout_ids],
                compared=compared[row.annotation_id],
                step_age=max(0, clock.step(row.run_id, row.at) - row.step),
                heldout=is_heldout(bytes(row.prompt_digest), share) if held is None else held,
            )


# Written out: to compose a query of some hundred ids takes Django longer than PostgreSQL needs to answer it. JSON comes
# as text, because orjson reads it in a third of the time.
ANSWERED = """
SELECT said.answer::text, grp.prompt::text, said.id, said.annotator_id, said.skip, said.flagged, said.comment,
       said.shown_order, said.active_ms, said.at, said.revises_id, task.id, task.stream, task.propensity,
       task.rollout_ids, grp.external_id, grp.step, grp.run_id, run.name, grp.prompt_digest,
       slot.slot, slot.extra, slot.state = 'surplus',
       (SELECT score FROM annotations_goldscore WHERE annotation_id = said.id),
       coalesce((SELECT verdict = 'returned' FROM annotations_review WHERE annotation_id = said.id
                 ORDER BY id DESC LIMIT 1), false)
FROM annotations_annotation said
JOIN tasks_assignment slot ON slot.id = said.assignment_id
JOIN tasks_annotationtask task ON task.id = said.task_id
JOIN rollouts_promptgroup grp ON grp.id = task.group_id
JOIN rollouts_policyrun run ON run.id = grp.run_id
WHERE said.id = ANY(%s) ORDER BY said.id"""
SHOWN = "SELECT id, external_id, completion::text FROM rollouts_rollout WHERE id = ANY(%s)"
COMPARED = """
SELECT annotation_id, rollout_a_id, rollout_b_id, outcome, strength FROM annotations_comparison
WHERE annotation_id = ANY(%s) ORDER BY rollout_a_id, rollout_b_id"""


def _answered(ids: list[int]) -> list[Answered]:
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, [ids])
        return [Answered(said and orjson.loads(said), orjson.loads(prompt), *rest) for said, prompt, *rest in cursor]


def _shown(batch: list[Answered]) -> Mapping[int, Shown]:
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, [list({pk for row in batch for pk in row.rollout_ids})])
        return {pk: Shown(external, orjson.loads(text)) for pk, external, text in cursor}


def _compared(batch: list[Answered]) -> Mapping[int, list[Said]]:
    place = {row.annotation_id: {pk: at for at, pk in enumerate(row.rollout_ids)} for row in batch}
    found: dict[int, list[Said]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(COMPARED, [list(place)])
        for of, a, b, outcome, strength in cursor:
            found[of].append(Said(place[of][a], place[of][b], outcome, strength))
    return found
