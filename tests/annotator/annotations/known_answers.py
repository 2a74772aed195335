"""A campaign some of whose cards have known answers, and Alice at work on it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from annotator.annotations import gold_items
from annotator.annotations.personal import claim_with_personal
from annotator.annotations.submission import submit
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.leasing import expire_leases
from annotator.tasks.models import Assignment
from annotator.tasks.withdrawing import withdraw_left_lying
from tests.factories import said


def prefer(choice: str):
    return {"preference": {"choice": choice, "strength": None}}


class World:
    """A campaign with groups of two; in the known ones the first rollout is better."""

    def __init__(self, open_campaign, people, *, items=8, use="gold", groups=60, **config):
        given = {"open_tasks": 200, "budget_labels": 200, "reserve_share": 0.3, **config}
        self.campaign = open_campaign(groups=groups, size=2, **given)
        self.olga, self.alice = people["olga"], people["alice"].pk
        self.items = [self.make(group, use) for group in PromptGroup.objects.order_by("id")[:items]]

    def make(self, group, use):
        rollouts = list(Rollout.objects.filter(group=group).order_by("id").values_list("id", flat=True))
        return gold_items.from_rollouts(
            self.campaign, rollouts, prefer("first"), use=use, explanation="It is kinder.", made_by=self.olga
        )

    def claim(self, n=1, hold=()):
        self.campaign.refresh_from_db()
        return claim_with_personal(self.campaign, self.alice, n=n, now=timezone.now(), hold=hold)

    def answer(self, *, right=True):
        (card,) = self.claim()
        slot = Assignment.objects.select_related("task").get(id=card.assignment)
        side = "left" if (slot.shown_order[0] == 0) == right else "right"
        return submit(card.assignment, self.alice, card.lease_number, said(side, str(card.assignment)))[0]


def leave(it, hours):
    """Everybody's leases ended so many hours ago, and the sweeps have run."""
    Assignment.objects.filter(state="leased").update(leased_until=timezone.now() - timedelta(hours=hours))
    expire_leases(now=timezone.now())
    return withdraw_left_lying(now=timezone.now())
