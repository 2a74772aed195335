"""May this person do this in this campaign? Asked here and nowhere else; and how people come, change and go.

A role on the whole site reaches into every campaign: managers and admins manage all of them, adjudicators adjudicate
where they belong. A role in one campaign reaches no further than that campaign.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from annotator.errors import Conflict, InvalidInput, MemberPaused, NotFound
from annotator.people import audit
from annotator.people.models import Role, User

from .models import Campaign, Membership

MemberRole = Membership.Role
ORDER = [MemberRole.ANNOTATOR, MemberRole.ADJUDICATOR, MemberRole.MANAGER]  # each may do what those before it may
MANAGE_ALL = frozenset({Role.MANAGER, Role.ADMIN})


class Action(enum.Enum):
    ANNOTATE = "annotate"
    ADJUDICATE = "adjudicate"
    MANAGE = "manage"


def may(person: User, action: Action, campaign_id: int) -> bool:
    """Whether somebody's roles allow it. What a token may do is narrower, and checked before."""
    if not person.is_active or person.role == Role.TRAINER:
        return False
    if action is Action.MANAGE and person.role in MANAGE_ALL:
        return True
    member = Membership.objects.filter(campaign_id=campaign_id, user=person).first()
    if member is None:
        return action is Action.ADJUDICATE and person.role == Role.ADMIN
    if action is Action.ANNOTATE:
        return member.paused_at is None
    if action is Action.ADJUDICATE:
        return member.role != MemberRole.ANNOTATOR or person.role in {Role.ADJUDICATOR, Role.ADMIN}
    return member.role == MemberRole.MANAGER


def managed_by(person: User) -> set[int]:
    """The campaigns somebody manages by their role in them."""
    return set(Membership.objects.filter(user=person, role=MemberRole.MANAGER).values_list("campaign_id", flat=True))


def at_least(role: str, wanted: str) -> bool:
    """Whether one campaign role may do all that the other may."""
    return ORDER.index(MemberRole(role)) >= ORDER.index(MemberRole(wanted))


def begin(campaign: Campaign, people: Iterable[User]) -> None:
    """The first members of a new campaign; those who adjudicate on the whole site adjudicate here."""
    Membership.objects.bulk_create(
        Membership(
            campaign=campaign,
            user=person,
            role=MemberRole.ADJUDICATOR if person.role == Role.ADJUDICATOR else MemberRole.ANNOTATOR,
        )
        for person in people
    )


def find(campaign: Campaign, user_id: int) -> Membership:
    member = Membership.objects.select_related("user", "campaign").filter(campaign=campaign, user_id=user_id).first()
    if member is None:
        raise NotFound("This person does not belong to the campaign.", code="unknown_member", user=user_id)
    return member


@transaction.atomic
def add(campaign: Campaign, username: str, role: str) -> Membership:
    """Give somebody who has an account a part in a campaign."""
    person = User.objects.filter(username=username, is_active=True).exclude(role=Role.TRAINER).first()
    if person is None:
        raise NotFound(f"There is nobody called {username}.", code="unknown_user", user=username)
    member, new = Membership.objects.get_or_create(campaign=campaign, user=person, defaults={"role": role})
    if not new:
        raise Conflict(f"{username} belongs to this campaign already.", user=username)
    audit.record("membership.added", member, new={"role": role})
    return member


@transaction.atomic
def give_role(campaign: Campaign, user_id: int, role: str) -> Membership:
    member = _locked(campaign, user_id)
    if member.role != role:
        audit.record("membership.role_changed", member, old={"role": member.role}, new={"role": role})
        member.role = role
        member.save(update_fields=["role"])
    return member


@transaction.atomic
def pause(campaign: Campaign, user_id: int, *, because: str, now: datetime, anew: bool = False) -> Membership:
    """No new cards for this person until they are resumed; what they hold they may still answer.

    `anew` takes the place of a pause there is: a manager's own word stands, whatever a score said before or says later.
    """
    if not because.strip():
        raise InvalidInput("Say why: the person will read it.", field="because")
    member = _locked(campaign, user_id)
    if member.paused_at is None or (anew and member.paused_because != because[:300]):
        was = None if member.paused_at is None else {"because": member.paused_because}
        member.paused_at, member.paused_because = now, because[:300]
        member.save(update_fields=["paused_at", "paused_because"])
        audit.record("membership.paused", member, old=was, new={"because": member.paused_because})
    return member


@transaction.atomic
def resume(campaign: Campaign, user_id: int, *, paused_at: datetime | None = None) -> Membership:
    """Cards again; with `paused_at`, only if that pause is still the one in force."""
    member = _locked(campaign, user_id)
    if member.paused_at is not None and paused_at in (None, member.paused_at):
        audit.record("membership.resumed", member, old={"because": member.paused_because})
        member.paused_at, member.paused_because = None, ""
        member.save(update_fields=["paused_at", "paused_because"])
    return member


@transaction.atomic
def remove(campaign: Campaign, user_id: int) -> None:
    """End somebody's part; what they said stays. `withdrawing.remove_member` also hands on what they hold."""
    member = _locked(campaign, user_id)
    audit.record("membership.removed", member, old={"role": member.role})
    member.delete()


def refuse_paused(campaign_id: int, user_id: int) -> None:
    """Raise MemberPaused, with the reason, if this person gets no cards here for now."""
    member = Membership.objects.filter(campaign_id=campaign_id, user_id=user_id, paused_at__isnull=False).first()
    if member is not None:
        raise MemberPaused(
            f"You are paused in this campaign: {member.paused_because} Its manager can let you go on.",
            because=member.paused_because,
        )


def _locked(campaign: Campaign, user_id: int) -> Membership:
    find(campaign, user_id)
    return Membership.objects.select_for_update(of=["self"]).select_related("user", "campaign").get(
        campaign=campaign, user_id=user_id
    )  # fmt: skip
