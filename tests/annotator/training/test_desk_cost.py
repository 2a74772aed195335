"""What a desk asks every second costs the same however much everybody answered: rows touched, never a clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.annotations.submission import submit
from annotator.tasks.leasing import claim_next
from annotator.training import alarms, quality
from annotator.training.digest import digest
from tests.annotator.tasks.test_claim_cost import FILL, nodes, rows_touched
from tests.factories import make_run, said

pytestmark = pytest.mark.django_db

BUSY = 5_000
ANSWERED = """
INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
    shown_order, comment, lease_number, idempotency_key, at)
SELECT id, task_id, campaign_id, %(annotator)s, '{"preference": {"choice": "first", "strength": 1}}', '', false,
    '{0,1}', '', 1, 'k' || id, now()
FROM tasks_assignment WHERE campaign_id = %(campaign)s"""


@pytest.fixture
def quiet(open_campaign: Any, people: Any) -> Any:
    """A campaign with one answer, beside one whose thousands of answers came before and after it."""
    quiet, busy = open_campaign(slug="quiet", groups=1), open_campaign(slug="busy", groups=0)
    for name in ("before", "after"):
        run = make_run(name, groups=0).pk
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"run": run, "campaign": busy.pk, "n": BUSY, "overlap": 1, "state": "open"})
            cursor.execute(
                f"{ANSWERED} AND NOT EXISTS (SELECT FROM annotations_annotation known WHERE assignment_id ="
                " tasks_assignment.id)",
                {"campaign": busy.pk, "annotator": people["bob"].pk},
            )
        if name == "before":
            (card,) = claim_next(quiet, people["alice"].pk, n=1, now=timezone.now())
            submit(card.assignment, people["alice"].pk, card.lease_number, said("left", "k"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotations_annotation, tasks_assignment, tasks_annotationtask")
    return quiet


@pytest.mark.parametrize("ask", [digest, quality.newest, alarms.newest_answer_at])
def test_the_newest_answer_of_a_quiet_campaign_is_found_without_looking_at_a_busy_ones(
    quiet: Any, ask: Callable[[Any], Any]
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert ask(quiet)
    (query,) = asked
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
        ((found,),) = cursor.fetchall()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    of_answers = [node for node in nodes(explained["Plan"]) if node.get("Relation Name") == "annotations_annotation"]
    assert of_answers and rows_touched(of_answers) <= 2
