"""Whoever holds the link may join, as often and as long as its maker said and may; nobody can read a link out of the
database. A link of somebody who no longer manages the campaign lets nobody in.

The secret travels in the part of the address that browsers keep to themselves (after #), and only its digest is stored.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from annotator.errors import Conflict, InvalidInput, InvitationUnusable, NotAllowed, NotFound
from annotator.people import audit, passwords
from annotator.people.models import Role, User, digest_token

from .membership import Action, at_least, may
from .models import Campaign, Invitation, Membership

MAX_USES, MAX_DAYS = 1000, 90


@transaction.atomic
def make(
    campaign: Campaign, role: str, *, by: User, days: int, max_uses: int, note: str, now: datetime
) -> tuple[Invitation, str]:
    """A new invitation with its secret, which is never shown again."""
    if campaign.state == Campaign.State.CLOSED:
        raise Conflict("A closed campaign invites nobody.", campaign=campaign.slug)
    if not 1 <= max_uses <= MAX_USES or not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"An invitation is for 1 to {MAX_USES} people and 1 to {MAX_DAYS} days.", field="max_uses")
    raw = "inv_" + secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        campaign=campaign, role=role, digest=digest_token(raw), note=note, max_uses=max_uses, made_by=by,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    about = {"role": role, "max_uses": max_uses, "days": days, "note": note}
    audit.record("invitation.made", made, new=about, actor=by)
    return made, raw


@transaction.atomic
def revoke(campaign: Campaign, invitation_id: int, *, now: datetime) -> Invitation:
    """Nobody joins by this link any more; who has joined stays."""
    found = campaign.invitations.select_for_update().filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("There is no such invitation.", code="unknown_invitation", invitation=invitation_id)
    if found.revoked_at is None:
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])
        audit.record("invitation.revoked", found, old={"role": found.role, "uses": found.uses})
    return found


def find(digest: str, *, now: datetime) -> Invitation:
    """The invitation behind a link, while somebody may still join by it."""
    found = Invitation.objects.select_related("campaign", "made_by").filter(digest=digest).first()
    if found is None or not usable(found, now=now):
        raise InvitationUnusable("This invitation cannot be used: it has expired, or was used up or taken back.")
    return found


def usable(invitation: Invitation, *, now: datetime) -> bool:
    return (
        invitation.revoked_at is None
        and invitation.expires_at > now
        and invitation.uses < invitation.max_uses
        and invitation.campaign.state != Campaign.State.CLOSED
        and may(invitation.made_by, Action.MANAGE, invitation.campaign_id)
    )


@transaction.atomic
def accept(digest: str, person: User, *, now: datetime) -> Membership:
    """Join, or rise to the invited role. Who may do as much already uses nothing up: a second click is safe."""
    invitation = find(digest, now=now)
    if person.role == Role.TRAINER:
        raise NotAllowed("A trainer's account does not join campaigns.")
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two clicks of one person come one after the other
    mine = Membership.objects.filter(campaign=invitation.campaign, user=person).first()
    if mine is not None and at_least(mine.role, invitation.role):
        return mine
    open_still = Invitation.objects.filter(
        pk=invitation.pk, uses__lt=F("max_uses"), revoked_at__isnull=True, expires_at__gt=now
    )
    if not open_still.update(uses=F("uses") + 1):
        raise InvitationUnusable("This invitation was just used up or taken back.")
    joined, new = Membership.objects.update_or_create(
        campaign=invitation.campaign, user=person, defaults={"role": invitation.role}
    )
    kind = "membership.added" if new else "membership.role_changed"
    old = None if mine is None else {"role": mine.role}
    audit.record(kind, joined, old=old, new={"role": joined.role, "invitation": invitation.pk}, actor=person)
    return joined


def accept_as_new(digest: str, username: str, password: str, *, now: datetime) -> tuple[User, Membership]:
    """Make an account and join with it, or do neither. The invitation is looked at first: only invited people learn
    which names are taken."""
    find(digest, now=now)
    person = User(username=username, role=Role.ANNOTATOR)
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as wrong:
        raise InvalidInput(" ".join(wrong.messages), field="username") from wrong
    passwords.check(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=username).exists():
                raise IntegrityError
            person.save()
            audit.record("person.made", person, new={"role": person.role, "by": "invitation"}, actor=person)
            return person, accept(digest, person, now=now)
    except IntegrityError as taken:
        raise Conflict(
            "This name is taken. If it is yours, sign in first; then open the link again.", field="username"
        ) from taken
