"""Rows as a file: JSONL line by line, or Parquet a batch at a time, sent as they are made. Neither holds them all."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from .formats import Row

LINES_AT_ONCE = 64 * 1024  # bytes, about: a chunk for every line costs more than the line
ROWS_AT_ONCE = 1000


def as_jsonl(rows: Iterator[Row]) -> Iterator[bytes]:
    waiting, size = [], 0
    for row in rows:
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        waiting.append(line)
        size += len(line)
        if size >= LINES_AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


class _Sink(io.RawIOBase):
    """A file that is only written to, and hands over what it got since it was last asked."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def as_parquet(rows: Iterator[Row], columns: Mapping[str, str], chat: bool) -> Iterator[bytes]:
    """A file with these columns, even where there is no row; what has no fixed shape is JSON text in it."""
    import pyarrow as pa  # here, not at the top: half a second that no other request needs
    import pyarrow.parquet as pq

    schema, loose = _schema(columns, chat), [name for name, kind in columns.items() if kind == "json"]
    sink = _Sink()
    # Without statistics: the least and the greatest prompt of every batch would be written twice more, at the end.
    with pq.ParquetWriter(sink, schema, write_statistics=False) as writer:
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            for row in batch:
                row.update({name: orjson.dumps(row[name]).decode() for name in loose})
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _schema(columns: Mapping[str, str], chat: bool) -> Any:
    import pyarrow as pa

    messages = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    text = messages if chat else pa.string()
    kinds = {
        "bool": pa.bool_(),
        "float": pa.float64(),
        "int": pa.int64(),
        "json": pa.string(),
        "messages": messages,
        "string": pa.string(),
        "text": text,
        "texts": pa.list_(text),
        "flags": pa.list_(pa.bool_()),
        "ints": pa.list_(pa.int64()),
        "strings": pa.list_(pa.string()),
        "ranked": pa.list_(pa.struct([("rank", pa.int64()), ("completion", messages)])),
        "compared": pa.list_(
            pa.struct(
                [
                    ("first", pa.string()),
                    ("second", pa.string()),
                    ("outcome", pa.float64()),
                    ("strength", pa.int64()),
                ]
            )
        ),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
