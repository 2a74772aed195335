"""Every table of a campaign's desk, whole: what a page shows twenty rows of, a spreadsheet gets to the last one.

Only reads. To add one: a function beside its neighbours and a line in TABLES.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Case, OuterRef, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from annotator.annotations.gold_items import with_scores
from annotator.annotations.models import Annotation
from annotator.campaigns.forecast import look_ahead
from annotator.campaigns.machine_labels import machine_overview
from annotator.campaigns.models import BudgetEntry, Campaign
from annotator.campaigns.ranking import production_version
from annotator.learning.models import StrategyCheck
from annotator.rollouts.models import RewardModelVersion

from . import desk, quality, reviewing, trust
from .models import TrainingJob
from .site_tables import all_jobs
from .tables import Table, columns, records

MATRIX_CELL = ("items", "cards", "share", "kappa", "low", "high")


def annotators(campaign: Campaign) -> Table:
    found = (
        {**row, "left_low": (row["left_interval"] or [None])[0], "left_high": (row["left_interval"] or [None])[-1]}
        for row in desk.annotator_rows(campaign)
    )
    return records("username answers median_active_ms left_share left_low left_high", found)


def labels(campaign: Campaign) -> Table:
    counts = desk.label_counts(campaign, now=timezone.now())
    rows = [("total", counts["total"]), ("skips", counts["skips"]), *sorted(counts["by_choice"].items())]
    return Table(["label", "answers"], iter(rows))


def tasks(campaign: Campaign) -> Table:
    return Table(["state", "tasks"], iter(desk.task_counts(campaign).items()))


def versions(campaign: Campaign) -> Table:
    found = RewardModelVersion.objects.filter(name=campaign.reward_model).order_by("-number")
    told = ["heldout_nll", "heldout_accuracy", "n_heldout", "ece", "ebce", "auroc", "aurc", "temperature"]
    return Table(
        ["number", "state", "backbone", *told, "created_at", "promoted_at"],
        (
            [one.number, one.state, one.backbone, *map(one.metrics.get, told), one.created_at, one.promoted_at]
            for one in found
        ),
    )


def jobs(campaign: Campaign) -> Table:
    return all_jobs(TrainingJob.objects.filter(campaign=campaign))


def learning_curve(campaign: Campaign) -> Table:
    """Every version, with the one before it on the same answers; every interval's ends are columns of their own."""
    curve = desk.learning_curve(campaign)
    own = "version labels n_heldout heldout_nll nll_low nll_high heldout_accuracy accuracy_low accuracy_high"
    before = "before_version before_nll nll_change nll_change_low nll_change_high"
    before += " before_accuracy accuracy_change accuracy_change_low accuracy_change_high"
    rows = ({**point, **_spread(point, "nll_change"), **_spread(point, "accuracy_change")} for point in curve)
    return records(f"{own} {before} random_nll random_accuracy random_n", rows)


def _spread(point: dict[str, Any], name: str) -> dict[str, Any]:
    found = point[name] or {}
    return {name: found.get("mean"), f"{name}_low": found.get("low"), f"{name}_high": found.get("high")}


def uncertainty(campaign: Campaign) -> Table:
    found = desk.uncertainty_histogram(production_version(campaign.reward_model))
    edges = found["edges"]
    return Table(["spread_from", "spread_to", "rollouts"], zip(edges[:-1], edges[1:], found["counts"], strict=True))


def checks(campaign: Campaign) -> Table:
    return columns(
        StrategyCheck.objects.filter(campaign=campaign).order_by("id"),
        "at answers judged_by learnt_from lift_mean lift_low lift_high saved_ratio saved_low saved_high saved_bound"
        " verdict falls_back",
    )


def reliability(campaign: Campaign) -> Table:
    found = trust.calibration(production_version(campaign.reward_model))
    told = found["reliability"] if found else {"predicted": [], "observed": [], "count": []}
    return Table(["said", "happened", "answers"], zip(told["predicted"], told["observed"], told["count"], strict=True))


def risk_coverage(campaign: Campaign) -> Table:
    found = trust.calibration(production_version(campaign.reward_model))
    told = found["risk_coverage"] if found else {"coverage": [], "risk": []}
    return Table(["most_certain_share", "wrong"], zip(told["coverage"], told["risk"], strict=True))


def measures(campaign: Campaign) -> Table:
    found = trust.calibration(production_version(campaign.reward_model)) or {}
    names = ["version", "n_heldout", "nll", "accuracy", "ece", "ebce", "auroc", "aurc", "temperature"]
    return Table(["measure", "value"], ((name, found.get(name)) for name in names))


def machine_curve(campaign: Campaign) -> Table:
    found = machine_overview(campaign, production_version(campaign.reward_model))
    curve = (found or {}).get("curve") or {"share": [], "agreement": []}
    return Table(["share_of_labels", "agreement"], zip(curve["share"], curve["agreement"], strict=True))


def agreement(campaign: Campaign) -> Table:
    heads = "question level distance alpha low high items answers why"
    return records(heads, quality.quality(campaign)["agreement"])


def agreement_matrix(campaign: Campaign) -> Table:
    """Every two people once, with what they agree on beyond chance."""
    found = quality.quality(campaign)["matrix"] or {"annotators": [], "rows": [], "question": ""}
    people = found["annotators"]
    couples = ((a, b) for a in range(len(people)) for b in range(a + 1, len(people)))
    cells = ((people[a], people[b], found["rows"][a][b]) for a, b in couples)
    return Table(
        ["question", "first", "second", *MATRIX_CELL],
        ([found["question"], one, other, *(cell[name] for name in MATRIX_CELL)] for one, other, cell in cells),
    )


def people_quality(campaign: Campaign) -> Table:
    told = {
        "left": ("share", "low", "high", "of"),
        "reliability": ("right", "low", "high", "weight"),
        "repeats": ("share", "low", "high", "of"),
        "gold": ("share", "low", "high", "of"),
    }
    plain = ["username", "answers", "skips", "median_active_ms"]
    heads = [*plain, *(f"{part}_{name}" for part, names in told.items() for name in names), "notices"]
    return Table(
        heads,
        (
            [row[name] for name in plain]
            + [(row[part] or {}).get(name) for part, names in told.items() for name in names]
            + [" ".join(one["kind"] for one in row["notices"])]
            for row in quality.quality(campaign)["annotators"]
        ),
    )


def label_sets(campaign: Campaign) -> Table:
    return columns(campaign.label_sets.order_by("-id"), "id digest size heldout_size created_at")


def budget_entries(campaign: Campaign) -> Table:
    return columns(campaign.budget_entries.order_by("id"), "at kind labels ms money extra key")


ANSWER = (
    "id at annotator__username task__stream task__group__external_id task__group__step task__rollout_ids shown_order"
    " answer skip flagged comment active_ms revises_id"
)


def answers(campaign: Campaign) -> Table:
    """Every answer, corrected ones too, in canonical order; the first answer to a card says what was paid for it."""
    paid = campaign.budget_entries.filter(
        kind=BudgetEntry.Kind.SPEND, key=Concat(Value("assignment:"), Cast(OuterRef("assignment_id"), TextField()))
    )
    found = Annotation.objects.filter(campaign=campaign).annotate(
        paid_ms=Case(When(revises=None, then=paid.values("ms"))),
        paid_money=Case(When(revises=None, then=paid.values("money"))),
    )
    return columns(found.order_by("id"), f"{ANSWER} revised_by__id paid_ms paid_money")


def looked_at(campaign: Campaign, wanted: reviewing.Looked) -> Table:
    """Every answer that a review's filters leave, newest first, with the newest verdict on it."""
    return columns(reviewing.matching(campaign, wanted).order_by("-id"), f"{ANSWER} verdict")


def members(campaign: Campaign) -> Table:
    return columns(
        campaign.memberships.order_by("user__username"),
        "user__username role user__role user__is_active paused_at paused_because",
    )


def gold(campaign: Campaign) -> Table:
    """Every card whose answer is known, and how people did on it."""
    return columns(
        with_scores(campaign.gold_items.order_by("id")),
        "id use task__group__external_id task__rollout_ids answer explanation made_by__username at retired_at scored"
        " mean_score",
    )


def burn_down(campaign: Campaign) -> Table:
    return records("at labels hours money", look_ahead(campaign, now=timezone.now())["series"])


TABLES: dict[str, Callable[[Campaign], Table]] = {
    "agreement": agreement,
    "agreement-matrix": agreement_matrix,
    "annotators": annotators,
    "answers": answers,
    "budget": budget_entries,
    "burn-down": burn_down,
    "checks": checks,
    "gold": gold,
    "jobs": jobs,
    "label-sets": label_sets,
    "labels": labels,
    "learning-curve": learning_curve,
    "machine-curve": machine_curve,
    "measures": measures,
    "members": members,
    "quality": people_quality,
    "reliability": reliability,
    "risk-coverage": risk_coverage,
    "tasks": tasks,
    "uncertainty": uncertainty,
    "versions": versions,
}
