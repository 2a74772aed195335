"""What must hold after any crowd: no slot judged twice, no label beyond the budget, no acknowledged answer lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg

# Tasks judged by more people than the overlap asks for, or twice by one person, or slots with two answers.
BEYOND_OVERLAP = """
SELECT count(*) FROM (
    SELECT task_id FROM annotations_annotation answer JOIN tasks_annotationtask task ON task.id = task_id
    WHERE answer.campaign_id = %(campaign)s AND revises_id IS NULL AND skip = '' AND stream <> 'gold'
    GROUP BY task_id HAVING count(*) > %(overlap)s OR count(*) > count(DISTINCT annotator_id)
) AS too_many"""
TWO_ANSWERS = """
SELECT count(*) FROM (
    SELECT assignment_id FROM annotations_annotation
    WHERE campaign_id = %(campaign)s AND revises_id IS NULL GROUP BY assignment_id HAVING count(*) > 1
) AS too_many"""
LEDGER = """
SELECT coalesce(sum(labels) FILTER (WHERE kind = 'reserve'), 0)
       - coalesce(sum(labels) FILTER (WHERE kind = 'release'), 0),
       coalesce(sum(labels) FILTER (WHERE kind = 'spend'), 0)
FROM campaigns_budgetentry WHERE campaign_id = %(campaign)s"""
COUNTED = """
SELECT count(*) FROM annotations_annotation
WHERE campaign_id = %(campaign)s AND revises_id IS NULL AND skip = ''"""
STORED = "SELECT id, assignment_id FROM annotations_annotation WHERE campaign_id = %(campaign)s"
STILL_OPEN = "SELECT count(*) FROM tasks_assignment WHERE campaign_id = %(campaign)s AND state = 'open'"


def audit(url: str, campaign: int, *, overlap: int, budget: int, seen: dict[str, Any]) -> dict[str, Any]:
    """Counts that must all be 0, from what the crowd was told and from what the database holds."""
    from annotator.api import handles

    values = {"campaign": campaign, "overlap": overlap}
    with psycopg.connect(url) as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql, values).fetchall()

        beyond, twice, counted, left = (
            int(rows(sql)[0][0]) for sql in (BEYOND_OVERLAP, TWO_ANSWERS, COUNTED, STILL_OPEN)
        )
        reserved, spent = map(int, rows(LEDGER)[0])
        stored = dict(rows(STORED))
    # Nothing expires within a run, so an assignment shown to two people was given twice.
    shown = Counter(assignment for _, assignment, _ in seen["cards"])
    lost = sum(stored.get(annotation) != handles.meant(assignment) for _, assignment, annotation in seen["answers"])
    # With overlap 1, nobody may be sent home while slots are open.
    sent_home = seen["ran_dry"] if left and overlap == 1 else 0
    return {
        "double_assignments": beyond + twice + sum(times > 1 for times in shown.values()),
        # Beyond the reservation or the cap, or a ledger that says something else than the answers.
        "over_budget": max(0, counted - reserved) + max(0, reserved - budget) + abs(spent - counted),
        "errors": len(seen["errors"]) + lost + sent_home,
        "first_errors": seen["errors"][:5],
        "answers_stored": counted,
    }
