"""Cards of one completion ask about each once; cards of several are built around a pair and never repeat a text."""

from __future__ import annotations

import itertools

import pytest
from django.utils import timezone

from annotator.annotations.submission import Answer, submit
from annotator.campaigns.ranking import rank
from annotator.errors import InvalidConfig
from annotator.learning.keeping import QueueKeeper
from annotator.rollouts.models import Rollout
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from annotator.tasks.opening import open_due_tasks
from tests.factories import encode_all, make_run

pytestmark = pytest.mark.django_db

RATE = {"form": [{"kind": "binary", "name": "fine"}], "completions": 1}
RANK = {"form": [{"kind": "ranking", "name": "order"}], "completions": 4}


def test_one_completion_a_card_asks_about_every_one_once_also_where_a_group_has_no_other(open_campaign, people):
    run = make_run("alone", groups=5, size=1)
    make_run("alone", groups=2, size=3, step=1)
    campaign = open_campaign(run=run, budget_labels=50, open_tasks=3, **RATE)
    while cards := claim_next(campaign, people["alice"].pk, n=3, now=timezone.now()):
        for card in cards:
            good = Answer({"fine": {"good": [True]}}, str(card.assignment))
            submit(card.assignment, people["alice"].pk, card.lease_number, good)
        open_due_tasks(campaign.pk)
    asked = list(itertools.chain.from_iterable(AnnotationTask.objects.values_list("rollout_ids", flat=True)))
    assert sorted(asked) == sorted(Rollout.objects.values_list("id", flat=True))


def test_a_keeper_keeps_a_queue_of_single_completions(open_campaign):
    run = make_run("alone", groups=30, size=2)
    encode_all(run)
    campaign = open_campaign(run=run, start=False, open_tasks=8, **RATE)
    keeper = QueueKeeper()
    assert keeper.keep(campaign) == 8
    assert keeper.keep(campaign) == 0


def test_a_card_of_four_shows_four_different_texts_of_one_group_and_no_card_comes_twice(open_campaign):
    run = make_run("some", groups=6, size=6)
    twin = Rollout.objects.filter(group__external_id="0/0").order_by("id")
    Rollout.objects.filter(id=twin[1].pk).update(text_digest=twin[0].text_digest, completion=twin[0].completion)
    small = make_run("small", groups=4, size=3)
    campaign = open_campaign(run=run, open_tasks=40, pairs_per_group=4, **RANK)
    campaign.runs.add(small)
    open_due_tasks(campaign.pk)
    cards = [tuple(ids) for ids in AnnotationTask.objects.values_list("rollout_ids", flat=True)]
    assert cards and len(set(cards)) == len(cards)
    for card in cards:
        rollouts = Rollout.objects.filter(id__in=card)
        assert len({bytes(one.text_digest) for one in rollouts}) == 4
        assert len({one.group_id for one in rollouts}) == 1
        assert {one.run.name for one in rollouts} == {"some"}


def test_pairs_that_a_card_showed_are_not_asked_again(open_campaign):
    campaign = open_campaign(groups=2, size=4, open_tasks=10, pairs_per_group=6, **RANK)
    asked = [tuple(ids) for ids in AnnotationTask.objects.values_list("rollout_ids", flat=True)]
    assert len(asked) == 2  # a group of four has one card
    assert rank(campaign, 5, seed=1, asked_between=lambda low, high: set(asked)).proposals == []


def test_the_keeper_puts_cards_of_four_in_order(open_campaign, people):
    run = make_run("some", groups=40, size=6)
    encode_all(run)
    campaign = open_campaign(run=run, start=False, open_tasks=20, cold_answers=4, budget_labels=100, **RANK)
    keeper = QueueKeeper()
    keeper.step()
    for card in claim_next(campaign, people["alice"].pk, n=8, now=timezone.now()):
        ranked = Answer({"order": {"ranks": [1, 2, 3, 4]}}, str(card.assignment))
        submit(card.assignment, people["alice"].pk, card.lease_number, ranked)
    assert keeper.step() > 0
    assert campaign.kept_queue.newest_annotation > 0


@pytest.mark.parametrize("bad", [{"seed": -1}, {"completions": 0}, {"completions": 9}, {**RANK, "per_second": True}])
def test_a_config_no_round_could_be_drawn_by_is_refused(open_campaign, bad):
    with pytest.raises(InvalidConfig):
        open_campaign(**bad)
