"""A run is made by whoever first sends something of it, and that is on record."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotator.people import audit

from .models import PolicyRun


@transaction.atomic
def find_or_make(name: str, **about: Any) -> tuple[PolicyRun, bool]:
    """The run of this name, and whether it is a new one; what is said about one that is there changes nothing."""
    run, new = PolicyRun.objects.get_or_create(name=name, defaults=about)
    if new:
        audit.record("run.made", run)
    return run, new
