"""What people said, and the label sets frozen from it. Nothing here is ever edited (triggers refuse it)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotator.campaigns.models import Campaign
from annotator.people.models import User
from annotator.tasks.models import AnnotationTask, Assignment


class Annotation(models.Model):
    """One person's answer to one assignment. A correction is a new row that revises the old one."""

    class Choice(models.TextChoices):
        A = "a"
        B = "b"
        TIE = "tie"
        BOTH_BAD = "both_bad"
        SKIP = "skip"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="annotations")
    task = models.ForeignKey(AnnotationTask, on_delete=models.PROTECT, related_name="annotations")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="annotations", db_index=False)
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="annotations", db_index=False)
    choice = models.CharField(max_length=8, choices=Choice.choices)  # a/b name rollouts, never sides
    strength = models.PositiveSmallIntegerField(null=True)  # 1 slightly, 2 clearly, 3 far better; only with a or b
    left_is_a = models.BooleanField()
    active_ms = models.PositiveIntegerField(null=True)  # visible, active time on the card
    comment = models.TextField(blank=True)
    lease_number = models.PositiveIntegerField()
    idempotency_key = models.CharField(max_length=64)
    revises = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="revised_by")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(revises__isnull=True), name="one_annotation_per_assignment"
            ),
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="one_annotation_per_idempotency_key"),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__in=[1, 2, 3], choice__in=["a", "b"]),
                name="strength_only_with_a_preference",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["campaign", "annotator", "at"], name="annotations_by_person")]


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
