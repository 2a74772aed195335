"""The desk raises alarms from what is really there, and looks ahead without leaving a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotator.annotations.models import Annotation
from annotator.campaigns.models import BudgetEntry, Campaign, Selection
from annotator.learning.models import KeptQueue
from annotator.tasks.models import AnnotationTask
from annotator.training import alarms
from annotator.training.desk import leaning
from annotator.training.models import TrainingJob
from tests.annotator.annotations.test_reviews import answered
from tests.e2e.findings import found
from tests.factories import make_run, make_version

pytestmark = pytest.mark.django_db


def codes(api: Any, campaign: Any) -> list[str]:
    told = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").data["alarms"]
    return [alarm["code"] for alarm in told]


def test_a_calm_campaign_raises_no_alarm_and_a_troubled_one_all_of_them(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=8)
    given = answered(api, "alice", campaign.slug, flagged=True)
    api("olga").post(f"/api/v1/annotations/{given}/review", {"verdict": "accepted"}, format="json")
    assert codes(api, campaign) == []
    answered(api, "alice", campaign.slug, flagged=True)
    job = TrainingJob.objects.create(
        kind="reward_model", campaign=campaign, config_digest="0", because="", state="failed",
        finished_at=timezone.now(),
    )  # fmt: skip
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01))
    version = make_version(campaign.reward_model)
    type(version).objects.update(promoted_at=timezone.now() - timedelta(hours=1))
    Campaign.objects.filter(pk=campaign.pk).update(budget_labels=60)
    BudgetEntry.objects.create(campaign=campaign, kind="spend", labels=58, key="all the rest")
    assert sorted(codes(api, campaign)) == [
        "budget_given_out", "job_failed", "rollouts_unscored", "strategy_worse", "to_read",
    ]  # fmt: skip
    told = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").data["alarms"]
    about = {"job": job.pk, "kind": "reward_model"}
    assert {"code": "job_failed", "level": "serious", "about": about} in told
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    assert "budget_given_out" not in codes(api, campaign)


def test_a_keeper_that_hears_nothing_is_noticed_by_the_first_answer_it_missed(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=8)
    assert alarms.unheard_since(campaign) is None
    heard = answered(api, "alice", campaign.slug)
    KeptQueue.objects.create(campaign=campaign, newest_annotation=heard, at=timezone.now())
    assert alarms.unheard_since(campaign) is None
    missed = Annotation.objects.get(pk=answered(api, "alice", campaign.slug))
    answered(api, "alice", campaign.slug)
    assert alarms.unheard_since(campaign) == missed.at


def test_a_leaning_is_told_only_beyond_what_chance_does() -> None:
    def row(left: int, strict: int) -> dict[str, Any]:
        return {"user": 1, "username": "alice", "left": left, "strict": strict}

    assert leaning([]) == leaning([row(0, 0)]) == leaning([row(60, 100), row(5, 5), row(0, 0)]) == {}
    assert leaning([row(600, 1000)]) == {"alice": "left"}
    assert leaning([row(400, 1000)]) == {"alice": "right"}


def test_a_dry_run_shows_the_first_cards_and_leaves_no_trace(api: Any, people: Any) -> None:
    make_run("grpo-1", groups=30)
    draft = {"runs": ["grpo-1"], "budget_labels": 50, "config": {"acquisition": "random", "seed": 3}}
    first = api("olga").post("/api/v1/dry-run", draft, format="json")
    assert first.status_code == 200, first.data
    assert len(first.data["cards"]) == 20
    assert first.data["cards"] == api("olga").post("/api/v1/dry-run", draft, format="json").data["cards"]
    for table in (Campaign, AnnotationTask, Selection, BudgetEntry):
        assert not table.objects.exists()
    unnamed = {**draft, "slug": "", "name": "", "question": "", "reward_model": ""}
    assert api("olga").post("/api/v1/dry-run", unnamed, format="json").status_code == 200
    refused = api("olga").post("/api/v1/dry-run", {**draft, "config": {"overlap": 99}}, format="json")
    assert (refused.status_code, "overlap" in refused.data["message"]) == (400, True)
    assert api("alice").post("/api/v1/dry-run", draft, format="json").status_code == 403
    assert not Campaign.objects.exists()
