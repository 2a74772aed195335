"""A table is its heads and an iterator of rows, so that a long one is never in memory at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Row = Iterable[Any]
CHUNK = 500


@dataclass(frozen=True)
class Table:
    heads: list[str]
    rows: Iterator[Row]


def records(heads: str, found: Iterable[dict[str, Any]]) -> Table:
    """A table of dictionaries, by the names of the columns it shows; lists and dictionaries are written out."""
    names = heads.split()
    return Table(names, ([written(record.get(name)) for name in names] for record in found))


def columns(found: Any, paths: str) -> Table:
    """A table of rows of the database, by the paths of its columns."""
    names = paths.split()
    rows = found.values_list(*names).iterator(CHUNK)
    return Table([name.replace("__", "_") for name in names], ([written(cell) for cell in row] for row in rows))


def written(value: Any) -> Any:
    """A list or a dictionary as JSON, anything else as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list | dict) else value
