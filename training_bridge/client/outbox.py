"""The trainer never waits for us: rows go into a bounded queue that a background thread empties.

A row ends in exactly one of four counts: acknowledged, rejected (the server or JSON said no), kept in the local file,
or lost (only when there is no file to keep it in); every rejection and loss is logged.
"""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from .http import Api, Refused, Unreachable, waits
from .rows import Row, UnusableRow, encode, rollouts_in, with_ids
from .spill import Spill

log = logging.getLogger(__name__)

BATCH_ROWS = 200
BATCH_BYTES = 4 * 1024 * 1024
# One try lasts at most this long before the thread looks whether it should stop.
TRY_S = 30.0
# A no that a person can turn into a yes without touching the rows: a wrong token, a run not made yet.
MENDABLE = frozenset({401, 403, 404})


class Outbox:
    """Delivers rows to one run in order, in batches; idempotent ids make every repeat harmless."""

    def __init__(
        self,
        api: Api,
        run: str,
        *,
        capacity: int = 10_000,
        spill: Spill | None = None,
        acknowledged: Callable[[Row], None] | None = None,
    ) -> None:
        self.run, self._api, self._capacity, self._spill = run, api, capacity, spill
        self._acknowledged = acknowledged or (lambda _row: None)
        self._lines: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._stopped = False
        self._run_exists = False
        self._in_flight = 0
        self.counts = {"accepted": 0, "duplicate": 0, "rejected": 0, "rollouts": 0, "kept": 0, "lost": 0}
        self._thread = threading.Thread(target=self._deliver, name="tiebreak-outbox", daemon=True)
        self._thread.start()

    def put(self, row: Mapping[str, Any]) -> Row | None:
        """Take the row without ever blocking; returns it with its ids, or None when it can never be stored."""
        try:
            filled = with_ids(row)
            line = encode(filled)
        except UnusableRow as error:
            self._count("rejected")
            log.error("A rollout row was not sent (%s): %s", error.code, error)
            return None
        with self._changed:
            if len(self._lines) < self._capacity and not self._stopped:
                self._lines.append(line)
                self._changed.notify_all()
                return filled
        self._set_aside([line], "the queue is full")
        return filled

    def flush(self, timeout_s: float) -> bool:
        """True when every row put so far has been answered within the timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._lines and not self._in_flight, timeout_s)

    def close(self, timeout_s: float) -> None:
        """Try to deliver what is left, then keep the rest in the file; safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.flush(timeout_s)
        with self._changed:
            if self._stopped:
                return
            self._stopped = True
            rest = list(self._lines)  # a batch in flight is still in the queue, so it is kept too
            self._lines.clear()
            self._changed.notify_all()
        self._set_aside(rest, "the server did not take them before the end")
        self._thread.join(timeout=1.0)

    def _count(self, name: str, by: int = 1) -> None:
        with self._changed:
            self.counts[name] += by

    def _set_aside(self, lines: list[bytes], why: str) -> None:
        """Keep the lines in the file for the next start; without a file they are lost, and that is said."""
        if not lines:
            return
        try:
            if self._spill is not None:
                self._count("kept", self._spill.keep(lines))
                log.warning("%d rollout rows wait in %s: %s.", len(lines), self._spill.path, why)
                return
            reason = why
        except OSError as error:
            reason = f"{why}; {error}"
        self._count("lost", len(lines))
        log.error("%d rollout rows are LOST (%d so far): %s.", len(lines), self.counts["lost"], reason)

    def _deliver(self) -> None:
        """The thread: what waited in the file first, then the queue, until closed."""
        pause = waits()
        while not self._stopped:
            try:
                worked = self._deliver_next()
            except Exception:  # the trainer's rollouts must keep flowing whatever one answer looked like
                log.exception("Delivering rollouts failed in an unforeseen way; trying again.")
                worked = False
            if worked:
                pause = waits()
            else:
                self._sleep(pause())

    def _deliver_next(self) -> bool:
        """One batch; False when not all of it could be delivered now."""
        kept = self._spill.take(BATCH_ROWS) if self._spill else []
        lines = kept or self._next_lines()
        if not lines:
            return True
        answered = self._deliver_batch(lines)
        if kept and self._spill:
            self._spill.forget(answered)
        else:
            self._forget(answered)
        return answered == len(lines)

    def _next_lines(self) -> list[bytes]:
        """The oldest queued lines that fit in one request; they stay queued until they are answered."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._lines) or self._stopped, 1.0)
            lines: list[bytes] = []
            size = 0
            for line in self._lines:
                if lines and (len(lines) == BATCH_ROWS or size + len(line) > BATCH_BYTES):
                    break
                lines.append(line)
                size += len(line)
            self._in_flight = len(lines)
            return lines

    def _forget(self, answered: int) -> None:
        with self._changed:
            for _ in range(min(answered, len(self._lines))):
                self._lines.popleft()
            self._in_flight = 0
            self._changed.notify_all()

    def _sleep(self, seconds: float) -> None:
        """Pause between tries; closing shortens it, so that the last tries are made while there is time."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._closing, seconds)
            if self._closing:
                self._changed.wait_for(lambda: self._stopped, 0.3)

    def _deliver_batch(self, lines: list[bytes]) -> int:
        """How many of the lines, from the first, have their answer; fewer than all when the server is away."""
        try:
            report = self._post(lines)
        except Unreachable as error:
            log.warning("%d rollout rows not delivered yet: %s", len(lines), error)
            return 0
        except Refused as error:
            return self._refused(lines, error)
        self._read_report(lines, report)
        return len(lines)

    def _post(self, lines: list[bytes]) -> dict[str, Any]:
        """The server's row-by-row report, also when it rejected every row."""
        body = gzip.compress(b"\n".join(line.strip() for line in lines) + b"\n", compresslevel=1)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        try:
            if not self._run_exists:
                self._api.request("PUT", f"/api/v1/runs/{self.run}", json={}, deadline_s=TRY_S)
                self._run_exists = True
            report: dict[str, Any] = self._api.request(
                "POST",
                f"/api/v1/runs/{self.run}/rollouts",
                content=body,
                headers=headers,
                deadline_s=TRY_S,
                give_up=lambda: self._stopped,
            ).json()
        except Refused as error:
            if error.code != "rows_rejected":
                raise
            report = error.context
        return report

    def _refused(self, lines: list[bytes], error: Refused) -> int:
        """A whole batch was turned down: halve it when it was too big or unreadable, wait when a person can mend it."""
        if error.status in MENDABLE:
            log.error("%d rollout rows wait: %s", len(lines), error)
            return 0
        if len(lines) > 1:
            middle = len(lines) // 2
            first = self._deliver_batch(lines[:middle])
            return first if first < middle else first + self._deliver_batch(lines[middle:])
        self._count("rejected")
        log.error("A rollout row was rejected: %s (%.200s)", error, lines[0])
        return 1

    def _read_report(self, lines: list[bytes], report: dict[str, Any]) -> None:
        """Count every row's fate and say each rejection with its code."""
        for answer in report["rows"]:
            self._count(answer["status"])
            if answer["status"] == "rejected":
                log.error(
                    "Rollout group %s was rejected (%s): %s",
                    answer.get("group"),
                    answer.get("code"),
                    answer.get("message"),
                )
                continue
            row = json.loads(lines[answer["row"]])
            self._count("rollouts", rollouts_in(row))
            self._acknowledged(row)
