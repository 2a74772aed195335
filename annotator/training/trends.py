"""How a run's rewards, lengths and labels move with its steps. Only reads; of a very long run a sample, and says so."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min

from annotator.campaigns.reach import EVERYTHING, Reach
from annotator.rollouts.models import PolicyRun

MOST_POINTS = 120
# Groups read at most: a curve of 120 points is as smooth with a hundred groups behind each as with a thousand.
MOST_GROUPS = 10_000

POINTS = """
WITH grouped AS (
    SELECT g.id, (g.step - %(first)s) / %(width)s AS point, count(*) AS n, count(r.reward) AS rewarded,
           sum(r.reward) AS total, sum(r.reward * r.reward) AS squares, stddev_pop(r.reward) AS spread,
           count(r.reward) >= 2 AND max(r.reward) = min(r.reward) AS saturated,
           sum(CASE jsonb_typeof(r.completion) WHEN 'string' THEN length(r.completion #>> '{}') ELSE (
               SELECT sum(length(turn ->> 'content')) FROM jsonb_array_elements(r.completion) turn) END) AS characters
    FROM rollouts_promptgroup g JOIN rollouts_rollout r ON r.group_id = g.id
    WHERE g.run_id = %(run)s AND abs(hashint8(g.id)::bigint) %% %(one_of)s = 0
    GROUP BY g.id)
SELECT point, count(*), sum(n)::bigint, sum(total), sum(squares), sum(rewarded)::bigint,
       avg(spread) FILTER (WHERE rewarded >= 2),
       count(*) FILTER (WHERE saturated), count(*) FILTER (WHERE rewarded >= 2), sum(characters)
FROM grouped GROUP BY point ORDER BY point"""

LABELS = """
SELECT (g.step - %(first)s) / %(width)s, count(*)
FROM rollouts_promptgroup g
JOIN tasks_annotationtask task ON task.group_id = g.id
JOIN annotations_annotation said ON said.task_id = task.id
WHERE g.run_id = %(run)s AND said.skip = ''
  AND said.campaign_id = ANY(coalesce(%(campaigns)s::bigint[], ARRAY[said.campaign_id]))
  AND NOT EXISTS (SELECT 1 FROM annotations_annotation newer WHERE newer.revises_id = said.id)
GROUP BY 1"""


def trends(run: PolicyRun, within: Reach = EVERYTHING) -> dict[str, Any]:
    """One point per step, or per few steps of a long run; labels are those of campaigns within reach."""
    seen = run.groups.aggregate(first=Min("step"), last=Max("step"), groups=Count("id"))
    if seen["first"] is None:
        return {"run": run.name, "steps_per_point": 1, "groups": 0, "sampled_groups": 0, "points": []}
    width = -(-(seen["last"] - seen["first"] + 1) // MOST_POINTS)
    one_of = -(-seen["groups"] // MOST_GROUPS)
    values = {
        "run": run.pk, "first": seen["first"], "width": width, "one_of": one_of, "campaigns": within.campaign_ids,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LABELS, values)
        labels = dict(cursor.fetchall())
        cursor.execute(POINTS, values)
        rows = cursor.fetchall()
    points = [_point(row, seen["first"], width, labels) for row in rows]
    return {
        "run": run.name,
        "steps_per_point": width,
        "groups": seen["groups"],
        "sampled_groups": sum(point["groups"] for point in points),
        "points": points,
    }


def _point(row: tuple[Any, ...], first: int, width: int, labels: dict[int, int]) -> dict[str, Any]:
    at, groups, rollouts, total, squares, rewarded, spread, saturated, judgeable, characters = row
    mean = total / rewarded if rewarded else None
    variance = max(0.0, squares / rewarded - mean * mean) if mean is not None else None
    return {
        "step": first + at * width,
        "groups": groups,
        "rollouts": rollouts,
        "reward_mean": mean,
        "reward_sd": variance**0.5 if variance is not None else None,
        "sd_in_group": spread,
        "saturated_share": saturated / judgeable if judgeable else None,
        "length_mean": float(characters) / rollouts,
        "labels": labels.get(at, 0),
    }
