"""Any JSONL or Parquet file becomes rollouts by saying which column is what.

    --prompt question --completions completions --text text --reward correct     a list of completions per record
    --prompt instruction,input --completion-columns response_a,response_b        one column per completion
    --prompt question --completion answer --reward score --group-id qid          one completion per record

Names may be dotted paths (`a.b.0.c`). Without any mapping the records must already have the form of the ingest API.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .source import Located, Moved, Problem, records, without_nulls

MISSING = object()


@dataclass(frozen=True)
class Mapping:
    """Which column is what. Paths of a completion are looked up in the completion first, then in the record."""

    prompt: tuple[str, ...] = ()
    completions: str = ""  # a list
    completion: str = ""  # one text
    completion_columns: tuple[str, ...] = ()  # one text each
    text: str = "text"  # inside an element of `completions`
    reward: tuple[str, ...] = ()  # one, or one per completion column
    rewards: tuple[str, ...] = ()  # named parts
    generator: tuple[str, ...] = ()  # one, or one per completion column
    id: str = ""  # of a completion
    group_id: str = ""
    step: str = ""
    index: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Mapping()

    def problem(self) -> str:
        """What is wrong with the mapping itself, or an empty string."""
        if self.is_empty:
            return ""
        if not self.prompt:
            return "Say where the prompt is: --prompt COLUMN[,COLUMN...]."
        if sum(map(bool, (self.completions, self.completion, self.completion_columns))) != 1:
            return "Say where the completions are, in one way: --completions, --completion or --completion-columns."
        per_completion = max(1, len(self.completion_columns))
        for name in ("reward", "generator"):
            if len(getattr(self, name)) not in (0, 1, per_completion):
                return f"--{name} takes one column, or one for each of the {per_completion} completion columns."
        if self.id and self.completion_columns:
            return "--id names one completion; with --completion-columns leave it out."
        return ""


def read(path: Path, moved: Moved, mapping: Mapping) -> Iterator[Located]:
    for line, record in records(path, moved):
        if isinstance(record, Problem) or mapping.is_empty:
            yield Located(line, record)
        else:
            yield Located(line, to_row(record, mapping))


class _NoColumnError(Exception):
    """A column that the mapping names is not in the record."""


def to_row(record: Any, mapping: Mapping) -> Any:
    """The record as a row of the ingest API, or a Problem."""
    try:
        row: dict[str, Any] = {"prompt": _prompt(record, mapping.prompt)}
        if mapping.group_id:
            row["group_id"] = _as_id(_get(mapping.group_id, record))
        if mapping.step:
            row["step"] = _get(mapping.step, record)
        if mapping.completion:
            said = _completion(mapping, _get(mapping.completion, record), 0, record)
            place = {"index": _get(mapping.index, record)} if mapping.index else {}
            return row | {"completion": said.pop("text")} | said | place
        if mapping.completion_columns:
            texts = enumerate(mapping.completion_columns)
            row["completions"] = [_completion(mapping, _get(name, record), at, record) for at, name in texts]
        else:
            listed = _get(mapping.completions, record)
            if not isinstance(listed, list):
                return Problem("wrong_type", "This column must hold a list.", mapping.completions)
            row["completions"] = [_element(mapping, element, record) for element in listed]
    except _NoColumnError as missing:
        return Problem("missing_field", f"The record has no {missing}.", str(missing))
    return row


def _prompt(record: Any, names: tuple[str, ...]) -> Any:
    parts = [without_nulls(_get(name, record)) for name in names]
    if len(parts) == 1:
        return parts[0]
    return "\n\n".join(str(part) for part in parts if part not in ("", None))


def _element(mapping: Mapping, element: Any, record: Any) -> dict[str, Any]:
    if isinstance(element, dict):
        return _completion(mapping, _get(mapping.text, element), 0, element, record)
    return _completion(mapping, element, 0, record)


def _completion(mapping: Mapping, text: Any, at: int, *where: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"text": without_nulls(text)}
    if mapping.reward:
        said["reward"] = _as_reward(_get(mapping.reward[at % len(mapping.reward)], *where))
    if mapping.rewards:
        said["rewards"] = {name: _as_reward(_get(name, *where)) for name in mapping.rewards}
    if mapping.generator:
        said["generator"] = _get(mapping.generator[at % len(mapping.generator)], *where)
    if mapping.id:
        said["id"] = _as_id(_get(mapping.id, *where))
    return said


def _as_reward(value: Any) -> Any:
    return float(value) if isinstance(value, bool) else value


def _as_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _get(path: str, *where: Any) -> Any:
    for record in where:
        found = _walk(record, path)
        if found is not MISSING:
            return found
    raise _NoColumnError(path)


def _walk(record: Any, path: str) -> Any:
    if isinstance(record, dict) and path in record:
        return record[path]
    for part in path.split("."):
        if isinstance(record, dict) and part in record:
            record = record[part]
        elif isinstance(record, list) and part.isdigit() and int(part) < len(record):
            record = record[int(part)]
        else:
            return MISSING
    return record
