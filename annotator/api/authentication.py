"""Who is calling: a bearer token (trainers, scripts) or a browser session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework import authentication, exceptions

from annotator.people.models import ApiToken, User, digest_token


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer tb_...`. The token's scopes, cut to its user's role, are what the request may do."""

    def authenticate(self, request: Any) -> tuple[User, frozenset[str]] | None:
        scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest_token(raw.strip()), revoked_at__isnull=True, user__is_active=True)
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown or was revoked.", code="bad_token")
        return token.user, frozenset(token.scopes) & token.user.scopes

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with CSRF enforced; it may do what the user's role may."""

    def authenticate(self, request: Any) -> tuple[User, frozenset[str]] | None:
        django_request: HttpRequest = request._request
        user = getattr(django_request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        return user, user.scopes

    def authenticate_header(self, request: Any) -> str:
        return "Session"  # without one DRF turns 401 into 403
