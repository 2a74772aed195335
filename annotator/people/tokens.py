"""A token is made by its owner in the browser, shown once, and ended by its owner at any time or by its date.

What acts as a person ends within a year. What only sends rollouts and reads rewards may have no end: a training that
stops at night because nobody renewed its token helps nobody, and such a token can neither judge nor manage.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from annotator.errors import InvalidInput, NotFound, TokenExpired

from . import audit
from .models import ROLE_SCOPES, ApiToken, Role, User

MAX_TOKENS = 50
DEFAULT_DAYS, MAX_DAYS = 90, 365
ENDS_SOON = timedelta(days=14)  # from then on its owner is reminded
USED_EVERY = timedelta(minutes=5)


def may_be_endless(scopes: Collection[str]) -> bool:
    """Whether a token with these scopes may have no end: it does nothing that a trainer may not."""
    return set(scopes) <= ROLE_SCOPES[Role.TRAINER]


def end_of(scopes: Collection[str], days: int | None, *, now: datetime) -> datetime | None:
    """When a token made now for so many days ends; None: never, where that is allowed."""
    if days is None:
        if not may_be_endless(scopes):
            raise InvalidInput(f"A token that may do this ends: choose 1 to {MAX_DAYS} days.", field="days")
        return None
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"A token is for 1 to {MAX_DAYS} days.", field="days")
    return now + timedelta(days=days)


@transaction.atomic
def make(owner: User, name: str, scopes: Collection[str], *, days: int | None, now: datetime) -> tuple[ApiToken, str]:
    """A new token and its raw text. It may do what was chosen, and never more than its owner."""
    if not scopes or not set(scopes) <= owner.scopes:
        raise InvalidInput(f"Choose from: {', '.join(sorted(owner.scopes))}.", field="scopes")
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # many at once are counted one after the other
    if ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), user=owner, revoked_at=None).count() >= (
        MAX_TOKENS
    ):
        raise InvalidInput(f"{MAX_TOKENS} tokens are enough; revoke one first.", field="name")
    token, raw = ApiToken.issue(owner, name, list(scopes), expires_at=end_of(scopes, days, now=now))
    ends = token.expires_at and token.expires_at.isoformat(timespec="seconds")
    audit.record("token.made", token, new={"scopes": token.scopes, "owner": owner.username, "expires_at": ends})
    return token, raw


@transaction.atomic
def revoke(owner: User, token_id: int, *, now: datetime) -> None:
    found = ApiToken.objects.select_for_update().filter(user=owner, pk=token_id, revoked_at__isnull=True).first()
    if found is None:
        raise NotFound("You have no such token.", code="unknown_token", token=token_id)
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    audit.record("token.revoked", found, old={"scopes": found.scopes, "owner": owner.username})


def refuse_expired(expires_at: datetime | None, *, now: datetime) -> None:
    """Raise TokenExpired, saying since when. Only whoever holds the token can learn it."""
    if expires_at is not None and expires_at <= now:
        ended = expires_at.isoformat(timespec="seconds")
        raise TokenExpired(
            f"This token expired on {expires_at:%Y-%m-%d}; its owner makes a new one on their account page.",
            expired_at=ended,
        )


def used(token_id: int, last_used_at: datetime | None, *, now: datetime) -> None:
    """Note now and then that a token is still in use; not at every call, as calls must be quick."""
    stale = now - USED_EVERY
    if last_used_at is None or last_used_at < stale:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lt=stale)
        ApiToken.objects.filter(long_ago, pk=token_id).update(last_used_at=now)
