"""Decide, freeze, and write the job's row; whoever sweeps next runs it. One job per label set and config."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Max

from annotator.annotations.label_sets import TEACHES, freeze
from annotator.annotations.models import Annotation, LabelSet
from annotator.annotations.reviews import returned
from annotator.campaigns import budget
from annotator.campaigns.machine_labels import labelled_enough
from annotator.campaigns.models import Campaign
from annotator.errors import Conflict, NothingToLearn
from annotator.people import audit
from annotator.rollouts.models import PolicyRun, RewardModelVersion
from annotator.tasks.models import PERSONAL, Assignment

from .models import TrainingJob
from .retrain_policy import Decision, RetrainRule, RetrainSituation, should_retrain

ACTIVE = [TrainingJob.State.QUEUED, TrainingJob.State.RUNNING]
IN_VAIN = [TrainingJob.State.FAILED, TrainingJob.State.CANCELLED]


def digest_config(config: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()


def situation(campaign: Campaign) -> RetrainSituation:
    """What the retrain rule needs to know; asked every few seconds, so it counts only from the newest label set on."""
    jobs = campaign.jobs.filter(kind=TrainingJob.Kind.REWARD_MODEL)
    newest = jobs.exclude(state=TrainingJob.State.CANCELLED).order_by("-id").select_related("label_set").first()
    label_set = newest.label_set if newest is not None else None
    trained_on = label_set.size if label_set is not None else 0
    seen = label_set.items.aggregate(top=Max("annotation_id"))["top"] if label_set is not None else 0
    fresh = Annotation.objects.filter(campaign=campaign, revises__isnull=True, id__gt=seen or 0)
    fresh = fresh.exclude(returned(), revised_by__isnull=True)
    waiting = campaign.assignments.filter(state__in=[Assignment.State.OPEN, Assignment.State.LEASED])
    waiting = waiting.exclude(task__stream__in=PERSONAL)  # somebody who never came back may hold one for good
    return RetrainSituation(
        answers=trained_on + fresh.filter(skip="", task__stream__in=TEACHES).count(),
        trained_on=trained_on,
        job_running=jobs.filter(state__in=ACTIVE).exists(),
        campaign_finished=campaign.state == Campaign.State.CLOSED
        or (not waiting.exists() and budget.affordable(campaign, campaign.config.overlap) < campaign.config.overlap),
        machine_first=newest is None and labelled_enough(campaign),
    )


def start_due_training(campaign: Campaign) -> TrainingJob | None:
    """Start a reward-model training when the rule says so; None when it does not."""
    config = campaign.config
    if not config.asks.compares:
        return None  # there is no reward to learn from its answers
    decision = should_retrain(situation(campaign), RetrainRule(config.retrain_every, config.min_labels))
    return start_training(campaign, decision) if decision.yes else None


def start_training(campaign: Campaign, decision: Decision, *, again: bool = False) -> TrainingJob:
    """Freeze the answers and queue the job. Two callers at once make one job between them.

    `again`: answers whose training failed or was cancelled are trained on anew, by a job of its own.
    """
    with transaction.atomic():
        # Callers take turns on the campaign's row, so "one job at a time" is decided by one of them.
        Campaign.objects.select_for_update(no_key=True).get(id=campaign.id)
        running = campaign.jobs.filter(kind=TrainingJob.Kind.REWARD_MODEL, state__in=ACTIVE).first()
        if running is not None:
            raise Conflict("A reward model is training already.", job=running.id)
        label_set = freeze(campaign)
        job, new = _job(campaign, label_set, decision.because)
        while again and not new and job.state in IN_VAIN:
            job, new = _job(campaign, label_set, decision.because, instead_of=job.pk)
        if not new:
            raise NothingToLearn(
                "These answers were trained on already; more answers will start a new training.", job=job.id
            )
        return job


def _job(
    campaign: Campaign, label_set: LabelSet, because: str, *, instead_of: int | None = None
) -> tuple[TrainingJob, bool]:
    """The job of these answers, or the one in place of a job that came to nothing; and whether it is new."""
    config = dict(campaign.config.training)
    return TrainingJob.objects.get_or_create(
        kind=TrainingJob.Kind.REWARD_MODEL,
        label_set=label_set,
        config_digest=digest_config(config if instead_of is None else {**config, "instead_of": instead_of}),
        defaults={"campaign": campaign, "config": config, "because": because},
    )


@transaction.atomic
def retrain_now(campaign: Campaign) -> TrainingJob:
    """A manager asks for a training, whatever the rule says, of answers that a reward can be learnt from."""
    if not campaign.config.asks.compares:
        raise NothingToLearn(
            "These answers never say which of two completions is better, so no reward model can learn from them; "
            "download them as a label set.",
            campaign=campaign.slug,
        )
    job = start_training(campaign, Decision(True, "asked for by a manager"), again=True)
    audit.record("training.asked", campaign, new={"job": job.pk, "label_set": job.label_set_id})
    return job


def hand_off(campaign: Campaign, version: RewardModelVersion) -> TrainingJob | None:
    """Queue the policy training that a promoted version feeds, once per version; None when the campaign wants none."""
    config = dict(campaign.config.hand_off)
    if not config:
        return None
    run = PolicyRun.objects.filter(name=config.get("run", "")).first()
    because = f"{version.name} version {version.number} was promoted"
    # Asked every few seconds of every promoted version: looked up first, so that no sweep breaks a constraint.
    job, new = TrainingJob.objects.get_or_create(
        kind=TrainingJob.Kind.POLICY,
        version=version,
        config_digest=digest_config(config),
        defaults={"campaign": campaign, "run": run, "config": config, "because": because},
    )
    return job if new else None
