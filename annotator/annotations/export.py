"""A label set as rows a trainer eats unchanged. The rule for what has no winner is stated, not implied.

TRL preference rows need a winner: ties and both-bad answers are left out of them (they still train our own reward
models). Extra columns carry provenance; trainers ignore them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Any

from .models import Annotation, LabelSet, LabelSetItem

Row = dict[str, Any]
Choice = Annotation.Choice


def trl_preference(label_set: LabelSet, split: str) -> Iterator[Row]:
    """TRL's preference format with an explicit prompt: prompt, chosen, rejected, plus provenance columns.

    Message prompts give conversational rows: a completion that is plain text becomes one assistant message, because
    TRL refuses a row whose columns differ in kind.
    """
    items = LabelSetItem.objects.filter(label_set=label_set, annotation__choice__in=[Choice.A, Choice.B])
    if split != "all":
        items = items.filter(heldout=split == "heldout")
    items = items.select_related(
        "annotation__task__group", "annotation__task__rollout_a", "annotation__task__rollout_b"
    ).order_by("annotation_id")
    for item in items.iterator(chunk_size=1000):
        annotation, task = item.annotation, item.annotation.task
        winner, loser = (task.rollout_a, task.rollout_b)
        if annotation.choice == Choice.B:
            winner, loser = loser, winner
        prompt, chosen, rejected = task.group.prompt, winner.completion, loser.completion
        if any(isinstance(part, list) for part in (prompt, chosen, rejected)):
            prompt, chosen, rejected = (
                _messages(prompt, "user"),
                _messages(chosen, "assistant"),
                _messages(rejected, "assistant"),
            )
        yield {
            "prompt": prompt,
            "chosen": chosen,
            "rejected": rejected,
            "strength": annotation.strength,
            "pair_id": task.pk,
            "annotation_id": annotation.pk,
            "annotator": f"annotator-{annotation.annotator_id}",
            "group_id": task.group.external_id,
            "step": task.group.step,
            "chosen_id": winner.external_id,
            "rejected_id": loser.external_id,
            "stream": task.stream,
            "propensity": task.propensity,
        }


def _messages(part: Any, role: str) -> list[Row]:
    return part if isinstance(part, list) else [{"role": role, "content": part}]


FORMATS: dict[str, Callable[[LabelSet, str], Iterator[Row]]] = {"trl-preference": trl_preference}


def as_jsonl(rows: Iterator[Row]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def as_parquet(rows: Iterator[Row], batch: int = 2000) -> IO[bytes]:
    """The rows as a Parquet file, written in batches to a temporary file; an empty set still has its columns."""
    import pyarrow as pa  # here, not at the top: half a second that no other request needs
    import pyarrow.parquet as pq

    first = list(islice(rows, batch))
    conversational = bool(first) and isinstance(first[0]["prompt"], list)
    text = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])) if conversational else pa.string()
    schema = pa.schema(
        [(name, text) for name in ("prompt", "chosen", "rejected")]
        + [("strength", pa.int32()), ("pair_id", pa.int64()), ("annotation_id", pa.int64())]
        + [(name, pa.string()) for name in ("annotator", "group_id")]
        + [("step", pa.int64())]
        + [(name, pa.string()) for name in ("chosen_id", "rejected_id", "stream")]
        + [("propensity", pa.float64())]
    )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with pq.ParquetWriter(file, schema) as writer:
        while first:
            writer.write_table(pa.Table.from_pylist(first, schema=schema))
            first = list(islice(rows, batch))
    file.seek(0)
    return file
