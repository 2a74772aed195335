"""A campaign small enough to work out on paper: what the desk says of it over HTTP is what the paper says.

Alice and Bob judge four cards. A is the first completion of a card in canonical order, B the second:

    card           1  2  3  4
    Alice          A  B  A  B (she said A first, and corrected it)
    Bob            A  B  B  B

Alice meets a card whose answer is known (A, rightly) and card 1 once more (B, not as before), and a newcomer's training
card. She sees cards 2 and 3 and the repeat the other way round. A fifth card was answered by both, alike; Bob's answer
was returned to him and waits, so it teaches nothing for now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotator.annotations.models import Annotation, Comparison, GoldItem, GoldScore, Review
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import PromptGroup

pytestmark = pytest.mark.django_db


class Paper:
    """Writes answers down as if they had come in one after another."""

    def __init__(self, campaign: Campaign, people: dict[str, Any]) -> None:
        self.campaign, self.people = campaign, people
        self.groups = list(PromptGroup.objects.filter(run__campaigns=campaign).order_by("id"))

    def card(self, number: int, stream: str = "random") -> Any:
        group = self.groups[number]
        return self.campaign.tasks.create(
            group=group, rollout_ids=sorted(group.rollouts.values_list("id", flat=True)), stream=stream, propensity=1.0,
            state="settled",
        )  # fmt: skip

    def says(self, who: str, task: Any, better: str, *, turned: bool = False, revises: Any = None) -> Any:
        person, order = self.people[who], [1, 0] if turned else [0, 1]
        slot = revises.assignment if revises else task.assignments.create(
            campaign=self.campaign, slot=task.assignments.count(), priority=1.0, state="submitted", annotator=person,
            shown_order=order,
        )  # fmt: skip
        made = Annotation.objects.create(
            assignment=slot, task=task, campaign=self.campaign, annotator=person, shown_order=order, lease_number=1,
            answer={"preference": {"choice": {"A": "first", "B": "second"}[better], "strength": None}},
            idempotency_key=f"{task.pk}-{who}-{bool(revises)}", revises=revises, active_ms=1000,
        )  # fmt: skip
        a, b = task.rollout_ids
        Comparison.objects.create(annotation=made, rollout_a_id=a, rollout_b_id=b, outcome=float(better == "A"))
        return made


@pytest.fixture
def campaign(open_campaign: Any, people: Any) -> Campaign:
    made = open_campaign(groups=8, size=2, start=False, overlap=2, budget_labels=100, reserve_share=0.2)
    paper = Paper(made, people)
    one, two, three, four, five = (paper.card(number) for number in range(5))
    for task, alice, bob in ((one, "A", "A"), (two, "B", "B"), (three, "A", "B")):
        paper.says("alice", task, alice, turned=task is not one)
        paper.says("bob", task, bob)
    paper.says("alice", four, "B", revises=paper.says("alice", four, "A"))
    paper.says("bob", four, "B")
    for number, use in ((5, "gold"), (6, "training")):
        known = paper.card(number, "gold")
        item = GoldItem.objects.create(campaign=made, task=known, use=use, answer={}, made_by=people["olga"])
        GoldScore.objects.create(annotation=paper.says("alice", known, "A"), item=item, score=float(use == "gold"))
    paper.says("alice", paper.card(0, "repeat"), "B", turned=True)
    paper.says("alice", five, "A")
    sent_back = paper.says("bob", five, "A")
    Review.objects.create(annotation=sent_back, reviewer=people["olga"], verdict="returned", note="Why?")
    return made


def told(api: Any, page: str) -> Any:
    return api("olga").get(f"/api/v1/campaigns/helpful/{page}").json()


def test_agreement_is_that_of_the_four_cards_both_judged(campaign: Campaign, api: Any) -> None:
    """Of 8 values 3 are A and 5 B; 2 of 8 ordered pairs differ, by chance 30 of 56 would: 1 - (2/8) / (30/56) = 8/15.

    Kappa: 3 of 4 alike. Alice says A in 2 of 4, Bob in 1 of 4: by chance 1/2 would be alike: (3/4 - 1/2) / (1/2).
    """
    found = told(api, "quality")
    (agreement,) = found["agreement"]
    assert (agreement["items"], agreement["alpha"]) == (4, pytest.approx(8 / 15))
    matrix = found["matrix"]
    at = {name: number for number, name in enumerate(matrix["annotators"])}
    cell = matrix["rows"][at["alice"]][at["bob"]]
    assert (cell["items"], cell["share"], cell["kappa"]) == (4, 0.75, pytest.approx(0.5))


def test_sides_repeats_and_gold_count_where_they_belong(campaign: Campaign, api: Any) -> None:
    """Alice saw the better one on the left in card 1, card 2, gold, training and card 5; not in 3 and 4.

    That is 5 of 7: a repeat is turned on purpose and says nothing of sides. Wilson with z = 1.96: middle
    (5/7 + 3.8416/14) / (1 + 3.8416/7) = 0.6384, half 1.96 * sqrt(5/7 * 2/7 / 7 + 3.8416 / 196) / 1.5488 = 0.2794.
    Two misses are rare events: the upper end is 1 - 0.3554/7, since of all Poisson distributions that with a mean of
    0.3554 has two or more in 5 of 100 cases: 1 - exp(-0.3554) * 1.3554 = 0.05.
    """
    rows = {row["username"]: row for row in told(api, "quality")["annotators"]}
    alice = rows["alice"]
    assert (alice["left"]["share"], alice["left"]["of"]) == (5 / 7, 7)
    assert (alice["left"]["low"], alice["left"]["high"]) == (
        pytest.approx(0.6384 - 0.2794, abs=2e-4), pytest.approx(1 - 0.3554 / 7, abs=2e-4),
    )  # fmt: skip
    assert (alice["gold"]["share"], alice["gold"]["of"]) == (1.0, 1), "the training card is no gold"
    assert (alice["repeats"]["share"], alice["repeats"]["of"]) == (0.0, 1)
    assert (rows["bob"]["gold"], rows["bob"]["repeats"]) == (None, None)
    assert (alice["answers"], rows["bob"]["answers"]) == (8, 5)
    listed = {row["username"]: row for row in told(api, "dashboard")["annotators"]}
    assert (listed["alice"]["left_share"], listed["alice"]["answers"], listed["bob"]["answers"]) == (5 / 7, 8, 5)


def test_a_corrected_answer_is_counted_once_and_a_label_set_takes_only_what_teaches(
    campaign: Campaign, api: Any
) -> None:
    labels = told(api, "dashboard")["labels"]
    assert (labels["total"], labels["by_choice"], labels["skips"]) == (9, {"first": 4, "second": 5}, 0)
    made = api("olga").post("/api/v1/campaigns/helpful/label-sets").json()
    assert made["size"] == labels["total"] == labels["last_hour"] == 9, (
        "five cards of both, without what was returned; neither gold, training nor the repeat"
    )


def test_the_burn_down_and_the_forecast_follow_the_ledger(campaign: Campaign, api: Any) -> None:
    """24 labels in 12 hours: 2 an hour. 80 may be asked for (a fifth is the reserve), 56 are left: 28 hours."""
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=now - timedelta(hours=12), committed_labels=24)
    campaign.budget_entries.create(kind="reserve", labels=24, key="r")
    for number in range(24):
        entry = campaign.budget_entries.create(kind="spend", labels=1, key=f"s{number}")
        with_time(entry.pk, now - timedelta(hours=12) + timedelta(minutes=30 * number + 15))
    found = told(api, "budget")
    assert (found["spent"], found["series"][-1]["labels"]) == (24, 24)
    assert found["series"][29]["labels"] == 12, "half of it in the first half"
    ahead = found["forecast"]
    assert (ahead["labels_left"], ahead["ends_with"]) == (56, "labels")
    assert ahead["labels_per_hour"] == pytest.approx(2.0, rel=0.01)
    hours = (datetime.fromisoformat(ahead["expected"]) - now) / timedelta(hours=1)
    assert hours == pytest.approx(28, rel=0.01)
    assert ahead["earliest"] is ahead["latest"] is None, "half a day does not say how days differ"


def with_time(entry: int, at: Any) -> None:
    """The ledger is append-only, so its trigger is put aside to move a row into the past."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE campaigns_budgetentry SET at = %s WHERE id = %s", [at, entry])
        cursor.execute("SET LOCAL session_replication_role = origin")
