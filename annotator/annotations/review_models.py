"""What a manager or adjudicator found when they read an answer. Append-only (a trigger refuses edits)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotator.people.models import User


class Review(models.Model):
    """One look at one answer; the newest counts. A returned answer waits for its author's correction."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        RETURNED = "returned"

    annotation = models.ForeignKey("annotations.Annotation", on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(verdict="returned") | Q(note__gt=""), name="a_returned_answer_is_told_why"
            )
        ]
