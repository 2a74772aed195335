"""Who may ask for rewards: a token with the scope `rewards:read`, looked up at most every half minute.

A revoked or expired token therefore works for half a minute more; one known before the database went away works until
it is back.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from annotator.people import tokens
from annotator.people.models import ApiToken, Scope, digest_token

KNOWN_FOR_S = 30.0
REMEMBERED = 1_000
REFUSED_FOR_S = 2.0  # a wrong token is looked up again soon: it may just have been made


class Tokens:
    """Token digest -> may it read rewards; None when the token is unknown."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[bool | None, float]] = OrderedDict()

    def remembered(self, raw: str) -> tuple[bool | None, bool]:
        """(what is known, whether it is fresh), without touching the database."""
        allowed, until = self._known.get(digest_token(raw), (None, 0.0))
        return allowed, time.monotonic() < until

    def look_up(self, raw: str) -> bool | None:
        """Ask the database; runs in the database thread. Raises when it is away and nothing was known before,
        and for a token past its date."""
        digest = digest_token(raw)
        close_old_connections()
        now = timezone.now()
        try:
            token = (
                ApiToken.objects.select_related("user")
                .filter(digest=digest, revoked_at__isnull=True, user__is_active=True)
                .first()
            )
            if token is not None:
                tokens.used(token.pk, token.last_used_at, now=now)
        except (OperationalError, InterfaceError):
            close_old_connections()
            before = self._known.get(digest, (None, 0.0))[0]
            if before is None:
                raise
            return before
        if token is not None:
            self._known.pop(digest, None)  # what has ended is not known any more, also when the database goes away
            tokens.refuse_expired(token.expires_at, now=now)
        allowed = None if token is None else Scope.REWARDS_READ in frozenset(token.scopes) & token.user.scopes
        self._known[digest] = (allowed, time.monotonic() + (KNOWN_FOR_S if allowed else REFUSED_FOR_S))
        self._known.move_to_end(digest)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return allowed
