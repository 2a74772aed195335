"""The jobs: ids in, one call, may run twice. Each sweeps for due work in the database; none holds state of its own."""

from __future__ import annotations

import logging
import os
import socket
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotator.campaigns.models import Campaign
from annotator.errors import Conflict, TiebreakError
from annotator.learning.checks import check_strategy
from annotator.people import audit
from annotator.rollouts import words
from annotator.rollouts.models import RewardModelVersion
from annotator.tasks import leasing, withdrawing
from annotator.training import due, ownership
from annotator.training.models import TrainingJob
from uncertainty.errors import UncertaintyError

log = logging.getLogger(__name__)
WAKE_EXPIRES = 10.0  # a wake-up nobody took is sent again by the next sweep


@shared_task
def expire_leases() -> None:
    """Put lapsed leases back into the queue, and take personal cards back from people who have left."""
    leasing.expire_leases(now=timezone.now())
    withdrawing.withdraw_left_lying(now=timezone.now())


@shared_task
def withdraw() -> None:
    """Take back what will not be asked any more: of rollouts grown too old, and what closing had to leave."""
    withdrawing.clear_closed()
    for campaign in Campaign.objects.filter(state=Campaign.State.OPEN, config_json__max_step_age__gt=0):
        withdrawing.withdraw_stale(campaign)


@shared_task
def check_strategies() -> None:
    """Look at every campaign's strategy, where enough new answers can say something about it."""
    for campaign in Campaign.objects.exclude(state=Campaign.State.DRAFT):
        try:
            check_strategy(campaign)
        except (TiebreakError, UncertaintyError):  # one campaign's trouble is not the others'
            log.exception("The strategy of campaign %s could not be checked.", campaign.slug)


@shared_task
def start_due_training() -> None:
    """Start a reward-model training wherever the rule says so."""
    for campaign in Campaign.objects.exclude(state=Campaign.State.DRAFT):
        try:
            job = due.start_due_training(campaign)
        except Conflict as conflict:  # a manager's request got there first
            log.info("campaign %s: %s", campaign.slug, conflict)
            continue
        if job is not None:
            _wake(job.pk)


@shared_task
def hand_off_promoted() -> None:
    """Queue the policy training of every production version whose campaign wants one."""
    production = RewardModelVersion.objects.filter(state=RewardModelVersion.State.PRODUCTION)
    for version in production:
        for campaign in Campaign.objects.filter(reward_model=version.name).exclude(state=Campaign.State.DRAFT):
            job = due.hand_off(campaign, version)
            if job is not None:
                _wake(job.pk)


@shared_task
def wake_jobs() -> None:
    """Queue jobs whose owner died, and wake a worker for every job that waits."""
    ownership.requeue_lapsed(now=timezone.now())
    for job_id in (
        TrainingJob.objects.filter(state=TrainingJob.State.QUEUED).order_by("id").values_list("id", flat=True)
    ):
        _wake(job_id)


def _wake(job_id: int) -> None:
    try:
        run_training_job.apply_async((job_id,), expires=WAKE_EXPIRES)
    except OperationalError as error:  # the queue is away; the row waits for the next sweep
        log.warning("job %d could not be announced: %s", job_id, error)


@shared_task(acks_late=False)
def run_training_job(job_id: int) -> None:
    """Run one training job, unless somebody runs it already. The row remembers, so we acknowledge early."""
    from training_bridge.runner import run_job

    run_job(job_id, owner=f"{socket.gethostname()}:{os.getpid()}")


@shared_task
def score_unscored() -> None:
    """Score what production versions have not seen yet, and put open tasks in their order."""
    from training_bridge.scoring import sweep

    sweep()


@shared_task
def index_words() -> None:
    """Make the words of new completions searchable, for a slice of time."""
    words.sweep()


@shared_task
def forget_old_audit() -> None:
    """Keep the audit log as long as the installation says, and no longer."""
    if settings.AUDIT_DAYS:
        audit.forget(timezone.now() - timedelta(days=settings.AUDIT_DAYS))


@shared_task
def judge_pairs() -> None:
    """Let the judges of open campaigns label what they have not labelled yet, for a slice of time."""
    from training_bridge.judges import sweep

    sweep.sweep()
