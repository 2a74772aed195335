"""The example campaign of a first start: something to judge at once, before any trainer is connected."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from annotator.people.models import Role, User
from annotator.rollouts.ingest import ingest_rows
from annotator.rollouts.models import PolicyRun

from . import lifecycle
from .example_rollouts import ROLLOUTS
from .models import Campaign

NAME = "example"
CAMPAIGN: dict[str, Any] = {
    "slug": NAME,
    "name": "Example: everyday questions",
    "question": "Which reply would you rather get?",
    "guidelines": (
        "A small campaign to try the product with. Right comes first, then clear, then short. "
        "Close it when you have seen enough."
    ),
    "budget_labels": 40,
    "runs": [NAME],
}


@transaction.atomic
def make_example() -> Campaign | None:
    """A run of twelve prompts with four replies each, and a campaign that asks about it; None if anything is here."""
    manager = User.objects.filter(role=Role.MANAGER).order_by("id").first()
    if manager is None or PolicyRun.objects.exists() or Campaign.objects.exists():
        return None
    run = PolicyRun.objects.create(name=NAME)
    report = ingest_rows(run, ROLLOUTS)
    assert report.as_dict()["accepted"] == len(ROLLOUTS), report
    campaign = lifecycle.create(**CAMPAIGN, created_by=manager)
    return lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())
