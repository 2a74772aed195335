"""A finished training becomes a numbered version; it goes to production only if it is not worse on held-out labels.

Registering, promoting and ending the job are one transaction behind the job's fence: a killed or stale attempt
leaves no version, and a version never exists without the job that made it.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from annotator.rollouts.models import RewardModelVersion

from .models import TrainingJob
from .ownership import Ownership, end, fence_lost
from .retrain_policy import Decision, HeldOut, should_promote

State = RewardModelVersion.State


@dataclasses.dataclass(frozen=True)
class TrainedModel:
    """What a training produced, as plain data."""

    backbone: str
    backbone_digest: str
    artifact: str
    artifact_digest: str
    ensemble_draws: int
    dropout_draws: int
    metrics: dict[str, Any]
    heldout: HeldOut
    production_heldout: HeldOut | None
    production_id: int | None  # the version that was production when the two were compared


@transaction.atomic
def register(own: Ownership, trained: TrainedModel, *, now: datetime) -> tuple[RewardModelVersion, Decision]:
    """Write the version, decide on promotion, end the job. Raises FenceLost when another attempt owns the job."""
    job = own.rows().select_for_update(of=("self",)).select_related("campaign").first()
    if job is None or job.campaign is None:
        raise fence_lost(own)
    name = job.campaign.reward_model
    versions = RewardModelVersion.objects.select_for_update().filter(name=name)
    production = versions.filter(state=State.PRODUCTION).first()
    alone = f"version {production.number} reads by another encoder" if production is not None else "first version"
    slack = job.campaign.config.promotion_slack
    decision = should_promote(trained.heldout, trained.production_heldout, slack=slack, alone=alone)
    if production is not None and production.id != trained.production_id:
        decision = Decision(False, f"version {production.number} was promoted meanwhile; not compared with it")
    number = (RewardModelVersion.objects.filter(name=name).aggregate(top=Max("number"))["top"] or 0) + 1
    version = RewardModelVersion.objects.create(
        name=name,
        number=number,
        backbone=trained.backbone,
        backbone_digest=trained.backbone_digest,
        artifact=trained.artifact,
        artifact_digest=trained.artifact_digest,
        ensemble_draws=trained.ensemble_draws,
        dropout_draws=trained.dropout_draws,
        metrics=trained.metrics,
    )
    if decision.yes:
        versions.filter(state=State.PRODUCTION).update(state=State.RETIRED)
        version.state, version.promoted_at = State.PRODUCTION, now
        version.save(update_fields=["state", "promoted_at"])
    verdict = "promoted" if decision.yes else "kept as candidate"
    end(
        own,
        TrainingJob.State.SUCCEEDED,
        now=now,
        message=f"version {number} {verdict}: {decision.because}",
        produced=version,
        metrics=trained.metrics,
    )
    return version, decision
