"""Answers with everything around them, read in order and a few hundred at a time, however many there are."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

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
    """One answer as the database has it; the fields are `FIELDS`, in order, and `heldout` where it is frozen."""

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
    heldout: bool | None = None


JSON = {"answer": "answer", "prompt": "task__group__prompt"}
FIELDS = (
    *("id", "annotator_id", "skip", "flagged", "comment", "shown_order", "active_ms", "at", "revises_id"),
    *("task_id", "task__stream", "task__propensity", "task__rollout_ids"),
    *("task__group__external_id", "task__group__step", "task__group__run_id", "task__group__run__name"),
    "task__group__prompt_digest",
)


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
    """Which answers are read: a query and where in it the answer is."""

    rows: QuerySet[Any]
    prefix: str  # from the query's model to the annotation, "" or "annotation__"
    heldout: bool  # whether the query's rows know it

    def read(self) -> Iterator[Answered]:
        fields = [f"{self.prefix}{field}" for field in FIELDS] + (["heldout"] if self.heldout else [])
        # As text, because reading it here with orjson takes a third of the time of Django's own reader.
        texts = {f"{name}_text": Cast(f"{self.prefix}{field}", TextField()) for name, field in JSON.items()}
        rows = self.rows.annotate(**texts).order_by(f"{self.prefix}id").values_list(*texts, *fields)
        for answer, prompt, *rest in rows.iterator(chunk_size=AT_ONCE):
            yield Answered(answer and orjson.loads(answer), orjson.loads(prompt), *rest)

    def are_conversations(self) -> bool:
        """Whether any prompt or completion of these answers is a list of messages."""
        tasks = self.rows.order_by().values(f"{self.prefix}task_id")
        sql, params = tasks.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(CONVERSATIONS.format(tasks=sql), params)
            return bool(cursor.fetchone()[0])


CONVERSATIONS = """
SELECT EXISTS (
    SELECT FROM ({tasks}) asked(task_id)
    JOIN tasks_annotationtask task ON task.id = asked.task_id
    JOIN rollouts_promptgroup grp ON grp.id = task.group_id
    WHERE jsonb_typeof(grp.prompt) = 'array' OR EXISTS (
        SELECT FROM rollouts_rollout rollout
        WHERE rollout.id = ANY (task.rollout_ids) AND jsonb_typeof(rollout.completion) = 'array'))"""


def items_of(label_set: LabelSet, split: str) -> Source:
    items = LabelSetItem.objects.filter(label_set=label_set)
    return Source(items if split == "all" else items.filter(heldout=split == "heldout"), "annotation__", True)


def answers_of(campaign: Campaign) -> Source:
    return Source(Annotation.objects.filter(campaign=campaign), "", False)


def told(source: Source, campaign: Campaign) -> Iterator[Told]:
    """The answers in order of id; completions and comparisons come with each few hundred of them."""
    clock, share = PolicyClock(campaign.runs.values_list("id", flat=True)), campaign.config.heldout_share
    rows = source.read()
    while batch := list(islice(rows, AT_ONCE)):
        shown, compared = _shown(batch), _compared(batch)
        for row in batch:
            held = is_heldout(bytes(row.prompt_digest), share) if row.heldout is None else row.heldout
            age = max(0, clock.step(row.run_id, row.at) - row.step)
            yield Told(row, [shown[pk] for pk in row.rollout_ids], compared[row.annotation_id], age, held)


# Written out: to compose a query of some hundred ids takes Django longer than PostgreSQL needs to answer it.
SHOWN = "SELECT id, external_id, completion::text FROM rollouts_rollout WHERE id = ANY(%s)"
COMPARED = """
SELECT annotation_id, rollout_a_id, rollout_b_id, outcome, strength FROM annotations_comparison
WHERE annotation_id = ANY(%s) ORDER BY rollout_a_id, rollout_b_id"""


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
