"""Every alarm is raised by what is really there, and goes away when that does. Nothing of it is stored."""

from __future__ import annotations

import inspect
import re
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from annotator.annotations.models import Annotation, GoldItem, GoldScore
from annotator.annotations.reviews import Awaiting, awaiting
from annotator.campaigns import budget
from annotator.campaigns.models import Campaign
from annotator.learning.models import KeptQueue
from annotator.tasks.models import AnnotationTask
from annotator.training import alarms, desk
from annotator.training.models import TrainingJob
from tests.annotator.annotations.test_reviews import answered, say
from tests.e2e.findings import found
from tests.factories import make_version, score_all

pytestmark = pytest.mark.django_db


def raised(campaign: Campaign, *, later: timedelta = timedelta()) -> set[str]:
    campaign = Campaign.objects.get(pk=campaign.pk)
    return {alarm.code for alarm in desk.overview(campaign, now=timezone.now() + later)["alarms"]}


@pytest.fixture
def campaign(open_campaign: Any) -> Any:
    return open_campaign(groups=12, budget_labels=100, reserve_share=0.1)


def job(campaign: Campaign, state: str, digest: str, kind: str = "reward_model") -> TrainingJob:
    return TrainingJob.objects.create(
        kind=kind,
        campaign=campaign,
        config_digest=digest,
        because="",
        state=state,
        finished_at=timezone.now(),
    )


def test_a_failed_training_until_one_succeeds_also_while_another_runs(campaign: Any) -> None:
    job(campaign, "failed", "1")
    assert raised(campaign) == {"job_failed"}
    running = TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="2", because="")
    assert raised(campaign) == {"job_failed"}
    TrainingJob.objects.filter(pk=running.pk).update(state="succeeded", finished_at=timezone.now())
    assert raised(campaign) == set()


def test_a_failed_training_until_another_succeeds_that_was_begun_before_it_and_ends_after_it(campaign: Any) -> None:
    begun = TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="1", because="")
    job(campaign, "failed", "2")
    TrainingJob.objects.filter(pk=begun.pk).update(state="succeeded", finished_at=timezone.now())
    assert raised(campaign) == set()


def test_a_training_that_was_cancelled_makes_no_failed_one_good(campaign: Any) -> None:
    job(campaign, "failed", "1")
    job(campaign, "cancelled", "2")
    assert raised(campaign) == {"job_failed"}


def test_of_two_kinds_of_training_each_makes_good_its_own_failures_only(campaign: Any) -> None:
    job(campaign, "failed", "1")
    policy = job(campaign, "failed", "2", "policy")
    assert alarms.failed_job(campaign) == (policy.pk, "policy"), "the newest is told first"
    job(campaign, "succeeded", "3")
    assert alarms.failed_job(campaign) == (policy.pk, "policy")
    job(campaign, "succeeded", "4", "policy")
    assert raised(campaign) == set()


def test_a_strategy_worse_than_chance_until_a_check_says_otherwise(campaign: Any) -> None:
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01))
    assert raised(campaign) == {"strategy_worse"}
    found(campaign, 900, "unproven", (0.0, -0.02, 0.02))
    assert raised(campaign) == set()


def test_unscored_rollouts_a_quarter_of_an_hour_after_a_promotion_until_they_are_scored(campaign: Any) -> None:
    version = make_version(campaign.reward_model)
    type(version).objects.update(promoted_at=timezone.now())
    assert raised(campaign) == set()
    assert raised(campaign, later=timedelta(minutes=16)) == {"rollouts_unscored"}
    score_all(version, campaign.runs.get())
    assert raised(campaign, later=timedelta(minutes=16)) == set()


def test_a_budget_that_runs_out_until_it_is_topped_up(campaign: Any) -> None:
    asked = campaign.assignments.count()
    Campaign.objects.filter(pk=campaign.pk).update(budget_labels=asked + 1, committed_labels=asked)
    budget.reserve(campaign.pk, 1, key="one", purpose="extra")
    budget_entries = campaign.budget_entries
    budget_entries.create(kind="spend", labels=asked - 1, key="spent")
    assert raised(campaign) == {"budget_nearly_out"}
    budget_entries.create(kind="spend", labels=2, key="the last")
    assert raised(campaign) == {"budget_given_out"}
    waiting = campaign.assignments.filter(state="open")
    ids = list(waiting.values_list("id", flat=True))
    waiting.update(state="cancelled")
    assert raised(campaign) == {"budget_out"}
    campaign.assignments.filter(id__in=ids).update(state="open")
    budget.top_up(campaign.pk, key="more", labels=200)
    assert raised(campaign) == set()


def test_paid_hours_that_run_out_until_they_are_topped_up(open_campaign: Any) -> None:
    campaign = open_campaign(groups=12, budget_labels=100, budget_hours=Decimal(2), paid_seconds_cap=72, start=False)
    assert raised(campaign) == set()
    budget.reserve(campaign.pk, 40, key="asked")
    entry(campaign, labels=30, minutes=30)  # half of what was set aside for them
    assert raised(campaign) == set(), "an hour and a half pays for 90 more"
    entry(campaign, labels=5, minutes=80)
    assert raised(campaign) == {"budget_nearly_out"}
    budget.top_up(campaign.pk, key="more", hours=Decimal(1))
    assert raised(campaign) == {"budget_ends_early"}, "70 minutes pay for 22 of 65"
    budget.top_up(campaign.pk, key="enough", hours=Decimal(3))
    assert raised(campaign) == set()


def test_money_that_will_not_last_as_long_as_the_labels_until_it_does(open_campaign: Any) -> None:
    campaign = open_campaign(
        budget_labels=100, budget_money=Decimal(50), pay_per_label=Decimal(1), currency="EUR", start=False
    )
    budget.reserve(campaign.pk, 20, key="asked")
    entry(campaign, labels=19, money=19)
    assert raised(campaign) == set()
    entry(campaign, labels=1, money=1)
    assert raised(campaign) == {"budget_ends_early"}
    budget.top_up(campaign.pk, key="more", money=Decimal(40))
    assert raised(campaign) == set(), "nine in ten labels can be paid"


def entry(campaign: Campaign, *, labels: int, minutes: int = 0, money: int = 0) -> None:
    """So many answers came in, and did cost so much together."""
    campaign.budget_entries.create(
        kind="spend", labels=labels, ms=minutes * 60_000, money=Decimal(money), key=f"{labels} {minutes} {money}"
    )


def test_a_silent_keeper_until_it_has_heard_the_newest_answer(campaign: Any, api: Any) -> None:
    heard = answered(api, "alice", campaign.slug)
    kept = KeptQueue.objects.create(campaign=campaign, newest_annotation=heard, at=timezone.now())
    missed = answered(api, "alice", campaign.slug)
    assert raised(campaign) == set()
    assert raised(campaign, later=timedelta(minutes=2)) == {"keeper_silent"}
    KeptQueue.objects.filter(pk=kept.pk).update(newest_annotation=missed)
    assert raised(campaign, later=timedelta(minutes=2)) == set()


def test_nobody_at_work_while_cards_wait_until_somebody_answers(campaign: Any, api: Any) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=timezone.now() - timedelta(hours=2))
    assert raised(campaign) == {"nobody_active"}
    answered(api, "alice", campaign.slug)
    assert raised(campaign) == set()


def test_cards_that_wait_for_a_second_person_until_there_is_one(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=3, budget_labels=20, overlap=2)
    for _ in range(3):
        answered(api, "alice", campaign.slug)
    assert raised(campaign) == {"waits_for_others"}
    answered(api, "bob", campaign.slug)
    assert raised(campaign) == set()


def test_somebody_who_leans_to_one_side_until_they_do_so_no_more(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=40, size=2, budget_labels=200, open_tasks=64)
    for _ in range(20):
        on_the_left(api, campaign, left=True)
    assert raised(campaign) == {"side_bias"}
    for _ in range(16):
        on_the_left(api, campaign, left=False)
    assert raised(campaign) == set()


def on_the_left(api: Any, campaign: Any, *, left: bool) -> None:
    """Alice prefers what stands on that side of her next card."""
    answered(api, "alice", campaign.slug, "first" if left else "second")


def test_low_gold_once_enough_was_met_until_it_is_better(campaign: Any, api: Any, people: Any) -> None:
    needed = campaign.config.gold_judged
    scores = [gold_answer(api, campaign, people, 0.0, now=timezone.now()) for _ in range(needed)]
    assert raised(campaign) == {"gold_low"}
    GoldScore.objects.filter(pk=scores[0]).delete()
    assert raised(campaign) == set(), "too few to say so"
    for _ in range(3 * needed):
        gold_answer(api, campaign, people, 1.0, now=timezone.now())
    assert raised(campaign) == set()


def test_right_answers_that_are_to_be_shown_until_one_of_each_use_is_stated(open_campaign: Any, people: Any) -> None:
    campaign = open_campaign(groups=12, budget_labels=100, reserve_share=0.4, training_cards=2, gold_share=0.1)

    def still_to_state() -> list[str]:
        found = desk.overview(Campaign.objects.get(pk=campaign.pk), now=timezone.now())["alarms"]
        return [alarm.about["use"] for alarm in found if alarm.code == "none_stated"]

    assert raised(campaign) == {"none_stated"}
    assert still_to_state() == ["training", "gold"]
    item = stated(campaign, people, "training")
    assert still_to_state() == ["gold"]
    stated(campaign, people, "gold")
    assert raised(campaign) == set()
    GoldItem.objects.filter(pk=item.pk).update(retired_at=timezone.now())
    assert still_to_state() == ["training"]


def gold_answer(api: Any, campaign: Any, people: Any, score: float, *, now: datetime) -> int:
    """An answer of Alice's to a card whose answer is known, which met it so well."""
    item = stated(campaign, people, "gold")
    task = item.task
    slot = task.assignments.create(
        campaign=campaign, slot=0, priority=1.0, state="submitted", annotator=people["alice"], shown_order=[0, 1]
    )
    answer = Annotation.objects.create(
        assignment=slot, task=task, campaign=campaign, annotator=people["alice"], shown_order=[0, 1], lease_number=1,
        answer={"preference": {"choice": "tie", "strength": None}}, idempotency_key=f"gold-{task.pk}", at=now,
    )  # fmt: skip
    return int(GoldScore.objects.create(annotation=answer, item=item, score=score).pk)


def stated(campaign: Any, people: Any, use: str) -> GoldItem:
    """A card whose right answer is known."""
    group = campaign.runs.get().groups.first()
    task = AnnotationTask.objects.create(
        campaign=campaign, group=group, rollout_ids=sorted(group.rollouts.values_list("id", flat=True))[:2],
        stream=use, propensity=1.0, state="settled",
    )  # fmt: skip
    return GoldItem.objects.create(campaign=campaign, task=task, use=use, answer={}, made_by=people["olga"])


def test_what_waits_to_be_read_until_it_was_read(campaign: Any, api: Any) -> None:
    flagged = answered(api, "alice", campaign.slug, flagged=True)
    assert raised(campaign) == {"to_read"}
    review = f"/api/v1/annotations/{flagged}/review"
    api("olga").post(review, {"verdict": "returned", "note": "Look again."}, format="json")
    assert raised(campaign) == set()
    corrected = say(api, "alice", f"annotations/{flagged}/revise", "tie", "again")
    assert raised(campaign) == {"to_read"}
    api("olga").post(f"/api/v1/annotations/{corrected}/review", {"verdict": "accepted"}, format="json")
    assert raised(campaign) == set()


def test_a_flag_that_was_read_is_no_new_one_when_its_author_corrects_the_answer(campaign: Any, api: Any) -> None:
    flagged = answered(api, "alice", campaign.slug, flagged=True)
    api("olga").post(f"/api/v1/annotations/{flagged}/review", {"verdict": "accepted"}, format="json")
    say(api, "alice", f"annotations/{flagged}/revise", "tie", "again", flagged=True)
    assert raised(campaign) == set()
    unread = answered(api, "bob", campaign.slug, flagged=True)
    say(api, "bob", f"annotations/{unread}/revise", "tie", "slip", flagged=True)
    assert awaiting(campaign) == Awaiting(flagged=1)


def test_an_answer_corrected_twice_after_it_came_back_still_waits_to_be_read_once(campaign: Any, api: Any) -> None:
    given = answered(api, "alice", campaign.slug)
    returned = {"verdict": "returned", "note": "Look again."}
    api("olga").post(f"/api/v1/annotations/{given}/review", returned, format="json")
    first = say(api, "alice", f"annotations/{given}/revise", "tie", "one")
    assert awaiting(campaign) == Awaiting(corrected=1)
    second = say(api, "alice", f"annotations/{first}/revise", "first", "two", flagged=True)
    assert awaiting(campaign) == Awaiting(corrected=1)
    listed = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?state=waiting").json()["results"]
    assert [one["annotation"] for one in listed] == [second], "the page the alarm leads to shows the same"


def test_no_alarm_is_without_a_case_above() -> None:
    codes = set(re.findall(r'Alarm\("(\w+)"', inspect.getsource(alarms)))
    tests = inspect.getsource(sys.modules[__name__])
    assert codes == {code for code in codes if f'{{"{code}"}}' in tests}
