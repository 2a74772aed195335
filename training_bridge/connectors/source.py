"""Records out of files: where each one stood, and how far the reading has come. Knows nothing of rollouts."""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

# A line longer than this is reported and passed over; a group of eight longest completions still fits.
MAX_LINE_BYTES = 64 * 1024 * 1024
PARQUET_ROWS = 256  # read at a time

Moved = Callable[[int], None]  # told how many bytes of the file are behind us


class Problem(NamedTuple):
    """Why a record can never become a row."""

    code: str
    message: str
    field: str = ""


class Located(NamedTuple):
    """A record and where it stood (`line` counts from 1; rows of a Parquet file count as lines)."""

    line: int
    record: Any  # a dict (or any JSON value), or a Problem


def records(path: Path, moved: Moved = lambda at: None) -> Iterator[Located]:
    """The records of a .parquet, .jsonl or .jsonl.gz file, one at a time."""
    return parquet_rows(path, moved) if path.suffix == ".parquet" else json_lines(path, moved)


def json_lines(path: Path, moved: Moved = lambda at: None) -> Iterator[Located]:
    """Lines end at a line feed only; blank ones are passed over. A file may still be growing: see `still_growing`."""
    with path.open("rb") as raw:
        file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
        number = 0
        try:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                    _skip_line(file)
                    yield Located(number, Problem("line_too_long", f"Longer than {MAX_LINE_BYTES} bytes."))
                elif not line.isspace():
                    yield Located(number, _parse(line))
                moved(raw.tell())
        except (EOFError, zlib.error, OSError) as error:
            yield Located(number + 1, Problem("unreadable_file", f"Cannot be read from here on: {error}"))


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except RecursionError:
        return Problem("malformed_json", "Nested too deeply.")
    except ValueError as error:  # not UTF-8, not JSON, or a number with thousands of digits
        # The unfinished last line of a file that is being written is not wrong, only early.
        return UNFINISHED if not line.endswith(b"\n") else Problem("malformed_json", f"Not JSON: {error}")


UNFINISHED = Problem("malformed_json", "The last line is not finished.")


def parquet_rows(path: Path, moved: Moved = lambda at: None, columns: list[str] | None = None) -> Iterator[Located]:
    """Rows as plain Python values; a file that is half-written cannot be read at all."""
    import pyarrow
    import pyarrow.parquet

    try:
        # Streamed: without these two a whole row group would be read ahead.
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            size, total, number = path.stat().st_size, max(1, file.metadata.num_rows), 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield Located(number, row)
                moved(size * number // total)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        yield Located(1, Problem("unreadable_file", f"Not a readable Parquet file: {error}"))


def parquet_types(path: Path) -> dict[str, str]:
    """Column name to Arrow type; empty when the file cannot be read."""
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pyarrow.ArrowInvalid, OSError):
        return {}
    return {field.name: str(field.type) for field in schema}


def natural(path: Path) -> list[Any]:
    """Sort key: `9.jsonl` before `10.jsonl`."""
    return [(int(part), "") if part.isdigit() else (math.inf, part) for part in re.split(r"(\d+)", str(path)) if part]


def without_nulls(text: Any) -> Any:
    """Parquet fills the fields a message does not have with nulls; a conversation never says them itself."""
    if not isinstance(text, list):
        return text
    return [
        {key: value for key, value in message.items() if value is not None} if isinstance(message, dict) else message
        for message in text
    ]
