"""What the campaign manager sees at a glance. Only reads; every figure is counted, none estimated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from annotator.annotations.label_sets import teaching
from annotator.annotations.models import Annotation
from annotator.annotations.reviews import awaiting
from annotator.campaigns import budget
from annotator.campaigns.forecast import bought, to_ask_with, used_so_far
from annotator.campaigns.machine_labels import machine_overview
from annotator.campaigns.models import Campaign
from annotator.campaigns.ranking import production_version
from annotator.rollouts import tallies
from annotator.rollouts.models import RewardModelVersion, Score
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.tasks.opening import used_up
from uncertainty.intervals import share_interval
from uncertainty.notices import of_sides

from . import alarms, trust
from .models import TrainingJob

HISTOGRAM_SAMPLE = 20_000  # newest scores looked at: enough for a histogram, bounded whatever the run's size


def current_answers(campaign: Campaign) -> Any:
    return Annotation.objects.filter(campaign=campaign).standing()


def label_counts(campaign: Campaign, *, now: datetime) -> dict[str, Any]:
    """Labels are the answers that teach, as a label set frozen now would hold them; gold and repeats are paid, too."""
    pair = next((question.name for question in campaign.config.asks.questions if question.kind == "pair"), "")
    choice, lately = KeyTextTransform("choice", KeyTransform(pair, "answer")), Q(at__gt=now - timedelta(hours=1))
    counted = teaching(campaign).order_by().annotate(choice=choice).values_list("choice")
    rows = list(counted.annotate(n=Count("id"), fresh=Count("id", filter=lately)))
    return {
        "total": sum(n for _, n, _ in rows),
        "by_choice": {said: n for said, n, _ in rows if said},
        "skips": current_answers(campaign).exclude(skip="").count(),
        "last_hour": sum(fresh for *_, fresh in rows),
    }


def task_counts(campaign: Campaign) -> dict[str, int]:
    states = dict(campaign.tasks.order_by().values_list("state").annotate(n=Count("id")))
    leased = campaign.assignments.filter(state=Assignment.State.LEASED).values("task_id").distinct().count()
    State = AnnotationTask.State
    return {
        "open": states.get(State.OPEN, 0),
        "leased": leased,
        "settled": states.get(State.SETTLED, 0),
        "cancelled": states.get(State.CANCELLED, 0),
    }


ANNOTATORS = """
SELECT u.id, u.username, count(*) FILTER (WHERE n.skip = ''),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY n.active_ms) FILTER (WHERE n.active_ms IS NOT NULL),
       count(c.outcome), count(c.outcome) FILTER (WHERE (c.outcome = 1) = (n.shown_order[1] = 0))
FROM annotations_annotation n JOIN people_user u ON u.id = n.annotator_id
JOIN tasks_annotationtask t ON t.id = n.task_id
-- Of two completions shown, the first stood on the left: where it is number 0, the first of the pair did.
-- A repeat is shown the other way round on purpose: of all showings, its side alone was not drawn by lot.
LEFT JOIN annotations_comparison c
    ON c.annotation_id = n.id AND c.outcome <> 0.5 AND cardinality(n.shown_order) = 2 AND t.stream <> 'repeat'
WHERE n.campaign_id = %s AND NOT EXISTS (SELECT 1 FROM annotations_annotation r WHERE r.revises_id = n.id)
GROUP BY u.id, u.username ORDER BY 3 DESC, 2
"""


def annotator_rows(campaign: Campaign) -> list[dict[str, Any]]:
    """Answers, median active time and the share of preferences for the left side, per person."""
    with connection.cursor() as cursor:
        cursor.execute(ANNOTATORS, [campaign.pk])
        rows = cursor.fetchall()
    found = [
        {
            "user": user,
            "username": name,
            "answers": answers,
            "left": left,
            "strict": strict,
            "median_active_ms": median,
            "left_share": left / strict if strict else None,
            "left_interval": list(share_interval(left, strict)) if strict else None,
        }
        for user, name, answers, median, strict, left in rows
    ]
    leans = leaning(found)
    return [{**row, "leans": leans.get(row["username"])} for row in found]


def learning_curve(campaign: Campaign) -> list[dict[str, Any]]:
    """Held-out quality by labels, one point per version this campaign's answers produced.

    Points are judged on the answers held out by then, which differ from one to the next; how a version compares with
    the one before it is therefore told on its own answers.
    """
    jobs = TrainingJob.objects.filter(campaign=campaign, produced__isnull=False, label_set__isnull=False)
    return [
        {
            "labels": job.label_set.size,
            "version": job.produced.number,
            "heldout_nll": job.produced.metrics.get("heldout_nll"),
            "heldout_accuracy": job.produced.metrics.get("heldout_accuracy"),
            **trust.within(job.produced),
            **trust.before(job.produced),
            **trust.by_chance(job.produced),
        }
        for job in jobs.select_related("label_set", "produced").order_by("id")
        if job.label_set is not None and job.produced is not None
    ]


def uncertainty_histogram(version: RewardModelVersion | None, bins: int = 20) -> dict[str, list[float]]:
    if version is None:
        return {"edges": [], "counts": []}
    newest = Score.objects.filter(version=version).order_by("-id").values_list("spread", flat=True)
    spreads_N = np.fromiter(newest[:HISTOGRAM_SAMPLE], dtype=float)
    if not len(spreads_N):
        return {"edges": [], "counts": []}
    counts, edges = np.histogram(spreads_N, bins=bins)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def rollout_counts(campaign: Campaign, version: RewardModelVersion | None) -> dict[str, int]:
    runs = list(campaign.runs.values_list("id", flat=True))
    return {"total": tallies.written(runs), "scored": tallies.scored(version, runs) if version else 0}


def leaning(people: list[dict[str, Any]]) -> dict[str, str]:
    """Who prefers one side beyond what chance explains, and which; as surely on the hundredth look as on the first."""
    asked = [row for row in people if row["strict"]]
    if not asked:
        return {}
    named = of_sides(range(len(asked)), [row["left"] for row in asked], [row["strict"] for row in asked])
    return {asked[one.annotator]["username"]: one.kind.removeprefix("leans_") for one in named}


def alarm_facts(
    campaign: Campaign,
    version: RewardModelVersion | None,
    people: list[dict[str, Any]],
    rollouts: dict[str, int],
    *,
    now: datetime,
) -> alarms.Facts:
    check = campaign.strategy_checks.order_by("-id").first()
    held = budget.balance(campaign)
    return alarms.Facts(
        now=now,
        open=campaign.state == Campaign.State.OPEN,
        verdict=check.verdict if check else None,
        budgets=[
            alarms.Left(what, amount.cap or 0.0, amount.to_ask_with or 0.0) for what, amount in held.amounts.items()
        ],
        currency=held.currency,
        buys=bought(to_ask_with(held), used_so_far(held)),
        paid_answers=held.spent,
        used_up_by=held.ended_by if used_up(campaign, held) else None,
        labels_kept=held.left if held.ended_by == "labels" else 0,
        unstated=alarms.unstated(campaign),
        waiting_for_others=alarms.waiting_for_others(campaign, now=now),
        open_tasks=campaign.assignments.filter(state=Assignment.State.OPEN)[:1000].count(),
        opened_at=campaign.opened_at,
        newest_answer_at=alarms.newest_answer_at(campaign),
        failed_job=alarms.failed_job(campaign),
        unheard_since=alarms.unheard_since(campaign),
        unscored=rollouts["total"] - rollouts["scored"] if version else 0,
        rollouts=rollouts["total"],
        promoted_at=version.promoted_at if version else None,
        leaning=[(row["username"], row["leans"]) for row in people if row["leans"]],
        low_gold=alarms.low_gold(campaign),
        to_read=awaiting(campaign),
    )


def overview(campaign: Campaign, *, now: datetime) -> dict[str, Any]:
    """Everything on the dashboard but the campaign itself."""
    version = production_version(campaign.reward_model)
    people, rollouts = annotator_rows(campaign), rollout_counts(campaign, version)
    jobs = campaign.jobs.select_related("campaign", "version", "produced").order_by("-id")[:20]
    return {
        "labels": label_counts(campaign, now=now),
        "tasks": task_counts(campaign),
        "alarms": alarms.alarms(alarm_facts(campaign, version, people, rollouts, now=now)),
        "annotators": people,
        "versions": RewardModelVersion.objects.filter(name=campaign.reward_model).order_by("-number")[:20],
        "jobs": jobs,
        "rollouts": rollouts,
        "learning_curve": learning_curve(campaign),
        "uncertainty_histogram": uncertainty_histogram(version),
        "strategy": trust.strategy(campaign),
        "calibration": trust.calibration(version),
        "machine": machine_overview(campaign, version),
    }
