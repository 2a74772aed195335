"""Which reader a file needs, and which files of a folder are rollouts at all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from . import columns, trl_parquet, verl_jsonl
from .source import Located, Moved, natural, records

Reader = Callable[[Path, Moved], Iterator[Located]]
FORMATS = ("auto", "trl", "verl", "columns")
ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def reader(
    name: str, mapping: columns.Mapping, *, num_generations: int | None = None, rewards: tuple[str, ...] = ()
) -> Reader:
    """The reader called `name`; `auto` looks into each file unless there is a mapping."""
    trl = functools.partial(trl_parquet.read, num_generations=num_generations, rewards=rewards)
    by_columns = functools.partial(columns.read, mapping=mapping)
    if name == "columns" or (name == "auto" and not mapping.is_empty):
        return by_columns
    if name in ("trl", "verl"):
        return trl if name == "trl" else verl_jsonl.read

    def by_looking(path: Path, moved: Moved) -> Iterator[Located]:
        if trl_parquet.looks_like(path):
            return trl(path, moved)
        first = next(iter(records(path)), None)
        if first is not None and verl_jsonl.looks_like(first.record):
            return verl_jsonl.read(path, moved)
        return by_columns(path, moved)

    return by_looking


def files(paths: list[Path]) -> list[Path]:
    """The files named, and those below the folders named, steps in order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (inner for inner in path.rglob("*") if inner.name.endswith(ENDINGS) and inner.is_file())
            found += sorted((inner for inner in inside if not inner.name.startswith(".")), key=natural)
        else:
            found.append(path)
    return list(dict.fromkeys(found))
