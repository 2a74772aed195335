"""Completions become searchable a moment after they arrived: reading their words costs more than storing them.

A sweep fills the index in id order. Ids are given before they are committed, so it looks back over the newest ones.
"""

from __future__ import annotations

import time

from django.db import connection

BATCH = 2_000
# More ids than all ingests that run at once can have taken and not yet committed.
LOOK_BACK = 200_000
SLICE_SECONDS = 4.0

NEXT = """
INSERT INTO rollouts_completionwords (rollout_id, group_id, run_id, step, reward, words)
SELECT r.id, r.group_id, r.run_id, g.step, r.reward, words_of(r.completion) FROM (
    SELECT id, group_id, run_id, reward, completion FROM rollouts_rollout r
    WHERE id > (SELECT coalesce(max(rollout_id), 0) FROM rollouts_completionwords) - %(back)s
      AND NOT EXISTS (SELECT FROM rollouts_completionwords known WHERE known.rollout_id = r.id)
    ORDER BY id LIMIT %(batch)s) r
JOIN rollouts_promptgroup g ON g.id = r.group_id
ON CONFLICT (rollout_id) DO NOTHING"""

WAITING = """
SELECT count(*) FROM rollouts_rollout
WHERE id > (SELECT coalesce(max(rollout_id), 0) FROM rollouts_completionwords)"""


def index_next(batch: int = BATCH) -> int:
    """Read the words of up to `batch` completions that nobody has read; returns how many. Two at once do no harm."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"back": LOOK_BACK, "batch": batch})
        return int(cursor.rowcount)


def sweep(seconds: float = SLICE_SECONDS) -> int:
    """Index what is new, for a slice of time; returns how many completions became searchable."""
    ends, done = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        indexed = index_next()
        done += indexed
        if indexed < BATCH:
            break
    return done


def waiting() -> int:
    """How many completions are not searchable yet."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
