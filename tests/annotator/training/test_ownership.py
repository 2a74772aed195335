"""A job runs once at a time, and a stale owner changes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotator.errors import Conflict, FenceLost
from annotator.rollouts.models import RewardModelVersion
from annotator.training import ownership, promotion
from annotator.training.models import TrainingJob
from annotator.training.retrain_policy import HeldOut
from tests.factories import make_version

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=ownership.LEASE_SECONDS + 1)


@pytest.fixture
def job(open_campaign):
    campaign = open_campaign(start=False)
    return TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="0" * 64, because="test")


def trained(production_id=None, nll=0.5, against=None) -> promotion.TrainedModel:
    return promotion.TrainedModel(
        backbone="test",
        backbone_digest="0" * 64,
        artifact="jobs/1/artifact",
        artifact_digest="1" * 64,
        ensemble_draws=4,
        dropout_draws=4,
        metrics={"heldout_nll": nll},
        heldout=HeldOut(nll, 40),
        production_heldout=None if against is None else HeldOut(against, 40),
        production_id=production_id,
    )


def test_a_running_job_cannot_be_claimed_until_its_lease_lapses(job):
    now = timezone.now()
    first = ownership.claim(job.pk, "one", now=now)
    assert first is not None
    assert ownership.claim(job.pk, "two", now=now) is None
    second = ownership.claim(job.pk, "two", now=now + LATER)
    assert second is not None
    assert (second.fence, second.attempt) == (first.fence + 1, 2)
    with pytest.raises(FenceLost):
        ownership.heartbeat(first, now=now + LATER, progress=0.5)
    with pytest.raises(FenceLost):
        ownership.end(first, "failed", now=now, message="zombie")
    with pytest.raises(FenceLost):
        promotion.register(first, trained(), now=now)
    assert not RewardModelVersion.objects.exists()


def test_a_job_that_keeps_dying_fails_in_the_end(job):
    now = timezone.now()
    for _ in range(ownership.MOST_IN_VAIN - 1):
        assert ownership.claim(job.pk, "unlucky", now=now)
        now += LATER
        assert ownership.requeue_lapsed(now=now) == [job.pk]
    assert ownership.claim(job.pk, "unlucky", now=now)
    assert ownership.requeue_lapsed(now=now + LATER) == []
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error["type"] == "DiedTooOften"
    assert ownership.claim(job.pk, "unlucky", now=now + LATER) is None


def test_a_job_that_gets_further_each_time_is_killed_as_often_as_it_takes(job):
    now = timezone.now()
    for _ in range(3 * ownership.MOST_IN_VAIN):
        own = ownership.claim(job.pk, "often restarted", now=now)
        ownership.heartbeat(own, now=now, kept=True)
        now += LATER
        assert ownership.requeue_lapsed(now=now) == [job.pk]
    for _ in range(ownership.MOST_IN_VAIN):
        assert ownership.claim(job.pk, "stuck", now=now)
        now += LATER
        ownership.requeue_lapsed(now=now)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("failed", 4 * ownership.MOST_IN_VAIN)
    assert f"died {ownership.MOST_IN_VAIN} times in a row" in job.error["message"]


def test_cancelling_stops_a_queued_job_at_once_and_a_running_one_at_its_next_heartbeat(job):
    own = ownership.claim(job.pk, "one", now=timezone.now())
    ownership.request_cancel(job.pk, now=timezone.now())
    assert ownership.heartbeat(own, now=timezone.now()) is True
    ownership.end(own, "cancelled", now=timezone.now(), message="cancelled")
    with pytest.raises(Conflict):
        ownership.request_cancel(job.pk, now=timezone.now())
    queued = TrainingJob.objects.create(kind="reward_model", campaign=job.campaign, config_digest="1", because="test")
    ownership.request_cancel(queued.pk, now=timezone.now())
    queued.refresh_from_db()
    assert queued.state == "cancelled"
    assert ownership.claim(queued.pk, "one", now=timezone.now()) is None


def test_a_job_that_dies_after_cancelling_was_asked_does_not_wait_for_ever(job):
    own = ownership.claim(job.pk, "one", now=timezone.now())
    assert ownership.try_again(own, message="out of memory")
    own = ownership.claim(job.pk, "one", now=timezone.now())
    ownership.request_cancel(job.pk, now=timezone.now())
    assert not ownership.try_again(own, message="out of memory")


def test_the_first_version_is_promoted_and_a_worse_one_stays_a_candidate(job):
    own = ownership.claim(job.pk, "one", now=timezone.now())
    first, decision = promotion.register(own, trained(), now=timezone.now())
    assert decision.yes
    assert (first.number, first.state) == (1, "production")
    job.refresh_from_db()
    assert (job.state, job.produced) == ("succeeded", first)
    other = TrainingJob.objects.create(kind="reward_model", campaign=job.campaign, config_digest="2", because="test")
    own = ownership.claim(other.pk, "one", now=timezone.now())
    second, decision = promotion.register(own, trained(first.pk, nll=0.9, against=0.5), now=timezone.now())
    assert not decision.yes
    assert (second.number, second.state) == (2, "candidate")
    first.refresh_from_db()
    assert first.state == "production"


def test_a_better_version_replaces_production(job):
    old = make_version(job.campaign.reward_model)
    own = ownership.claim(job.pk, "one", now=timezone.now())
    new, decision = promotion.register(own, trained(old.pk, nll=0.4, against=0.5), now=timezone.now())
    old.refresh_from_db()
    assert decision.yes
    assert (new.state, old.state) == ("production", "retired")


def test_a_version_under_another_encoder_than_productions_is_no_first_one(job):
    old = make_version(job.campaign.reward_model)
    own = ownership.claim(job.pk, "one", now=timezone.now())
    _, decision = promotion.register(own, trained(old.pk), now=timezone.now())
    assert (decision.yes, decision.because) == (True, "version 1 reads by another encoder (held-out NLL 0.500 on 40)")


def test_a_version_that_was_not_compared_with_todays_production_is_not_promoted(job):
    own = ownership.claim(job.pk, "one", now=timezone.now())
    make_version(job.campaign.reward_model)  # promoted while the training ran
    _, decision = promotion.register(own, trained(), now=timezone.now())
    assert not decision.yes
    assert RewardModelVersion.objects.filter(state="production").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_woken_for_one_job_one_gets_it(job):
    got = []

    def wake(n: int) -> None:
        own = ownership.claim(job.pk, f"worker {n}", now=timezone.now())
        if own is not None:
            got.append(own)
        connection.close()

    threads = [threading.Thread(target=wake, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
