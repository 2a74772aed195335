"""Nothing acknowledged may be missing: what the server said it stored is compared with what the database holds."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count

from annotator.annotations.models import Annotation
from annotator.rollouts.models import PromptGroup

from .labelling import Acknowledged

T = TypeVar("T")
PATIENCE_S = 120.0


@dataclasses.dataclass(frozen=True)
class Comparison:
    annotations_acknowledged: int
    annotations_stored: int
    annotations_missing: list[int]
    rollouts_acknowledged: int
    rollouts_stored: int
    groups_missing: list[str]  # absent, or with fewer rollouts than were acknowledged

    @property
    def nothing_missing(self) -> bool:
        return not self.annotations_missing and not self.groups_missing

    def __str__(self) -> str:
        return (
            f"annotations: {self.annotations_acknowledged} acknowledged, {self.annotations_stored} stored, "
            f"{len(self.annotations_missing)} missing; rollouts: {self.rollouts_acknowledged} acknowledged, "
            f"{self.rollouts_stored} stored, {len(self.groups_missing)} groups missing"
        )


def compare(campaign: str, run: str, acknowledged: Acknowledged, journal: Path) -> Comparison:
    """Read the database itself, waiting for it if it is just restarting."""
    groups = acknowledged_groups(journal)
    stored = patiently(lambda: set(Annotation.objects.filter(campaign__slug=campaign).values_list("id", flat=True)))
    kept = patiently(
        lambda: dict(
            PromptGroup.objects.filter(run__name=run).annotate(n=Count("rollouts")).values_list("external_id", "n")
        )
    )
    return Comparison(
        annotations_acknowledged=len(acknowledged.answers),
        annotations_stored=len(stored),
        annotations_missing=sorted(acknowledged.answers.keys() - stored),
        rollouts_acknowledged=sum(groups.values()),
        rollouts_stored=sum(kept.values()),
        groups_missing=sorted(name for name, n in groups.items() if kept.get(name, 0) < n),
    )


def acknowledged_groups(journal: Path) -> dict[str, int]:
    """Group id -> rollouts, over all jobs and attempts; a group said twice is one group."""
    groups: dict[str, int] = {}
    for text in journal.read_text().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # a line cut short by a kill says nothing that could be checked
        groups[line["group"]] = line["rollouts"]
    return groups


def patiently(read: Callable[[], T]) -> T:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return read()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(1.0)
