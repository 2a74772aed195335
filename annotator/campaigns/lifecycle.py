"""A campaign is drafted, opened, perhaps paused, and closed for good. Its config is fixed once it opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from annotator.errors import CampaignClosed, Conflict, InvalidInput, NotFound
from annotator.people import audit
from annotator.people.models import Role, User
from annotator.rollouts.models import PolicyRun, RewardModelVersion

from . import membership
from .config import CampaignConfig
from .means import Means
from .models import Campaign
from .strata import share_out

State = Campaign.State
# From which states each move is legal.
MOVES: dict[str, frozenset[str]] = {
    State.OPEN: frozenset({State.DRAFT, State.PAUSED, State.OPEN}),
    State.PAUSED: frozenset({State.OPEN, State.PAUSED}),
    State.CLOSED: frozenset({State.DRAFT, State.OPEN, State.PAUSED, State.CLOSED}),
}
RECORDED = {State.OPEN: "campaign.opened", State.PAUSED: "campaign.paused", State.CLOSED: "campaign.closed"}


@transaction.atomic
def create(
    *,
    slug: str,
    name: str,
    question: str,
    budget_labels: int,
    runs: Sequence[str],
    created_by: User,
    guidelines: str = "",
    reward_model: str = "",
    annotators: Sequence[str] | None = None,
    config: dict[str, Any] | None = None,
    **means: Any,
) -> Campaign:
    """Draft a campaign. Its annotators default to everyone who annotates today; its reward model to its slug.

    `means`: hours, money and prices (`means.Means`), none by default.
    """
    checked = CampaignConfig.from_json(config or {})
    paid = Means(**means).checked(checked, labels=budget_labels)
    found_runs = runs_called(runs)
    people = User.objects.filter(is_active=True)
    if annotators is None:
        chosen = list(people.filter(role__in=[Role.ANNOTATOR, Role.ADJUDICATOR]))
    else:
        chosen = list(people.filter(username__in=annotators))
        if strangers := sorted(set(annotators) - {user.username for user in chosen}):
            raise NotFound(f"No user named {', '.join(strangers)}.", code="unknown_user", users=strangers)
    if Campaign.objects.filter(slug=slug).exists():
        raise Conflict(f"A campaign called {slug!r} exists already; choose another short name.", slug=slug)
    campaign = Campaign.objects.create(
        slug=slug,
        name=name,
        question=question,
        guidelines=guidelines,
        reward_model=reward_model or slug,
        config_json=checked.to_json(),
        budget_labels=budget_labels,
        created_by=created_by,
        **paid,
    )
    share_out(campaign)
    campaign.runs.set(found_runs.values())
    membership.begin(campaign, chosen)
    # A run this reward model never looked at may have come with the campaign: let its scoring start from the beginning.
    RewardModelVersion.objects.filter(name=campaign.reward_model).update(scored_through=0)
    told = {"name": name, "question": question, "budget_labels": budget_labels, "runs": sorted(found_runs), **means}
    told["annotators"] = sorted(person.username for person in chosen)
    written = {field: value if isinstance(value, str | int | list) else str(value) for field, value in told.items()}
    audit.record("campaign.created", campaign, new={**written, "config": checked.to_json()}, actor=created_by)
    return campaign


def runs_called(names: Sequence[str]) -> dict[str, PolicyRun]:
    """The runs a campaign asks about, by name: at least one, and all of them known."""
    found = {run.name: run for run in PolicyRun.objects.filter(name__in=names)}
    if missing := sorted(set(names) - set(found)):
        raise NotFound(f"No run named {', '.join(missing)}.", code="unknown_run", runs=missing)
    if not names:
        raise InvalidInput("A campaign needs at least one run to ask about.", field="runs")
    return found


@transaction.atomic
def move(campaign: Campaign, to: str, *, now: datetime) -> Campaign:
    """Open, pause or close a campaign; closing is for good."""
    locked = Campaign.objects.select_for_update(no_key=True).get(id=campaign.id)
    if locked.state not in MOVES[to]:
        if locked.state == State.CLOSED:
            raise CampaignClosed(f"Campaign {locked.slug} is closed for good.", campaign=locked.slug)
        raise Conflict(f"A {locked.state} campaign cannot become {to}.", campaign=locked.slug)
    if locked.state != to:
        audit.record(RECORDED[State(to)], locked, old={"state": locked.state}, new={"state": to})
    locked.state = to
    if to == State.OPEN:
        locked.opened_at = locked.opened_at or now
    if to == State.CLOSED:
        locked.closed_at = locked.closed_at or now
    locked.save(update_fields=["state", "opened_at", "closed_at"])
    return locked
