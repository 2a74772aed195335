"""A token is made by its owner in the browser, shown once, and ended by its owner at any time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from annotator.errors import InvalidInput, NotFound

from . import audit
from .models import ApiToken, User

MAX_TOKENS = 50


@transaction.atomic
def make(owner: User, name: str, scopes: list[str]) -> tuple[ApiToken, str]:
    """A new token and its raw text. It may do what was chosen, and never more than its owner."""
    if not scopes or not set(scopes) <= owner.scopes:
        raise InvalidInput(f"Choose from: {', '.join(sorted(owner.scopes))}.", field="scopes")
    if ApiToken.objects.filter(user=owner, revoked_at__isnull=True).count() >= MAX_TOKENS:
        raise InvalidInput(f"{MAX_TOKENS} tokens are enough; revoke one first.", field="name")
    token, raw = ApiToken.issue(owner, name, scopes)
    audit.record("token.made", token, new={"scopes": token.scopes, "owner": owner.username})
    return token, raw


@transaction.atomic
def revoke(owner: User, token_id: int, *, now: datetime) -> None:
    found = ApiToken.objects.select_for_update().filter(user=owner, pk=token_id, revoked_at__isnull=True).first()
    if found is None:
        raise NotFound("You have no such token.", code="unknown_token", token=token_id)
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    audit.record("token.revoked", found, old={"scopes": found.scopes, "owner": owner.username})
