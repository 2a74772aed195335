"""What people said, and the label sets frozen from it. Nothing here is ever edited (triggers refuse it)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from annotator.campaigns.models import Campaign
from annotator.people.models import User
from annotator.rollouts.models import Rollout
from annotator.tasks.models import AnnotationTask, Assignment

from .review_models import Review

__all__ = ["Annotation", "Comparison", "GoldItem", "GoldScore", "LabelSet", "LabelSetItem", "Review"]


class Annotations(models.QuerySet["Annotation"]):
    def standing(self) -> Self:
        """Without those that a correction took the place of. Asked as a join, the database would expect none."""
        return self.filter(~Exists(Annotation.objects.filter(revises=OuterRef("pk"))))


class Annotation(models.Model):
    """One person's answer to one assignment. A correction is a new row that revises the old one."""

    class Skip(models.TextChoices):
        CANNOT_JUDGE = "cannot_judge"
        NOT_MY_LANGUAGE = "not_my_language"
        HARMFUL = "harmful"
        BROKEN = "broken"
        OTHER = "other"

    may_be_gold = True  # not stored: whoever has just stored an answer knows better, and spares a look

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="annotations")
    task = models.ForeignKey(AnnotationTask, on_delete=models.PROTECT, related_name="annotations")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="annotations", db_index=False)
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="annotations", db_index=False)
    # Of the campaign's form, positions in the task's canonical order, never as shown; null when skipped.
    answer = models.JSONField(null=True)
    skip = models.CharField(max_length=15, choices=Skip.choices, blank=True)
    flagged = models.BooleanField(default=False)  # somebody should look at this card
    shown_order = ArrayField(models.SmallIntegerField())
    active_ms = models.PositiveIntegerField(null=True)  # visible, active time on the card
    comment = models.TextField(blank=True)
    lease_number = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=64)
    revises = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="revised_by")
    at = models.DateTimeField(auto_now_add=True)

    objects = Annotations.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(revises__isnull=True), name="one_annotation_per_assignment"
            ),
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="one_annotation_per_idempotency_key"),
            models.CheckConstraint(
                condition=Q(answer__isnull=True, skip__gt="") | Q(answer__isnull=False, skip=""),
                name="an_annotation_answers_or_skips",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "annotator", "at"], name="annotations_by_person"),
            models.Index(fields=["campaign", "id"], name="annotations_in_order"),
        ]


class Comparison(models.Model):
    """What an annotation says about two of its completions; written with it, from its answer."""

    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="comparisons", db_index=False)
    rollout_a = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="+", db_index=False)
    rollout_b = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.FloatField()  # 1 the first is better, 0 the second, 0.5 neither
    strength = models.PositiveSmallIntegerField(null=True)  # 1 slightly, 2 clearly, 3 far better

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["annotation", "rollout_a", "rollout_b"], name="one_comparison_per_pair"),
            models.CheckConstraint(condition=Q(rollout_a__lt=F("rollout_b")), name="compared_in_canonical_order"),
            models.CheckConstraint(condition=Q(outcome__in=[0.0, 0.5, 1.0]), name="first_second_or_neither"),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__in=[1, 2, 3], outcome__in=[0.0, 1.0]),
                name="strength_only_with_a_preference",
            ),
        ]


class GoldItem(models.Model):
    """A card whose right answer is known: mixed into the queue to measure, or shown first to teach."""

    class Use(models.TextChoices):
        GOLD = "gold"
        TRAINING = "training"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="gold_items")
    task = models.OneToOneField(AnnotationTask, on_delete=models.PROTECT, related_name="gold_item")
    use = models.CharField(max_length=8, choices=Use.choices)
    answer = models.JSONField()  # in canonical order; what it leaves out is not judged
    explanation = models.TextField(blank=True)  # shown after a training card was answered
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)


class GoldScores(models.QuerySet["GoldScore"]):
    def counting(self) -> Self:
        """Those of gold whose answer still stands; training teaches and measures nobody."""
        return self.filter(item__use=GoldItem.Use.GOLD, annotation__revised_by__isnull=True)


class GoldScore(models.Model):
    """How well an answer met a gold item; written with it, never changed. A correction has one of its own."""

    annotation = models.OneToOneField(Annotation, on_delete=models.PROTECT, related_name="gold_score")
    item = models.ForeignKey(GoldItem, on_delete=models.PROTECT, related_name="scores")
    score = models.FloatField()
    led_to_pause = models.BooleanField(default=False)  # scores before this one are forgiven when the person goes on

    objects = GoldScores.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__gte=0.0, score__lte=1.0), name="a_gold_score_is_a_share"),
        ]


class LabelSet(models.Model):
    """Answers frozen for training: ordered, digested, split by prompt. Never edited."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="label_sets")
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    heldout_size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "digest"], name="one_label_set_per_digest")
        ]


class LabelSetItem(models.Model):
    """One answer in a label set, with the side of the split its prompt fell on."""

    label_set = models.ForeignKey(LabelSet, on_delete=models.CASCADE, related_name="items", db_index=False)
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, db_index=False)
    heldout = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["label_set", "annotation"], name="one_item_per_annotation")
        ]
