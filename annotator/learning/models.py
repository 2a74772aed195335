"""What was found about a campaign's strategy each time somebody looked, and which answers its queue knows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotator.campaigns.models import Campaign


class StrategyCheck(models.Model):
    """One look at whether the strategy teaches more per answer than chance. Append-only; the newest one counts."""

    class Verdict(models.TextChoices):
        BETTER = "better"
        UNPROVEN = "unproven"
        WORSE = "worse"
        TOO_EARLY = "too_early"

    class Bound(models.TextChoices):
        NONE = "none"
        AT_MOST = "at_most"
        AT_LEAST = "at_least"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="strategy_checks", db_index=False)
    answers = models.PositiveIntegerField()  # the campaign's answers then
    newest_annotation = models.BigIntegerField()  # the last of them; growth is counted from here on
    rounds = models.PositiveIntegerField()  # that the strategy had chosen
    judged_by = models.PositiveIntegerField()  # random answers
    learnt_from = models.PositiveIntegerField()  # answers of each kind that a head learnt
    # Nats per answer; null while there are too few answers to measure.
    lift_mean = models.FloatField(null=True)
    lift_low = models.FloatField(null=True)
    lift_high = models.FloatField(null=True)
    # Random answers that one of the strategy's is worth; null while chance has taught nothing to be matched.
    saved_ratio = models.FloatField(null=True)
    saved_low = models.FloatField(null=True)
    saved_high = models.FloatField(null=True)  # null beside a ratio: the answers set no upper end
    saved_bound = models.CharField(max_length=8, choices=Bound.choices, default=Bound.NONE)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    falls_back = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # Two sweeps that look at once write one row between them.
            models.UniqueConstraint(fields=["campaign", "answers"], name="one_check_per_number_of_answers"),
            models.CheckConstraint(
                condition=Q(lift_mean__isnull=True, lift_low__isnull=True, lift_high__isnull=True)
                | Q(lift_mean__isnull=False, lift_low__isnull=False, lift_high__isnull=False),
                name="a_lift_has_an_interval",
            ),
            models.CheckConstraint(
                condition=Q(saved_ratio__isnull=True, saved_low__isnull=True, saved_high__isnull=True)
                | Q(saved_ratio__gt=0, saved_low__gte=0),
                name="a_saving_is_a_ratio",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["campaign", "-id"], name="newest_strategy_check")]


class KeptQueue(models.Model):
    """How far a campaign's queue has heard: its order knows every answer up to this one."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="kept_queue")
    newest_annotation = models.BigIntegerField()
    at = models.DateTimeField()
