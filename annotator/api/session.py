"""Signing in and out of the browser. Sign-up is closed: people are invited, or created by an operator."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.campaigns.membership import managed_by
from annotator.people import accounts, audit, sessions, throttle
from annotator.people.addresses import address_of, network_of
from annotator.people.models import User

from . import people_shapes as shape
from .authentication import SessionAuthentication
from .permissions import Anyone
from .views import checked


def who(user: Any) -> dict[str, Any]:
    """The signed-in person as the front end knows them."""
    return {
        "id": user.pk,
        "username": user.username,
        "role": user.role,
        "scopes": sorted(user.scopes),
        "manages_campaigns": bool(managed_by(user)),
        "has_password": user.has_usable_password(),
    }


def _body(user: Any) -> dict[str, Any]:
    sign_on = settings.SINGLE_SIGN_ON
    return {
        "user": who(user) if isinstance(user, User) else None,
        "single_sign_on": sign_on.name if sign_on else None,
    }


def _checked_password(request: HttpRequest, username: str, password: str) -> User:
    """Whose name and password these are. A wrong name and a wrong password get one and the same answer."""
    now = timezone.now()
    this = throttle.admit(username, network_of(address_of(request)), now=now)
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User):
        throttle.succeeded(this, user, now=now)
        return user
    # A name that is nobody's may be a password typed in the wrong place: it is not kept.
    known = User.objects.filter(username=username).first()
    audit.record("person.sign_in_failed", known)
    if throttle.was_the_last(this, now=now):
        audit.record("person.sign_in_throttled", known)
    raise AuthenticationFailed("This name and password do not match.", code="bad_credentials")


class Session(APIView):
    """Who am I; sign in; sign out."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (Anyone,)

    @extend_schema(operation_id="session_get", responses=shape.SessionOut)
    def get(self, request: Request) -> Response:
        get_token(request._request)  # sets the CSRF cookie the front end sends back
        if request.user is not None:
            sessions.seen(request._request.session.session_key)
        return Response(_body(request.user))

    @extend_schema(operation_id="session_sign_in", request=shape.SessionIn, responses=shape.SessionOut)
    def post(self, request: Request) -> Response:
        SessionAuthentication().enforce_csrf(request)  # there is no session yet whose authentication would do it
        given = checked(shape.SessionIn, request.data)
        user = _checked_password(request._request, given["username"], given["password"])
        accounts.sign_in(request._request, user, by="password")
        return Response(_body(user))

    @extend_schema(operation_id="session_sign_out", responses={204: None})
    def delete(self, request: Request) -> Response:
        if isinstance(request.user, User):
            audit.record("person.signed_out", request.user)
        logout(request._request)
        return Response(status=204)
