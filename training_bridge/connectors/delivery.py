"""Where read rows go: into this installation's database, or to a server by its API. Both answer row by row."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training_bridge.client.http import Api, Refused

from .formats import Reader
from .source import UNFINISHED, Located, Problem

BATCH_ROWS = 1_000
BATCH_COMPLETIONS = 4_000
BATCH_CHARS = 4_000_000
API_DEADLINE_S = 120.0
SHOWN_REFUSALS = 20

Deliver = Callable[[list[Any]], list[dict[str, Any]]]  # rows -> a result each, and the number of new rollouts in it


@dataclass
class Tally:
    """What became of everything read so far; `complain` hears of the first refusals."""

    complain: Callable[[str], None]
    rows: Counter[str] = field(default_factory=Counter)  # by status
    codes: Counter[str] = field(default_factory=Counter)  # of refused rows
    rollouts: int = 0  # new ones

    def refuse(self, path: Path, line: int, code: str, where: str, message: str) -> None:
        self.rows["rejected"] += 1
        self.codes[code] += 1
        if self.codes.total() <= SHOWN_REFUSALS:
            self.complain(f"{path}:{line}: {code}{f' ({where})' if where else ''}: {message}")

    def __str__(self) -> str:
        counts = ", ".join(f"{self.rows[status]:,} {status}" for status in ("accepted", "duplicate", "rejected"))
        reasons = ", ".join(f"{count:,} {code}" for code, count in self.codes.most_common())
        return f"{self.rollouts:,} new rollouts; rows: {counts}{f' ({reasons})' if reasons else ''}"


def ingest_file(path: Path, read: Reader, deliver: Deliver, tally: Tally, moved: Callable[[int], None]) -> None:
    """Read, deliver and count one file, a batch at a time."""
    for batch in _batches(_usable(path, read(path, moved), tally)):
        for (line, _), result in zip(batch, deliver([row for _, row in batch]), strict=True):
            if result["status"] == "rejected":
                tally.refuse(path, line, result["code"], result["field"], result["message"])
            else:
                tally.rows[result["status"]] += 1
            tally.rollouts += result["rollouts"]


def _usable(path: Path, located: Iterable[Located], tally: Tally) -> Iterator[Located]:
    for one in located:
        if isinstance(one.record, Problem):
            tally.refuse(path, one.line, one.record.code, one.record.field, one.record.message)
        else:
            yield one


def _batches(located: Iterable[Located]) -> Iterator[list[Located]]:
    batch: list[Located] = []
    completions = chars = 0
    for one in located:
        batch.append(one)
        listed = one.record.get("completions") if isinstance(one.record, dict) else None
        completions += len(listed) if isinstance(listed, list) else 1
        chars += _chars(one.record)
        if len(batch) >= BATCH_ROWS or completions >= BATCH_COMPLETIONS or chars >= BATCH_CHARS:
            yield batch
            batch, completions, chars = [], 0, 0
    if batch:
        yield batch


def _chars(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_chars, value.values()))
    return sum(map(_chars, value)) if isinstance(value, list) else 1


def into_database(run: str) -> Deliver:
    """Rows go straight into the database; the run is made when it is new."""
    from annotator.rollouts import runs
    from annotator.rollouts.ingest import ingest_rows

    policy_run, _ = runs.find_or_make(run)

    def deliver(rows: list[Any]) -> list[dict[str, Any]]:
        return [vars(result) for result in ingest_rows(policy_run, rows).rows]

    return deliver


def over_api(url: str, token: str, run: str) -> Deliver:
    """Rows go to a server; the run is made when it is new. Silences are waited out, repeats are harmless."""
    api = Api(url, token, timeout_s=60)
    api.request("PUT", f"/api/v1/runs/{run}", deadline_s=API_DEADLINE_S, json={})

    def deliver(rows: list[Any]) -> list[dict[str, Any]]:
        body = gzip.compress("\n".join(map(json.dumps, rows)).encode(), 1)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        path = f"/api/v1/runs/{run}/rollouts"
        try:
            report = api.request("POST", path, deadline_s=API_DEADLINE_S, content=body, headers=headers).json()
        except Refused as refused:
            if refused.code != "rows_rejected":
                raise
            report = refused.context
        results: list[dict[str, Any]] = report["rows"]
        for result in results:
            result["rollouts"] = 0
        if results:  # the server counts new rollouts per request
            results[0]["rollouts"] = report["rollouts"]
        return results

    return deliver


def only_finished(read: Reader, say: Callable[[str], None]) -> Reader:
    """The reader for files that are still written: what is not whole yet is left for the next time they change."""

    def read_finished(path: Path, moved: Callable[[int], None]) -> Iterator[Located]:
        for one in read(path, moved):
            if isinstance(one.record, Problem) and one.record.code == "unreadable_file":
                say(f"{path} cannot be read yet: {one.record.message}")
            elif one.record is not UNFINISHED:
                yield one

    return read_finished
