"""A dispute is ended once, by an adjudicator who was not part of it, and nobody's answer is taken away."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from annotator.annotations import adjudication
from annotator.annotations.label_sets import teaching
from annotator.annotations.models import Annotation
from annotator.annotations.submission import revise, submit
from annotator.campaigns import budget, membership
from annotator.errors import BudgetExhausted, DecidedAlready, InvalidAnswer, NotFound, OwnDispute
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def disputed(open_campaign, people):
    """A campaign whose card Alice and Bob contradict each other about, a third person's shrug being no majority."""

    def make(**config):
        given = {"overlap": 2, "extra_on_disagreement": True, "reserve_share": 0.5, "budget_labels": 20, **config}
        campaign = open_campaign(groups=1, **given)
        (first,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
        better = first.completions[0]
        submit(first.assignment, people["alice"].pk, first.lease_number, said("left", "a"))
        (second,) = claim_next(campaign, people["bob"].pk, n=1, now=timezone.now())
        side = "right" if second.completions[0] == better else "left"
        submit(second.assignment, people["bob"].pk, second.lease_number, said(side, "b"))
        (third,) = claim_next(campaign, people["carol"].pk, n=1, now=timezone.now())
        submit(third.assignment, people["carol"].pk, third.lease_number, said("tie", "c"))
        campaign.refresh_from_db()
        return campaign

    return make


@pytest.fixture
def dora(people):
    def join(campaign, name="dora"):
        from annotator.people.models import Role, User

        person = User.objects.create_user(name, role=Role.ADJUDICATOR)
        membership.add(campaign, name, "adjudicator")
        return person

    return join


def test_a_dispute_shows_what_was_said_as_the_adjudicator_sees_the_card(disputed, dora):
    campaign = disputed()
    person = dora(campaign)
    assert AnnotationTask.objects.get().state == "disputed"
    (dispute,) = adjudication.disputes(campaign, person, limit=10)
    choices = sorted(one["answer"]["preference"]["choice"] for one in dispute.said)
    assert choices == ["first", "second", "tie"]
    alice = Annotation.objects.get(annotator__username="alice")
    preferred = alice.comparisons.get()
    better = preferred.rollout_a if preferred.outcome == 1.0 else preferred.rollout_b
    shown = dispute.said[0]["answer"]["preference"]["choice"]
    assert dispute.completions[0 if shown == "first" else 1] == better.completion


def test_an_adjudicators_answer_settles_the_card_and_leaves_the_others_as_they_were(disputed, dora):
    campaign = disputed()
    person, task = dora(campaign), AnnotationTask.objects.get()
    annotation, new = adjudication.decide(campaign, task.pk, person, said("left", "d"))
    again, renewed = adjudication.decide(campaign, task.pk, person, said("left", "d"))
    task.refresh_from_db()
    assert (new, renewed, annotation.pk, task.state) == (True, False, again.pk, "settled")
    assert teaching(campaign).count() == 4
    assert adjudication.disputes(campaign, person, limit=10) == []
    campaign.refresh_from_db()
    assert budget.balance(campaign).spent == 4


def test_who_was_part_of_it_and_who_comes_late_does_not_decide(disputed, dora, people):
    campaign = disputed()
    task = AnnotationTask.objects.get()
    with pytest.raises(OwnDispute, match="yourself"):
        adjudication.decide(campaign, task.pk, people["carol"], said("left", "x"))
    assert adjudication.disputes(campaign, people["carol"], limit=10) == []
    with pytest.raises(InvalidAnswer):
        adjudication.decide(campaign, task.pk, dora(campaign), said("skip", "s"))
    with pytest.raises(NotFound):
        adjudication.decide(campaign, 10**9, dora(campaign, "eve"), said("left", "n"))
    adjudication.decide(campaign, task.pk, dora(campaign, "dan"), said("left", "y"))
    with pytest.raises(DecidedAlready, match="already"):
        adjudication.decide(campaign, task.pk, dora(campaign, "zoe"), said("right", "z"))


def test_without_a_reserve_nothing_is_decided_and_nothing_half_stored(disputed, dora):
    campaign = disputed(budget_labels=3, reserve_share=0.33)
    task = AnnotationTask.objects.get()
    with pytest.raises(BudgetExhausted):
        adjudication.decide(campaign, task.pk, dora(campaign), said("left", "d"))
    task.refresh_from_db()
    assert task.state == "disputed" and Annotation.objects.count() == 3


def test_an_admin_decides_wherever_they_are(disputed, dora, people):
    from annotator.people.models import Role, User

    campaign, ada = disputed(), User.objects.create_user("ada", role=Role.ADMIN)
    annotation, new = adjudication.decide(campaign, AnnotationTask.objects.get().pk, ada, said("tie", "a"))
    assert new and annotation.annotator == ada


def test_a_dispute_about_which_everybody_took_back_their_answer_is_none_any_more(disputed, dora):
    campaign = disputed()
    for annotation in Annotation.objects.all():
        revise(annotation.pk, annotation.annotator_id, said("skip", f"back-{annotation.pk}"))
    assert adjudication.disputes(campaign, dora(campaign), limit=10) == []
    assert AnnotationTask.objects.get().state == AnnotationTask.State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_of_two_adjudicators_at_once_one_decides(disputed, dora):
    campaign = disputed()
    task = AnnotationTask.objects.get()
    both = [dora(campaign, name) for name in ("dan", "zoe")]

    def decide(person):
        try:
            return adjudication.decide(campaign, task.pk, person, said("left", person.username))[1]
        except DecidedAlready:
            return False

    assert sorted(at_once(*[partial(decide, person) for person in both])) == [False, True]
    campaign.refresh_from_db()
    assert Annotation.objects.count() == 4 and budget.balance(campaign).spent == 4


def test_over_http_only_adjudicators_see_and_end_disputes(disputed, dora, api, people):
    campaign = disputed()
    people["dora"] = dora(campaign)
    url = f"/api/v1/campaigns/{campaign.slug}/disputes"
    refused = api("alice").get(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    client = api("dora")
    (dispute,) = client.get(url).json()["results"]
    assert set(dispute) == {"task", "prompt", "completions", "said"} and len(dispute["said"]) == 3
    body = {"answer": {"preference": {"choice": "tie"}}, "idempotency_key": "d"}
    assert client.post(f"{url}/{dispute['task']}", body, format="json").status_code == 201
    assert client.get(url).json()["results"] == []
