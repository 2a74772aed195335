"""A stratum gets no more than its cap; the rest of the budget goes elsewhere."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from annotator.annotations.submission import submit
from annotator.campaigns.models import Stratum
from annotator.rollouts.models import PromptGroup
from annotator.tasks import withdrawing
from annotator.tasks.leasing import claim_next
from annotator.tasks.opening import open_due_tasks
from tests.factories import make_run, said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def in_languages(run, *languages):
    groups = list(PromptGroup.objects.filter(run=run).order_by("id"))
    for n, group in enumerate(groups):
        group.meta = {"language": languages[n % len(languages)]}
    PromptGroup.objects.bulk_update(groups, ["meta"])


def asked(campaign):
    return Counter(campaign.tasks.values_list("stratum", flat=True))


def open_all(campaign):
    while open_due_tasks(campaign.pk):
        pass


def test_what_a_full_stratum_does_not_take_goes_elsewhere(open_campaign):
    run = make_run("many", groups=40)
    in_languages(run, "en", "de", "de", "de")
    strata = {"by": "meta.language", "caps": {"de": {"labels": 8}}}
    campaign = open_campaign(run=run, budget_labels=18, overlap=2, strata=strata)
    open_all(campaign)
    assert asked(campaign) == {"de": 4, "": 5}
    assert Stratum.objects.get(campaign=campaign).committed_labels == 8
    assert all(task.group.meta["language"] == (task.stratum or "en") for task in campaign.tasks.all())


def test_runs_are_strata_too_and_a_share_is_a_share_of_the_labels(open_campaign, people):
    runs = [make_run(name, groups=20) for name in ("old", "new")]
    campaign = open_campaign(
        run=runs[0], budget_labels=10, strata={"by": "run", "caps": {"old": {"share": 0.3}}}, start=False
    )
    campaign.runs.add(runs[1])
    open_all(campaign)
    assert asked(campaign) == {"old": 3, "": 7}


def test_the_random_stream_of_a_crowded_stratum_says_how_likely_it_was_asked(open_campaign):
    run = make_run("many", groups=40)
    in_languages(run, "de")
    strata = {"by": "meta.language", "caps": {"de": {"labels": 5}}}
    free = open_campaign(slug="free", run=run, budget_labels=20, acquisition="random", random_share=1.0)
    capped = open_campaign(run=run, budget_labels=20, acquisition="random", random_share=1.0, strata=strata)
    (full,) = set(free.tasks.values_list("propensity", flat=True))
    (part,) = set(capped.tasks.values_list("propensity", flat=True))
    assert part == pytest.approx(full * 5 / 20)


def test_what_is_withdrawn_gives_its_stratum_back(open_campaign, people):
    run = make_run("many", groups=10)
    campaign = open_campaign(run=run, budget_labels=10, strata={"by": "run", "caps": {"many": {"labels": 6}}})
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
    submit(card.assignment, people["alice"].pk, card.lease_number, said())
    withdrawing.close(campaign, now=timezone.now())
    assert Stratum.objects.get(campaign=campaign).committed_labels == 1


def test_the_one_more_person_counts_towards_the_stratum_as_well(open_campaign, people):
    run = make_run("many", groups=1, size=2)
    campaign = open_campaign(
        run=run, overlap=2, extra_on_disagreement=True, strata={"by": "run", "caps": {"many": {"labels": 2}}}
    )
    for vote, name in enumerate(["alice", "bob"]):
        (card,) = claim_next(campaign, people[name].pk, n=1, now=timezone.now())
        slot = campaign.assignments.get(pk=card.assignment)
        side = ["left", "right"][slot.shown_order.index(vote)]
        submit(card.assignment, people[name].pk, card.lease_number, said(side))
    assert campaign.tasks.get().state == "disputed"
    assert Stratum.objects.get(campaign=campaign).committed_labels == 2


@pytest.mark.django_db(transaction=True)
def test_rounds_at_once_never_pass_a_stratums_cap(open_campaign):
    run = make_run("many", groups=60)
    in_languages(run, "de", "en", "fr")
    strata = {"by": "meta.language", "caps": {"de": {"labels": 7}, "en": {"labels": 11}}}
    campaign = open_campaign(run=run, budget_labels=30, open_tasks=8, strata=strata, start=False)

    def work():
        for _ in range(10):
            open_due_tasks(campaign.pk)
            campaign.assignments.filter(state="open").update(state="submitted", annotator=None)

    at_once(*[work] * 4)
    found = asked(campaign)
    assert found["de"] <= 7
    assert found["en"] <= 11
    assert sum(found.values()) == 30
