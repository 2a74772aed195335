"""Decide, freeze, queue: one job per label set and config, whoever asks and however often."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from annotator.annotations.submission import Answer, submit
from annotator.campaigns import lifecycle
from annotator.errors import Conflict, NothingToLearn
from annotator.tasks.leasing import claim_next
from annotator.tasks.opening import open_due_tasks
from annotator.training import due
from annotator.training.models import TrainingJob
from tests.factories import make_version, said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def answer(campaign, person, n, choice="left"):
    for _ in range(n):
        (card,) = claim_next(campaign, person.pk, n=1, now=timezone.now())
        submit(card.assignment, person.pk, card.lease_number, said(choice, str(card.assignment)))


@pytest.fixture
def campaign(open_campaign):
    return open_campaign(groups=40, min_labels=10, retrain_every=10, budget_labels=30, open_tasks=30)


def test_too_few_answers_start_nothing(campaign, people):
    answer(campaign, people["alice"], 9)
    assert due.start_due_training(campaign) is None


@pytest.mark.parametrize("kind", ["binary", "critique"])
def test_answers_that_compare_no_completions_train_nothing_however_many_and_whoever_asks(open_campaign, people, kind):
    one = open_campaign(groups=20, min_labels=2, completions=1, form=[{"kind": kind, "name": "it"}])
    for said_of_it in [{"good": [True]}, {"good": [False]}] if kind == "binary" else [{"text": "Fine."}] * 2:
        (card,) = claim_next(one, people["alice"].pk, n=1, now=timezone.now())
        submit(card.assignment, people["alice"].pk, card.lease_number, Answer({"it": said_of_it}, str(card.assignment)))
    assert due.start_due_training(one) is None
    with pytest.raises(NothingToLearn, match="which of two completions is better"):
        due.retrain_now(one)
    assert not TrainingJob.objects.exists()


def test_skips_are_not_answers(campaign, people):
    answer(campaign, people["alice"], 9)
    answer(campaign, people["alice"], 5, "skip")
    assert due.start_due_training(campaign) is None


def test_the_same_answers_are_trained_on_once(campaign, people):
    answer(campaign, people["alice"], 10)
    job = due.start_due_training(campaign)
    assert (job.label_set.size, job.because) == (10, "10 new answers since the last training")
    assert due.start_due_training(campaign) is None  # one is queued
    TrainingJob.objects.update(state="succeeded")
    assert due.start_due_training(campaign) is None  # nothing new
    with pytest.raises(NothingToLearn):
        due.retrain_now(campaign)
    answer(campaign, people["alice"], 10)
    assert due.start_due_training(campaign).label_set.size == 20


def test_a_manager_may_ask_at_any_time_but_not_for_two_at_once(campaign, people):
    with pytest.raises(NothingToLearn):
        due.retrain_now(campaign)
    answer(campaign, people["alice"], 2)
    assert due.retrain_now(campaign).because == "asked for by a manager"
    answer(campaign, people["alice"], 1)
    with pytest.raises(Conflict):
        due.retrain_now(campaign)


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_manager_may_have_answers_trained_on_again_whose_training_came_to_nothing(campaign, people, end):
    answer(campaign, people["alice"], 10)
    jobs = [due.start_due_training(campaign)]
    for _ in range(2):
        TrainingJob.objects.filter(state="queued").update(state=end, finished_at=timezone.now())
        jobs.append(due.retrain_now(campaign))
    assert len({job.pk for job in jobs}) == len({job.config_digest for job in jobs}) == 3, "what failed stays on record"
    assert len({(job.label_set_id, str(job.config)) for job in jobs}) == 1
    TrainingJob.objects.filter(pk=jobs[-1].pk).update(state="succeeded", finished_at=timezone.now())
    with pytest.raises(NothingToLearn, match="trained on already"):
        due.retrain_now(campaign)


def test_no_sweep_trains_again_by_itself_on_answers_whose_training_failed(campaign, people):
    answer(campaign, people["alice"], 10)
    due.start_due_training(campaign)
    TrainingJob.objects.update(state="failed", finished_at=timezone.now())
    assert due.start_due_training(campaign) is None


def test_the_last_answers_of_a_campaign_are_learned_from(campaign, people):
    answer(campaign, people["alice"], 10)
    due.start_due_training(campaign)
    TrainingJob.objects.update(state="succeeded")
    answer(campaign, people["alice"], 3)
    assert due.start_due_training(campaign) is None
    closed = lifecycle.move(campaign, "closed", now=timezone.now())
    assert "the campaign is over" in due.start_due_training(closed).because


def test_a_promoted_version_is_handed_off_once_and_only_where_that_is_wanted(open_campaign):
    version = make_version("helpful")
    assert due.hand_off(open_campaign(start=False), version) is None
    wanting = open_campaign(slug="wanting", reward_model_name="helpful", hand_off={"steps": 3}, start=False)
    job = due.hand_off(wanting, version)
    assert (job.kind, job.version, job.config) == ("policy", version, {"steps": 3})
    assert due.hand_off(wanting, version) is None
    assert TrainingJob.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_and_a_manager_at_once_make_one_job(campaign, people):
    answer(campaign, people["alice"], 12)

    def ask(how):
        try:
            return how(campaign)
        except Conflict:
            return None

    jobs = at_once(*[partial(ask, how) for how in [due.start_due_training, due.retrain_now] * 3])
    assert TrainingJob.objects.count() == 1
    assert len([job for job in jobs if job is not None]) == 1


def test_a_machines_labels_start_a_first_training_before_anybody_answered(open_campaign, people):
    campaign = open_campaign(groups=60, machine="reward", min_labels=10, start=False)
    job = due.start_due_training(campaign)
    assert (job.label_set.size, job.because) == (0, "a machine's labels are here before people's answers")
    assert due.start_due_training(campaign) is None
    TrainingJob.objects.update(state="succeeded")
    assert due.start_due_training(campaign) is None  # once: from here on people's answers decide
    open_due_tasks(campaign.pk)
    answer(campaign, people["alice"], 10)
    assert due.start_due_training(campaign).label_set.size == 10


def test_too_few_labels_of_a_machine_or_none_start_nothing(open_campaign):
    assert due.start_due_training(open_campaign(groups=20, machine="reward", start=False)) is None
    silent = open_campaign(slug="silent", groups=60, machine="judge:strict", start=False)
    assert due.start_due_training(silent) is None
