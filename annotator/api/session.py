"""Signing in and out of the browser. Sign-up is closed: people are created by an operator."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.errors import TooManyAttempts
from annotator.people.models import User

from .authentication import SessionAuthentication
from .permissions import Anyone
from .serializers import SessionIn, SessionOut
from .views import checked

MAX_FAILURES, FORGET_SECONDS = 10, 300  # per name and address, counted by each web process


def _body(user: Any) -> dict[str, Any]:
    if not isinstance(user, User):
        return {"user": None}
    fields = {"id": user.pk, "username": user.username, "role": user.role, "scopes": sorted(user.scopes)}
    return {"user": fields}


class Session(APIView):
    """Who am I; sign in; sign out."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (Anyone,)

    @extend_schema(operation_id="session_get", responses=SessionOut)
    def get(self, request: Request) -> Response:
        get_token(request._request)  # sets the CSRF cookie the front end sends back
        return Response(_body(request.user))

    @extend_schema(operation_id="session_sign_in", request=SessionIn, responses=SessionOut)
    def post(self, request: Request) -> Response:
        SessionAuthentication().enforce_csrf(request)  # there is no session yet whose authentication would do it
        given = checked(SessionIn, request.data)
        who = f"{given['username']} from {request.META.get('REMOTE_ADDR', '')}"
        attempts = "failed-sign-ins-" + hashlib.sha256(who.encode()).hexdigest()
        if cache.get(attempts, 0) >= MAX_FAILURES:
            raise TooManyAttempts("Too many wrong passwords for this name; wait five minutes.")
        user = authenticate(request._request, username=given["username"], password=given["password"])
        if user is None:
            cache.set(attempts, cache.get(attempts, 0) + 1, FORGET_SECONDS)
            raise AuthenticationFailed("This name and password do not match.", code="bad_credentials")
        login(request._request, user)
        return Response(_body(user))

    @extend_schema(operation_id="session_sign_out", responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)
