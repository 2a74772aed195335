"""A budget's burn-down is what the ledger says, and its end is foretold by the pace of late."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from annotator.campaigns import budget
from annotator.campaigns.forecast import Used, forecast, look_ahead
from annotator.campaigns.models import Campaign

NOW = timezone.now()


def test_an_even_pace_ends_when_the_labels_are_gone():
    windows = [Used(10)] * 72
    found = forecast({"labels": 100.0}, windows, timedelta(hours=1), NOW, Used(720))
    assert found.ends_with == "labels"
    assert found.labels_per_hour == 10
    assert found.expected - NOW == pytest.approx(timedelta(hours=10), abs=timedelta(seconds=1))
    assert found.earliest < found.expected < found.latest


@pytest.mark.parametrize("width", [timedelta(hours=5), timedelta(days=1)])
def test_before_three_whole_days_it_is_not_said_how_far_off_the_end_may_be(width):
    found = forecast({"labels": 100.0}, [Used(50)], width, NOW, Used(50))
    assert (found.expected - NOW, found.earliest, found.latest) == (2 * width, None, None)


def test_whatever_buys_the_fewest_labels_ends_it():
    windows, moved = [Used(10, 0.1, 5.0)] * 24, Used(240, 2.4, 120.0)
    found = forecast({"labels": 1000.0, "hours": 2.0, "money": 50.0}, windows, timedelta(hours=1), NOW, moved)
    assert (found.ends_with, found.labels_left) == ("money", 100.0)


def test_without_a_pace_nothing_is_foretold():
    assert forecast({"labels": 100.0}, [Used()] * 24, timedelta(hours=1), NOW, Used()) is None


@pytest.mark.django_db
def test_the_burn_down_adds_up_to_what_was_spent(open_campaign):
    campaign = open_campaign(
        budget_labels=100, start=False, budget_hours=Decimal(10), paid_seconds_cap=360,
        pay_per_label=Decimal(1), currency="EUR",
    )  # fmt: skip
    opened = timezone.now() - timedelta(hours=10)
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=opened)
    budget.reserve(campaign.pk, 60, key="a")
    campaign.refresh_from_db()
    for n in range(20):
        cost = campaign.prices.real(180_000)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, ms, money, key, at)"
                " VALUES (%s, 'spend', 1, %s, %s, %s, %s)",
                [campaign.pk, cost.ms, cost.money, f"s{n}", opened + timedelta(minutes=30 * n)],
            )
    seen = look_ahead(campaign, now=timezone.now())
    labels = [point["labels"] for point in seen["series"]]
    assert labels == sorted(labels)
    assert labels[-1] == seen["spent"] == 20
    assert seen["series"][-1]["hours"] == pytest.approx(1.0)
    assert seen["forecast"]["ends_with"] == "labels"  # ten hours buy 200 labels at three minutes each
    assert seen["forecast"]["labels_left"] == 80
    assert seen["forecast"]["labels_per_hour"] == pytest.approx(2.0, rel=0.1)


@pytest.mark.django_db
def test_a_campaign_that_is_not_open_has_no_finish_ahead(open_campaign):
    campaign = open_campaign()
    campaign.state = Campaign.State.PAUSED
    assert look_ahead(campaign, now=timezone.now())["forecast"] is None
