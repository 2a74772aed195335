"""What a format is: a name, the questions it is made of, its columns, and the rule from answers to rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from annotator.campaigns.forms import Form, Question

from .cards import Told

Row = dict[str, Any]
SPLITS = ("train", "heldout", "all")

# Where a row comes from, in every format.
PROVENANCE: Mapping[str, str] = {
    "annotation_id": "int",
    "task_id": "int",
    "annotator": "string",
    "run": "string",
    "group_id": "string",
    "step": "int",
    "step_age": "int",
    "stream": "string",
    "propensity": "float",
    "heldout": "bool",
}


@dataclasses.dataclass(frozen=True)
class Format:
    """One way to write answers down. Column types are named in `files.py`."""

    name: str
    made_of: str  # for a person who asks for it where there is nothing to make it of
    fits: Callable[[Form], bool]
    columns: Mapping[str, str]
    rows: Callable[[Iterable[Told], Form, bool], Iterator[Row]]


def provenance(told: Told) -> Row:
    return {
        "annotation_id": told.row.annotation_id,
        "task_id": told.row.task_id,
        "annotator": f"annotator-{told.row.annotator_id}",
        "run": told.row.run,
        "group_id": told.row.group,
        "step": told.row.step,
        "step_age": told.step_age,
        "stream": told.row.stream,
        "propensity": told.row.propensity,
        "heldout": told.heldout,
    }


def first_of(form: Form, *kinds: str) -> Question | None:
    """The first question of the first of these kinds that is asked."""
    found = (question for kind in kinds for question in form.questions if question.kind == kind)
    return next(found, None)


def asks(*kinds: str) -> Callable[[Form], bool]:
    return lambda form: first_of(form, *kinds) is not None


def said(part: Any, role: str, chat: bool) -> Any:
    """A prompt or completion as the rows have it: TRL refuses columns that differ in kind.

    Where any part of the export is a conversation, a plain text becomes its one message.
    """
    return [{"role": role, "content": part}] if chat and isinstance(part, str) else part
