"""The same group sent twice is one group; the same id with other content is a conflict, never an overwrite.

The one door in. Rows are the unit: a row is stored whole or not at all, whatever happens to its neighbours. Each chunk
is one transaction of a few set-based statements, so the cost follows the new rows and not the stored ones. Every writer
takes groups, then rollouts, each in the order of their ids: two writers with the same rows wait for each other but
never deadlock, and the database's unique constraints decide who was first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from annotator.errors import Conflict

from .batches import Group, Plan, ReadyRow, RowResult, group_conflict, prepare, resolve, rollout_conflict, to_json
from .models import PolicyRun

CHUNK_ROLLOUTS = 4_000
CHUNK_CHARS = 8_000_000
ATTEMPTS = 10
# In the order of `(group's primary key, *ReadyRollout)`.
COLUMNS = (
    "group_id, external_id, ordinal, completion, reward, reward_parts, generator, meta, content_digest, text_digest"
)


@dataclass
class Report:
    """What became of every row, in order."""

    rows: list[RowResult] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        by_status = Counter(row.status for row in self.rows)
        counts = {status: by_status[status] for status in ("accepted", "duplicate", "rejected")}
        return {**counts, "rollouts": self.rollouts, "rows": [row.as_dict() for row in self.rows]}

    @property
    def rollouts(self) -> int:
        return sum(row.rollouts for row in self.rows)


def ingest_rows(run: PolicyRun, rows: Iterable[object], *, first_row: int = 0) -> Report:
    """Store the usable rows and say what became of each; repeating the call changes nothing."""
    return store(run, (prepare(run.name, number, raw) for number, raw in enumerate(rows, first_row)))


def store(run: PolicyRun, rows: Iterable[ReadyRow | RowResult]) -> Report:
    """Store prepared rows chunk by chunk; refusals among them are reported in their place."""
    report = Report()
    for chunk in _chunks(rows):
        ready = [row for row in chunk if isinstance(row, ReadyRow)]
        results = {row.row: row for row in chunk if isinstance(row, RowResult)}
        if ready:
            results |= _store_chunk(run, ready)
        report.rows += [results[number] for number in sorted(results)]
    return report


def _chunks(rows: Iterable[ReadyRow | RowResult]) -> Iterator[list[ReadyRow | RowResult]]:
    chunk: list[ReadyRow | RowResult] = []
    rollouts = chars = 0
    for row in rows:
        chunk.append(row)
        if isinstance(row, ReadyRow):
            rollouts += len(row.rollouts)
            chars += len(row.prompt) + sum(len(rollout.completion) for rollout in row.rollouts)
        if max(rollouts, len(chunk)) >= CHUNK_ROLLOUTS or chars >= CHUNK_CHARS:
            yield chunk
            chunk, rollouts, chars = [], 0, 0
    if chunk:
        yield chunk


class _AtOddsError(Exception):
    """Something known differs from what a row says: undo, find out which rows, and store the others."""


def _store_chunk(run: PolicyRun, rows: list[ReadyRow]) -> dict[int, RowResult]:
    refused: dict[int, RowResult] = {}
    known: dict[str, Group] = {}
    for _ in range(ATTEMPTS):
        plan = resolve(rows, refused, known)
        try:
            with transaction.atomic():
                new = _write(run, plan)
        except _AtOddsError:
            # Asked again on every attempt: a row may clash with what somebody else stored a moment ago.
            refused, known = _compare_with_stored(run, rows)
            continue
        return refused | plan.refused | {row.number: _result(row, brought, new) for row, brought in plan.rows}
    raise Conflict("Other clients keep storing the same ids with other content; try again.")


def _result(row: ReadyRow, brought: list[str], new: set[str]) -> RowResult:
    stored = len(new.intersection(brought))
    return RowResult(row.number, "accepted" if stored else "duplicate", row.group, stored)


def _write(run: PolicyRun, plan: Plan) -> set[str]:
    """Insert what is not there yet and return the ids of the new rollouts."""
    if not plan.rollouts:
        return set()
    with connection.cursor() as cursor:
        group_ids, all_new = _write_groups(cursor, run, plan)
        if all_new and _copy_new_rollouts(cursor, run, plan, group_ids):
            return set(plan.rollouts)
        new = _write_rollouts(cursor, run, plan, group_ids)
        old = [name for name in plan.rollouts if name not in new]
        known = _known_rollouts(cursor, run, old)
    if any(known.get(name) != plan.rollouts[name][1].content_digest for name in old):
        raise _AtOddsError
    return new


def _write_groups(cursor: Any, run: PolicyRun, plan: Plan) -> tuple[dict[str, int], bool]:
    """The groups' primary keys, and whether every one of them was made here and now."""
    ids = {name: group.pk for name, group in plan.groups.items() if group.pk}
    names = sorted(plan.groups.keys() - ids.keys())
    groups = [plan.groups[name] for name in names]
    cursor.execute(
        """
        INSERT INTO rollouts_promptgroup (run_id, external_id, step, prompt, prompt_digest, meta, created_at)
        SELECT %s, name, step, prompt::jsonb, digest, meta::jsonb, now()
        FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bytea[], %s::text[])
             AS g (name, step, prompt, digest, meta)
        ON CONFLICT DO NOTHING RETURNING external_id, id
        """,
        [
            run.pk,
            names,
            [group.step for group in groups],
            [group.prompt for group in groups],
            [group.prompt_digest for group in groups],
            [to_json(group.meta) if group.meta else "{}" for group in groups],
        ],
    )
    made: dict[str, int] = dict(cursor.fetchall())
    ids |= made
    ids |= {name: group.pk for name, group in _groups_there(cursor, run, plan, ids.keys()).items()}
    return ids, len(made) == len(plan.groups)


def _groups_there(cursor: Any, run: PolicyRun, plan: Plan, new: Collection[str]) -> dict[str, Group]:
    """The groups that somebody stored before us; at odds when a row was judged without knowing them."""
    missing = [name for name in plan.groups if name not in new]
    known = _known_groups(cursor, run, missing) if missing else {}
    if any(group_conflict(row, known.get(row.group)) for row, _ in plan.rows) or (missing and plan.refused):
        raise _AtOddsError
    if len(known) < len(missing):  # deleted at this very moment
        raise _AtOddsError
    return known


def _known_groups(cursor: Any, run: PolicyRun, names: list[str]) -> dict[str, Group]:
    cursor.execute(
        """
        SELECT external_id, step, prompt_digest, meta, id FROM rollouts_promptgroup
        WHERE run_id = %s AND external_id = ANY(%s)
        """,
        [run.pk, names],
    )
    return {
        name: Group(step, bytes(digest), json.loads(meta), pk=pk) for name, step, digest, meta, pk in cursor.fetchall()
    }


def _copy_new_rollouts(cursor: Any, run: PolicyRun, plan: Plan, group_ids: dict[str, int]) -> bool:
    """COPY straight into the table: rollouts of new groups are new. False when one of the ids is in use elsewhere."""
    try:
        with transaction.atomic():
            _copy(cursor, f"rollouts_rollout ({COLUMNS}, run_id, created_at)", plan, group_ids, run.pk, "now")
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        return False
    return True


def _copy(cursor: Any, table: str, plan: Plan, group_ids: dict[str, int], *more: object) -> None:
    with connection.wrap_database_errors, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for name in sorted(plan.rollouts):
            group, rollout = plan.rollouts[name]
            copy.write_row((group_ids[group], *rollout, *more))


def _write_rollouts(cursor: Any, run: PolicyRun, plan: Plan, group_ids: dict[str, int]) -> set[str]:
    """COPY into a table of this connection, then one INSERT that leaves out what is there already."""
    cursor.execute(
        """
        CREATE TEMP TABLE IF NOT EXISTS incoming_rollout (
            group_id bigint, external_id text, ordinal integer, completion jsonb, reward double precision,
            reward_parts jsonb, generator text, meta jsonb, content_digest bytea, text_digest bytea
        ) ON COMMIT DELETE ROWS
        """
    )
    cursor.execute("DELETE FROM incoming_rollout")  # inside somebody's larger transaction, an earlier chunk's rows
    _copy(cursor, "incoming_rollout", plan, group_ids)
    # Without ORDER BY: the table is read in the order it was filled, and sorting whole rows would cost as much as all
    # the rest.
    cursor.execute(
        f"""
        INSERT INTO rollouts_rollout ({COLUMNS}, run_id, created_at)
        SELECT {COLUMNS}, %s, now() FROM incoming_rollout
        ON CONFLICT DO NOTHING RETURNING external_id
        """,
        [run.pk],
    )
    return {name for (name,) in cursor.fetchall()}


def _known_rollouts(cursor: Any, run: PolicyRun, names: list[str]) -> dict[str, bytes]:
    if not names:
        return {}
    cursor.execute(
        "SELECT external_id, content_digest FROM rollouts_rollout WHERE run_id = %s AND external_id = ANY(%s)",
        [run.pk, names],
    )
    return {name: bytes(digest) for name, digest in cursor.fetchall()}


def _compare_with_stored(run: PolicyRun, rows: list[ReadyRow]) -> tuple[dict[int, RowResult], dict[str, Group]]:
    """The rows that contradict what is stored (every row is judged: one look settles all), and the stored groups."""
    with connection.cursor() as cursor:
        groups = _known_groups(cursor, run, list({row.group for row in rows}))
        names = {rollout.external_id for row in rows for rollout in row.rollouts}
        rollouts = _known_rollouts(cursor, run, list(names))
    refused: dict[int, RowResult] = {}
    for row in rows:
        if problem := group_conflict(row, groups.get(row.group)) or _other_content(row, rollouts):
            refused[row.number] = problem
    return refused, groups


def _other_content(row: ReadyRow, known: dict[str, bytes]) -> RowResult | None:
    for rollout in row.rollouts:
        if known.get(rollout.external_id, rollout.content_digest) != rollout.content_digest:
            return rollout_conflict(row, rollout.external_id)
    return None
