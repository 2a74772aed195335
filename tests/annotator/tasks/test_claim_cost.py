"""The next task costs the same however many wait: asserted from the plan and the rows touched, never from a clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.campaigns.models import Campaign
from annotator.tasks.leasing import HEAD, NEXT, claim_next
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import make_run
from tests.many import MANY_TASKS

pytestmark = pytest.mark.django_db

WAITING = 20_000
FILL = f"""{MANY_TASKS}
INSERT INTO tasks_assignment (task_id, campaign_id, slot, priority, state, lease_number)
SELECT tasks.id, campaign_id, slot, rank, 'open', 0
FROM (SELECT *, random() AS rank FROM tasks) tasks CROSS JOIN generate_series(0, %(overlap)s - 1) slot"""


@pytest.fixture
def long_queue(open_campaign: Any) -> Any:
    """`long_queue(overlap)`: an open campaign in which 20,000 tasks wait."""

    def make(overlap: int = 1) -> Campaign:
        campaign: Campaign = open_campaign(groups=0, overlap=overlap)
        run = make_run("many", groups=0).pk
        values = {"run": run, "campaign": campaign.pk, "n": WAITING, "state": "open", "overlap": overlap}
        with connection.cursor() as cursor:
            cursor.execute(FILL, values)
        return campaign

    return make


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_assignment, tasks_annotationtask, rollouts_rollout, rollouts_promptgroup")


def plan_of_a_claim(campaign: Campaign, annotator: Any, *, known_answers: bool = False) -> list[dict[str, Any]]:
    """Run the claiming statement under EXPLAIN ANALYZE (it does lease a card); returns every node of its plan."""
    now = timezone.now()
    until = now + timedelta(minutes=1)
    values = {
        "campaign": campaign.pk,
        "annotator": annotator.pk,
        "now": now,
        "until": until,
        "hold": [],
        "n": 3,
        "start": HEAD,
        "known_answers": known_answers,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {NEXT}", values)
        return nodes_of(cursor)


def nodes_of(cursor: Any) -> list[dict[str, Any]]:
    (found,) = cursor.fetchone()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    return list(nodes(explained["Plan"]))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def rows_touched(plan: list[dict[str, Any]]) -> int:
    """Rows that scans of tables produced or threw away, over all their loops."""
    return sum(
        round(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for node in plan
        if "Relation Name" in node
    )


def test_a_claim_takes_the_head_of_one_index_and_touches_few_rows(long_queue, people):
    campaign = long_queue()
    analyze()
    plan = plan_of_a_claim(campaign, people["alice"])
    assert Assignment.objects.filter(state="leased").count() == 3
    assert "queue_head" in {node.get("Index Name") for node in plan}
    assert rows_touched(plan) < 60


def test_who_is_far_ahead_of_the_others_waits_no_longer(long_queue, people):
    campaign = long_queue(overlap=2)
    analyze()
    alice = people["alice"].pk
    ahead = Assignment.objects.filter(slot=0).order_by("-priority").values("id")[:5000]
    Assignment.objects.filter(id__in=ahead).update(
        state="submitted", annotator=alice, lease_number=1, shown_order=[0, 1]
    )
    with CaptureQueriesContext(connection) as queries:
        cards = claim_next(campaign, alice, n=3, now=timezone.now())
    places = Assignment.objects.filter(slot=0).order_by("-priority").values_list("id", flat=True)
    assert [card.assignment for card in cards] == list(places[5000:5003])
    claiming = queries[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {claiming}")
        assert rows_touched(nodes_of(cursor)) < 500
    (first,) = claim_next(campaign, people["bob"].pk, n=1, now=timezone.now())
    assert Assignment.objects.get(id=first.assignment).task_id == Assignment.objects.get(id=places[0]).task_id


def test_a_slot_that_came_back_inside_my_run_is_mine_when_nothing_else_is_left(long_queue, people):
    campaign = long_queue(overlap=2)
    alice = people["alice"].pk
    slots = Assignment.objects.filter(slot=0).order_by("-priority")
    unseen = slots[7000]
    Assignment.objects.filter(slot=0).exclude(id=unseen.id).update(
        state="submitted", annotator=alice, lease_number=1, shown_order=[0, 1]
    )
    (card,) = claim_next(campaign, alice, n=3, now=timezone.now())
    assert card.assignment == unseen.id


def test_a_claim_needs_no_fresh_statistics(long_queue, people):
    analyze()  # while the tables are empty: the next statistics come minutes after a queue was filled
    campaign = long_queue()
    plan = plan_of_a_claim(campaign, people["alice"])
    assert "queue_head" in {node.get("Index Name") for node in plan}
    assert rows_touched(plan) < 60


@pytest.mark.parametrize("fresh", [True, False], ids=["known to the planner", "unknown to it"])
def test_cards_that_somebody_had_as_known_ones_cost_the_next_claim_little(long_queue, people, fresh):
    if not fresh:
        analyze()
    campaign = long_queue()
    if fresh:
        analyze()
    head = Assignment.objects.order_by("-priority").values_list("task_id", flat=True)[:5]
    for task in AnnotationTask.objects.filter(pk__in=list(head)):
        task.pk, task.stream = None, "gold"
        task.save()
        Assignment.objects.create(
            task=task, campaign=campaign, slot=0, priority=1.0, state="submitted", annotator=people["alice"]
        )
    plan = plan_of_a_claim(campaign, people["alice"], known_answers=True)
    taken = Assignment.objects.filter(state="leased").values_list("task_id", flat=True)
    assert len(taken) == 3 and not set(taken) & set(head)
    assert "queue_head" in {node.get("Index Name") for node in plan}
    assert rows_touched(plan) < 100


def test_my_leases_are_found_without_looking_at_all_i_ever_answered(long_queue, people):
    campaign = long_queue()
    analyze()  # nobody has answered yet, as far as the statistics know
    answered = Assignment.objects.order_by("id").values("id")[:5000]
    Assignment.objects.filter(id__in=answered).update(
        state="submitted", annotator=people["alice"], lease_number=1, shown_order=[0, 1]
    )
    claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
    # By which index, the planner may choose: beside a handful of leases all of them cost the same.
    assert rows_touched(plan_of_a_claim(campaign, people["alice"])) < 60
