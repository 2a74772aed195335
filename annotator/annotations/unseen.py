"""Which card somebody may get as a personal one: gold they have never judged, or one of their own of some time ago.

Each look is a few probes of indexes, however much the person has answered and however many cards there are.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from annotator.campaigns.models import Campaign
from annotator.tasks.models import AnnotationTask

from .models import Annotation

REPEAT_AFTER = 15  # answers of mine lie between a card and its repeat, so that it is judged and not remembered
LOOKED_AT = 30  # of my answers, from a moment drawn by chance

# The same completions, as a card like any other or as a personal one, in a slot that was ever this person's. Each half
# names the streams of the index that it is found by; the OFFSET 0 keep the planner from joining whole tables.
HAD = """
EXISTS (SELECT FROM (SELECT id FROM tasks_annotationtask same
                     WHERE same.campaign_id = %(campaign)s AND same.rollout_ids = card.rollout_ids
                       AND same.stream IN ({streams}) OFFSET 0) same
        WHERE EXISTS (SELECT FROM tasks_assignment mine
                      WHERE mine.task_id = same.id AND mine.annotator_id = %(annotator)s OFFSET 0))"""
HAD_IT = HAD.format(streams="'acquisition', 'random'")
HAD_IT_AS_PERSONAL = HAD.format(streams="'gold', 'repeat'")
FIRST_UNSEEN = f"""
SELECT item.task_id
FROM unnest(%(tasks)s::bigint[]) item (task_id)
CROSS JOIN LATERAL (SELECT rollout_ids FROM tasks_annotationtask WHERE id = item.task_id OFFSET 0) card
WHERE NOT {HAD_IT} AND NOT {HAD_IT_AS_PERSONAL}
LIMIT 1"""
FIRST_TO_REPEAT = f"""
SELECT card.group_id, card.rollout_ids, said.shown_order
FROM (SELECT task_id, shown_order, at FROM annotations_annotation
      WHERE campaign_id = %(campaign)s AND annotator_id = %(annotator)s AND at >= %(since)s AND at <= %(until)s
        AND revises_id IS NULL AND skip = ''
      ORDER BY at LIMIT {LOOKED_AT}) said
CROSS JOIN LATERAL (SELECT group_id, rollout_ids, stream FROM tasks_annotationtask
                    WHERE id = said.task_id OFFSET 0) card
WHERE card.stream IN ('acquisition', 'random') AND NOT {HAD_IT_AS_PERSONAL}
LIMIT 1"""


def card(campaign: Campaign, annotator_id: int, tasks: Sequence[int]) -> AnnotationTask | None:
    """The first of these cards that this person has never had, in whatever guise."""
    found = _first(FIRST_UNSEEN, campaign, annotator_id, tasks=list(tasks))
    return None if found is None else AnnotationTask.objects.get(id=found[0])


class Judged(NamedTuple):
    """A card that somebody answered, as they saw it."""

    group_id: int
    rollout_ids: list[int]
    shown_order: list[int]


def to_repeat(campaign: Campaign, annotator_id: int) -> Judged | None:
    """What this person may be asked again: answered long enough ago, and not asked again yet."""
    mine = Annotation.objects.filter(campaign=campaign, annotator_id=annotator_id).order_by("at")
    first = mine.values_list("at", flat=True).first()
    until = mine.reverse().values_list("at", flat=True)[REPEAT_AFTER : REPEAT_AFTER + 1].first()
    if first is None or until is None:
        return None
    for since in (_between(first, until), first):
        found = _first(FIRST_TO_REPEAT, campaign, annotator_id, since=since, until=until)
        if found is not None:
            return Judged(*found)
    return None


def _between(first: datetime, until: datetime) -> datetime:
    return first + random.SystemRandom().random() * (until - first)


def _first(sql: str, campaign: Campaign, annotator_id: int, **values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": campaign.pk, "annotator": annotator_id, **values})
        return cursor.fetchone()
