"""A strategy that is not shown to beat chance gives way to it, and comes back when it is.

Every so many answers the strategy is measured against the campaign's own random stream, and what was found is kept as a
row. The newest row says what is in force. While a campaign has fallen back all its questions are random ones: they are
the very judges that were too few.
"""

from __future__ import annotations

import math
from typing import Any

from django.db import IntegrityError, transaction

from annotator.annotations.label_sets import TEACHES, teaching
from annotator.annotations.models import Annotation
from annotator.campaigns.models import Campaign
from annotator.campaigns.strategies import STRATEGIES, Reads
from annotator.tasks.models import AnnotationTask
from uncertainty.lift import Measured, falls_back, verdict

from .measuring import measured
from .models import StrategyCheck

LEAST_GROWTH = 20  # answers between two checks, and at least a tenth of those there were


def check_strategy(campaign: Campaign) -> StrategyCheck | None:
    """Look at the strategy if it is time to; None when it is not, or somebody else has just looked."""
    last = _newest_check(campaign)
    if not _due(campaign, last):
        return None
    standing = teaching(campaign)
    answers, newest = standing.count(), standing.order_by("-id").values_list("id", flat=True).first()
    if last is not None and answers <= last.answers:
        return None  # as many were corrected to skips as came in
    rounds = campaign.selections.filter(acquisition=campaign.config.acquisition).count()
    found = measured(campaign, seed=answers)
    told = verdict(found.lift if found else None, rounds)
    try:
        with transaction.atomic():
            return StrategyCheck.objects.create(
                campaign=campaign, answers=answers, newest_annotation=newest or 0, rounds=rounds,
                verdict=told.value, falls_back=falls_back(told, must_prove=campaign.config.must_prove),
                **_figures(campaign, found),
            )  # fmt: skip
    except IntegrityError:
        return None


def strategy_in_force(campaign: Campaign) -> tuple[str, bool]:
    """(what questions are chosen by, whether that is chance because the strategy gave way)."""
    fallen = fallen_back(campaign)
    return "random" if fallen else campaign.config.acquisition, fallen


def fallen_back(campaign: Campaign) -> bool:
    """Whether every new question is to be a random one, as the newest check says."""
    config = campaign.config
    if not config.fall_back or STRATEGIES[config.acquisition].reads is Reads.CHANCE:
        return False
    last = _newest_check(campaign)
    return last is not None and last.falls_back


def _newest_check(campaign: Campaign) -> StrategyCheck | None:
    return StrategyCheck.objects.filter(campaign=campaign).order_by("-id").first()


def _due(campaign: Campaign, last: StrategyCheck | None) -> bool:
    """Asked every few seconds, so it counts from the last check on, and no further than needed."""
    if campaign.state == Campaign.State.DRAFT or STRATEGIES[campaign.config.acquisition].reads is Reads.CHANCE:
        return False
    answers, seen = (last.answers, last.newest_annotation) if last is not None else (0, 0)
    wanted = max(LEAST_GROWTH, math.ceil(answers / 10))
    if campaign.state == Campaign.State.CLOSED:
        wanted = 1
    fresh = Annotation.objects.filter(campaign=campaign, id__gt=seen, revises__isnull=True)
    fresh = fresh.filter(skip="", task__stream__in=TEACHES)
    return fresh[:wanted].count() >= wanted


def _figures(campaign: Campaign, found: Measured | None) -> dict[str, Any]:
    if found is None:
        random = teaching(campaign).filter(task__stream=AnnotationTask.Stream.RANDOM).count()
        return {"judged_by": random, "learnt_from": 0}
    lift, saving = found.lift, found.saving
    figures: dict[str, Any] = {
        "judged_by": lift.judged_by, "learnt_from": lift.learnt_from,
        "lift_mean": lift.mean, "lift_low": lift.low, "lift_high": lift.high,
    }  # fmt: skip
    if saving is not None:
        figures |= {
            "saved_ratio": saving.ratio, "saved_low": saving.low, "saved_high": saving.high,
            "saved_bound": saving.bound.value,
        }  # fmt: skip
    return figures
