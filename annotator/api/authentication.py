"""Who is calling: a bearer token (trainers, scripts) or a browser session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import authentication, exceptions

from annotator.errors import AnotherPerson
from annotator.people import tokens
from annotator.people.models import User, digest_token

# Written out: it runs on every call of every client, and composing it anew would cost more than running it.
BEARER = """
SELECT person.*, token.scopes AS token_scopes, token.id AS token_id, token.expires_at AS token_expires_at,
    token.last_used_at AS token_last_used_at
FROM people_apitoken token JOIN people_user person ON person.id = token.user_id
WHERE token.digest = %s AND token.revoked_at IS NULL AND person.is_active"""


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer tb_...`. The token's scopes, cut to its user's role, are what the request may do."""

    def authenticate(self, request: Any) -> tuple[User, frozenset[str]] | None:
        scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found: list[Any] = list(User.objects.raw(BEARER, [digest_token(raw.strip())]))
        if not found:
            raise exceptions.AuthenticationFailed("This token is unknown or was revoked.", code="bad_token")
        (user,) = found
        now = timezone.now()
        tokens.refuse_expired(user.token_expires_at, now=now)
        tokens.used(user.token_id, user.token_last_used_at, now=now)
        return user, frozenset(user.token_scopes) & user.scopes

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


# Whose page it is that calls: a browser has one cookie for all its tabs, and who signs in in one is in in all of them.
PERSON = "HTTP_X_TIEBREAK_PERSON"


def refuse_another(request: Any, user: User) -> None:
    """A page that says whose it is speaks for nobody else. Scripts say nothing, and are whoever signed them in."""
    if request.META.get(PERSON, str(user.pk)) != str(user.pk):
        raise AnotherPerson("Somebody else has signed in in this browser. Nothing was stored in their name.")


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with CSRF enforced; it may do what the user's role may."""

    def authenticate(self, request: Any) -> tuple[User, frozenset[str]] | None:
        django_request: HttpRequest = request._request
        user = getattr(django_request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        refuse_another(request, user)
        return user, user.scopes

    def authenticate_header(self, request: Any) -> str:
        return "Session"  # without one DRF turns 401 into 403
