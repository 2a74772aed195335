"""No task without reserved budget; the queue is kept short, ranked, and within the cap."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from annotator.campaigns.models import BudgetEntry
from annotator.campaigns.ranking import rank
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.tasks.opening import open_due_tasks
from annotator.tasks.ordering import reorder
from tests.factories import make_run, make_version, score_all
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_every_open_slot_is_reserved(open_campaign):
    campaign = open_campaign(groups=5, overlap=3, budget_labels=100)
    assert Assignment.objects.count() == campaign.committed_labels == 15
    assert BudgetEntry.objects.get().labels == 15


def test_a_budget_that_does_not_cover_a_whole_task_opens_no_part_of_it(open_campaign):
    campaign = open_campaign(groups=5, overlap=3, budget_labels=8)
    assert AnnotationTask.objects.count() == 2
    assert campaign.committed_labels == 6
    assert open_due_tasks(campaign.pk) == 0


def test_no_pair_is_asked_twice_however_often_the_queue_is_filled(open_campaign, people):
    campaign = open_campaign(groups=3, size=3, open_tasks=2, budget_labels=50)
    for _ in range(12):
        for card in claim_next(campaign, people["alice"].pk, n=10, now=timezone.now()):
            Assignment.objects.filter(id=card.assignment).update(state="submitted")
        open_due_tasks(campaign.pk)
    pairs = Counter(map(tuple, AnnotationTask.objects.values_list("rollout_ids", flat=True)))
    assert len(pairs) == 9  # three groups of three pairs: all there are
    assert set(pairs.values()) == {1}


def test_a_full_queue_opens_nothing(open_campaign):
    campaign = open_campaign(groups=30, open_tasks=10)
    assert AnnotationTask.objects.count() == 10
    assert open_due_tasks(campaign.pk) == 0


def test_before_the_first_version_everything_is_drawn_at_random_and_says_so(open_campaign):
    campaign = open_campaign(groups=40, random_share=0.25, open_tasks=40)
    selection = campaign.selections.get()
    assert (selection.version, selection.acquisition) == (None, "random")
    opened = list(AnnotationTask.objects.all())
    assert {t.value for t in opened} == {None}
    assert all(0 < t.propensity < 1 for t in opened)
    assert 0 < sum(t.stream == "random" for t in opened) < 40


def test_the_first_version_puts_what_was_drawn_at_random_in_order_but_not_the_control(open_campaign):
    run = make_run("fresh", groups=20)
    campaign = open_campaign(run=run, random_share=0.25, acquisition="ensemble_std")
    before = dict(Assignment.objects.values_list("id", "priority"))
    version = make_version("helpful")
    score_all(version, run)
    assert reorder(campaign, version) > 0
    after = dict(Assignment.objects.values_list("id", "priority"))
    control = set(Assignment.objects.filter(task__stream="random").values_list("id", flat=True))
    assert {pk for pk in before if before[pk] != after[pk]}.isdisjoint(control)
    assert after != before


def test_with_a_version_the_most_uncertain_pair_of_each_group_comes_first(open_campaign):
    run = make_run("scored", groups=6)
    version = make_version("helpful")
    score_all(version, run)
    campaign = open_campaign(run=run, random_share=0.0, acquisition="ensemble_std")
    ranking = rank(campaign, 6, seed=1)
    assert ranking.version == version
    opened = list(AnnotationTask.objects.order_by("-value"))
    assert [t.stream for t in opened] == ["acquisition"] * 6
    asked_first = list(Assignment.objects.order_by("-priority").values_list("task_id", flat=True))
    assert asked_first == [t.pk for t in opened]


def test_the_same_seed_asks_the_same_questions(open_campaign):
    run = make_run("scored", groups=8)
    score_all(make_version("helpful"), run)
    campaign = open_campaign(run=run, start=False)
    assert rank(campaign, 5, seed=7) == rank(campaign, 5, seed=7)


def test_identical_completions_are_never_compared(open_campaign):
    run = make_run("twins", groups=1, size=3)
    first = run.rollouts.order_by("id").first()
    run.rollouts.update(text_digest=first.text_digest)
    assert rank(open_campaign(run=run, start=False), 5, seed=0).proposals == []


def test_a_new_version_reorders_open_tasks_and_leaves_leased_and_random_ones(open_campaign, people):
    run = make_run("scored", groups=10)
    score_all(make_version("helpful"), run, seed=1)
    campaign = open_campaign(run=run, random_share=0.2, acquisition="ensemble_std")
    (leased,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
    before = dict(Assignment.objects.values_list("id", "priority"))
    campaign_version = make_version("helpful", number=2, state="candidate")
    score_all(campaign_version, run, seed=2)
    moved = reorder(campaign, campaign_version)
    after = dict(Assignment.objects.values_list("id", "priority"))
    random_ids = set(Assignment.objects.filter(task__stream="random").values_list("id", flat=True))
    assert moved > 0
    assert after != before
    for untouched in random_ids | {leased.assignment}:
        assert after[untouched] == before[untouched]
    campaign.refresh_from_db()
    assert campaign.ordered_by == campaign_version


def test_reordering_waits_until_every_open_task_is_scored(open_campaign):
    run = make_run("scored", groups=4)
    score_all(make_version("helpful"), run)
    campaign = open_campaign(run=run, random_share=0.0, acquisition="ensemble_std")
    assert reorder(campaign, make_version("helpful", number=2, state="candidate")) == 0
    campaign.refresh_from_db()
    assert campaign.ordered_by is None


@pytest.mark.django_db(transaction=True)
def test_sweeps_that_run_at_once_open_one_round_between_them(open_campaign):
    campaign = open_campaign(groups=40, budget_labels=30, open_tasks=20, start=False)
    at_once(*[lambda: open_due_tasks(campaign.pk)] * 6)
    campaign.refresh_from_db()
    assert campaign.selections.count() == 1
    assert AnnotationTask.objects.count() == campaign.committed_labels == 20
