"""One run of a trainer, remembered whole: why it started, where it is, what it said, how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotator.annotations.models import LabelSet
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import PolicyRun, RewardModelVersion


class TrainingJob(models.Model):
    """A reward-model or policy training. Owned by whoever holds its lease; the fence number refuses all others."""

    class Kind(models.TextChoices):
        REWARD_MODEL = "reward_model"
        POLICY = "policy"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="jobs")
    label_set = models.ForeignKey(LabelSet, on_delete=models.PROTECT, null=True, related_name="jobs")
    version = models.ForeignKey(  # policy: the promoted version it trains against
        RewardModelVersion, on_delete=models.PROTECT, null=True, related_name="policy_jobs"
    )
    run = models.ForeignKey(PolicyRun, on_delete=models.PROTECT, null=True, related_name="jobs")
    config = models.JSONField(default=dict)
    config_digest = models.CharField(max_length=64)
    because = models.CharField(max_length=500)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    in_vain = models.PositiveSmallIntegerField(default=0, db_default=0)  # attempts since one kept something
    fence = models.PositiveIntegerField(default=0)  # raised by every claim; a writer with an older number is refused
    lease_owner = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    progress = models.FloatField(default=0.0)  # 0..1
    message = models.CharField(max_length=500, blank=True)
    metrics = models.JSONField(default=dict)
    error = models.JSONField(null=True)  # {boundary, type, message}
    produced = models.ForeignKey(RewardModelVersion, on_delete=models.PROTECT, null=True, related_name="produced_by")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "label_set", "config_digest"],
                condition=Q(label_set__isnull=False),
                name="one_job_per_label_set_and_config",
            ),
            models.UniqueConstraint(
                fields=["kind", "version", "config_digest"],
                condition=Q(kind="policy", version__isnull=False),
                name="one_policy_job_per_version_and_config",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(leased_until__isnull=False), name="a_running_job_has_a_lease"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["state", "leased_until"], name="jobs_by_lease", condition=Q(state__in=["queued", "running"])
            )
        ]


class TrainingJobLine(models.Model):
    """One line of a job's log, kept for good."""

    job = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="lines")
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()
