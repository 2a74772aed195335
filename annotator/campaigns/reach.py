"""Whoever manages a campaign looks closer at the runs it asks about, and at nothing that belongs to other campaigns."""

from __future__ import annotations

import dataclasses

from annotator.people.models import Role, User

from .membership import managed_by
from .models import Campaign


@dataclasses.dataclass(frozen=True)
class Reach:
    """How far somebody sees; None is everything there is. A run shared by two campaigns has answers of both."""

    campaigns: tuple[int, ...] | None = None
    runs: tuple[int, ...] | None = None
    reward_models: tuple[str, ...] | None = None

    def holds_run(self, run_id: int) -> bool:
        return self.runs is None or run_id in self.runs

    @property
    def campaign_ids(self) -> list[int] | None:
        """As a statement takes them."""
        return None if self.campaigns is None else list(self.campaigns)


EVERYTHING = Reach()


def reach_of(person: User) -> Reach:
    """By somebody's roles in campaigns alone; a role on the whole site reaches everywhere, and is asked before."""
    managed = managed_by(person) if person.is_active and person.role != Role.TRAINER else set()
    mine = Campaign.objects.filter(pk__in=managed)
    return Reach(
        campaigns=tuple(sorted(managed)),
        runs=tuple(sorted(set(mine.filter(runs__isnull=False).values_list("runs", flat=True)))),
        reward_models=tuple(sorted(set(mine.values_list("reward_model", flat=True)))),
    )
