"""A job runs once at a time. Whoever holds the lease owns it; the fence number refuses everybody else's writes.

A dead owner stops renewing, the lease lapses, and the job is queued again. Who killed it cannot be told: the machine
that was restarted and the one that ran out of memory look the same. What can be told is whether the next attempt begins
further on, so a job fails after `MOST_IN_VAIN` attempts in a row that left nothing to go on from.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotator.campaigns.models import Campaign
from annotator.errors import Conflict, FenceLost
from annotator.people import audit

from .models import TrainingJob, TrainingJobLine

State = TrainingJob.State
LEASE_SECONDS = 20.0  # several missed heartbeats; short enough that a killed job is back within half a minute
MOST_IN_VAIN = 5


@dataclasses.dataclass(frozen=True)
class Ownership:
    """Proof of owning one attempt of a job."""

    job_id: int
    fence: int
    attempt: int

    def rows(self) -> QuerySet[TrainingJob]:
        return TrainingJob.objects.filter(id=self.job_id, fence=self.fence, state=State.RUNNING)


def claim(job_id: int, owner: str, *, now: datetime) -> Ownership | None:
    """Take a job that is queued, or whose owner's lease lapsed. None: it is finished, or somebody runs it."""
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, leased_until__lt=now)
    taken = TrainingJob.objects.filter(free, id=job_id, in_vain__lt=MOST_IN_VAIN, cancel_requested=False).update(
        state=State.RUNNING,
        lease_owner=owner,
        leased_until=now + timedelta(seconds=LEASE_SECONDS),
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        in_vain=F("in_vain") + 1,
        started_at=now,
        message="starting",
    )
    if not taken:
        return None
    job = TrainingJob.objects.only("fence", "attempt").get(id=job_id)
    return Ownership(job_id, job.fence, job.attempt)


def heartbeat(
    own: Ownership, *, now: datetime, progress: float | None = None, message: str | None = None, kept: bool = False
) -> bool:
    """Renew the lease and report progress. Returns whether cancelling was asked; raises FenceLost to a stale owner.

    `kept`: something lies on disk now that the next attempt goes on from.
    """
    changes: dict[str, Any] = {"leased_until": now + timedelta(seconds=LEASE_SECONDS)}
    if progress is not None:
        changes["progress"] = min(1.0, max(0.0, progress))
    if message is not None:
        changes["message"] = message[:500]
    if kept:
        changes["in_vain"] = 0
    if not own.rows().update(**changes):
        raise fence_lost(own)
    return bool(TrainingJob.objects.filter(id=own.job_id).values_list("cancel_requested", flat=True).get())


def log(own: Ownership, lines: list[str]) -> None:
    """Append to the job's log; NUL, which PostgreSQL refuses, is shown as a replacement character."""
    TrainingJobLine.objects.bulk_create(
        TrainingJobLine(job_id=own.job_id, attempt=own.attempt, text=line.replace("\x00", "\ufffd")) for line in lines
    )


def end(own: Ownership, state: str, *, now: datetime, message: str, **changes: Any) -> None:
    """Finish an attempt for good; raises FenceLost to a stale owner, so that a zombie changes nothing."""
    progress = {"progress": 1.0} if state == State.SUCCEEDED else {}
    if not own.rows().update(
        state=state, message=message[:500], finished_at=now, leased_until=None, **progress, **changes
    ):
        raise fence_lost(own)


def try_again(own: Ownership, *, message: str) -> bool:
    """Queue a job whose attempt failed for a reason that may pass; False after too many in vain, or to a zombie.

    Nor where cancelling was asked meanwhile: nobody would take it, and it would stand in the way of the next training.
    """
    wanted = own.rows().filter(in_vain__lt=MOST_IN_VAIN, cancel_requested=False)
    return bool(wanted.update(state=State.QUEUED, leased_until=None, message=message[:500]))


def fence_lost(own: Ownership) -> FenceLost:
    return FenceLost("Another attempt owns this job now.", job=own.job_id, fence=own.fence)


@transaction.atomic
def requeue_lapsed(*, now: datetime) -> list[int]:
    """Queue jobs whose owner died; fail those that died too often. Returns the ids to wake somebody for."""
    lapsed = TrainingJob.objects.select_for_update(skip_locked=True).filter(state=State.RUNNING, leased_until__lt=now)
    queued: list[int] = []
    for job in lapsed:
        if job.cancel_requested:
            job.state, job.finished_at = State.CANCELLED, now
        elif job.in_vain >= MOST_IN_VAIN:
            job.state, job.finished_at = State.FAILED, now
            job.error = {
                "boundary": "runner",
                "type": "DiedTooOften",
                "message": f"The job's process died {job.in_vain} times in a row without getting any further;"
                " the last lines of its log, and the memory and disk of its machine, may say why.",
            }
        else:
            job.state = State.QUEUED
            queued.append(job.id)
        job.leased_until, job.lease_owner = None, ""
        job.save(update_fields=["state", "finished_at", "error", "leased_until", "lease_owner"])
    return queued


@transaction.atomic
def request_cancel(job_id: int, *, now: datetime) -> None:
    """Ask a job to stop: at once when it is still queued, at the owner's next heartbeat when it runs."""
    waits = TrainingJob.objects.filter(id=job_id, state=State.QUEUED).update(
        state=State.CANCELLED, cancel_requested=True, finished_at=now, message="cancelled before it started"
    )
    if not waits and not TrainingJob.objects.filter(id=job_id, state=State.RUNNING).update(cancel_requested=True):
        raise Conflict("This job has finished already.", job=job_id)
    old = {"state": State.QUEUED if waits else State.RUNNING}
    audit.record("training.cancelled", Campaign.objects.filter(jobs=job_id).first(), old=old, new={"job": job_id})
