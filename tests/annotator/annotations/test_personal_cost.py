"""Personal cards cost a claim the same however much somebody has answered: counted in rows read, never by a clock."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.utils import timezone

from annotator.annotations.models import Annotation
from annotator.annotations.personal import claim_with_personal
from annotator.tasks.models import Assignment
from tests.annotator.annotations.known_answers import World
from tests.many import MANY_TASKS

pytestmark = pytest.mark.django_db

ANSWERED = 4000
# Alice has answered the same cards as many others have; a few of them again.
FILL = f"""{MANY_TASKS},
slots AS (
    INSERT INTO tasks_assignment (task_id, campaign_id, slot, priority, state, lease_number, annotator_id, shown_order)
    SELECT id, campaign_id, 0, 0.5, 'submitted', 1, %(alice)s, '{{0,1}}' FROM tasks
    RETURNING id, task_id, campaign_id)
INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
                                    shown_order, comment, lease_number, idempotency_key, at)
SELECT id, task_id, campaign_id, %(alice)s, '{{"preference": {{"choice": "tie"}}}}', '', false, '{{0,1}}', '', 1,
       'many' || id, now() - make_interval(secs => row_number() OVER (ORDER BY id))
FROM slots"""
READ = """
SELECT coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0)
FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"""


def rows_read() -> int:
    """Rows of all tables that this transaction has read so far, by index or not."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def most_read_in_a_claim(it: World, claims: int = 25) -> int:
    """Of some claims, each followed by answering nothing and giving all back, what the costliest read."""
    most = 0
    for _ in range(claims):
        before = rows_read()
        cards = claim_with_personal(it.campaign, it.alice, n=1, now=timezone.now())
        most = max(most, rows_read() - before)
        mine = Assignment.objects.filter(annotator_id=it.alice, state="leased")
        assert cards and mine.exists()
        mine.update(state="submitted", leased_until=None)
    return most


def test_a_claim_reads_as_little_after_thousands_of_answers_as_at_the_start(open_campaign, people):
    random.seed(0)
    it = World(
        open_campaign,
        people,
        items=6,
        gold_share=0.3,
        repeat_share=0.3,
        training_cards=2,
        budget_labels=20_000,
        groups=200,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    fresh = most_read_in_a_claim(it)
    with connection.cursor() as cursor:
        values = {"run": it.campaign.runs.get().pk, "campaign": it.campaign.pk, "alice": it.alice, "n": ANSWERED}
        cursor.execute(FILL, values | {"state": "settled"})
    stale = most_read_in_a_claim(it)  # the planner still believes that nobody has answered much
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    known = most_read_in_a_claim(it)
    assert Annotation.objects.filter(annotator_id=it.alice).count() >= ANSWERED
    assert Assignment.objects.filter(task__stream="repeat").exists()
    assert Assignment.objects.filter(task__stream="gold").exists()
    assert max(stale, known) < 400, (fresh, stale, known)
