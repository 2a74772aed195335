"""A campaign that has nothing more to ask, or nobody to ask it of, says so to its manager and to its annotators."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations.submission import submit
from annotator.campaigns import budget, lifecycle
from annotator.campaigns.forecast import look_ahead
from annotator.campaigns.models import Campaign
from annotator.tasks.leasing import claim_next
from annotator.tasks.opening import open_due_tasks, used_up
from annotator.training.desk import overview
from tests.factories import said

pytestmark = pytest.mark.django_db


def answer_all(campaign, person):
    """Whatever this person is asked, until they are asked nothing; returns how many cards that was."""
    for n in range(1000):
        open_due_tasks(campaign.pk)
        cards = claim_next(campaign, person.pk, n=1, now=timezone.now())
        if not cards:
            return n
        submit(cards[0].assignment, person.pk, cards[0].lease_number, said(key=f"{cards[0].assignment}"))
    raise AssertionError("asked without end")


def alarms_of(campaign, now=None):
    campaign.refresh_from_db()
    return {one.code: one.about for one in overview(campaign, now=now or timezone.now())["alarms"]}


def seen_by(api, name, campaign):
    return api(name).get(f"/api/v1/campaigns/{campaign.slug}").json()


def test_where_only_the_reserve_is_left_everybody_is_told_that_all_is_done(open_campaign, people, api):
    campaign = open_campaign(groups=30, size=2, budget_labels=20, reserve_share=0.1)
    assert not used_up(campaign)
    assert answer_all(campaign, people["alice"]) == 18
    assert alarms_of(campaign)["budget_out"] == {"what": "labels", "kept": 2}
    assert "budget_nearly_out" not in alarms_of(campaign)
    assert look_ahead(campaign, now=timezone.now())["forecast"] is None
    for name in ("alice", "olga"):
        assert (seen_by(api, name, campaign)["state"], seen_by(api, name, campaign)["used_up"]) == ("open", True)


def test_a_top_up_asks_on(open_campaign, people, api):
    campaign = open_campaign(groups=30, size=2, budget_labels=20, reserve_share=0.1)
    answer_all(campaign, people["alice"])
    budget.top_up(campaign.pk, labels=10, key="more")
    assert not seen_by(api, "alice", campaign)["used_up"]
    assert answer_all(campaign, people["alice"]) == 9


def test_while_somebody_holds_the_last_card_not_all_is_done(open_campaign, people):
    campaign = open_campaign(groups=30, size=2, budget_labels=2)
    claim_next(campaign, people["alice"].pk, n=2, now=timezone.now())
    campaign.refresh_from_db()
    assert not used_up(campaign)
    assert "budget_out" not in alarms_of(campaign)


def test_a_campaign_that_ran_out_of_questions_is_not_used_up(open_campaign, people, api):
    campaign = open_campaign(groups=2, size=2)
    answer_all(campaign, people["alice"])
    seen = seen_by(api, "alice", campaign)
    assert (seen["used_up"], seen["cards_wait"]) == (False, False)


def test_a_paused_campaign_says_that_it_is_paused(open_campaign, people, api):
    campaign = open_campaign()
    lifecycle.move(campaign, Campaign.State.PAUSED, now=timezone.now())
    assert api("alice").post(f"/api/v1/campaigns/{campaign.slug}/claim", {"n": 1}, format="json").status_code == 204
    seen = seen_by(api, "alice", campaign)
    assert (seen["state"], seen["used_up"]) == ("paused", False)


def test_what_waits_for_other_people_is_said_to_who_has_had_it_and_to_the_manager(open_campaign, people, api):
    campaign = open_campaign(groups=12, size=2, overlap=2, open_tasks=4)
    assert "waits_for_others" not in alarms_of(campaign)
    answer_all(campaign, people["alice"])
    assert seen_by(api, "alice", campaign)["cards_wait"]
    waiting = campaign.tasks.filter(state="open").count()
    assert alarms_of(campaign)["waits_for_others"] == {"n": waiting} != {"n": 0}
    assert "waits_for_others" not in alarms_of(campaign, now=timezone.now() + timedelta(hours=2))
    (card,) = claim_next(campaign, people["bob"].pk, n=1, now=timezone.now())
    submit(card.assignment, people["bob"].pk, card.lease_number, said())
    assert "waits_for_others" not in alarms_of(campaign)
