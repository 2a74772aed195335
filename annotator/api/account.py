"""One's own account: password, signed-in browsers, API tokens. Only in the browser, and only one's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.errors import NotAllowed
from annotator.people import audit, passwords, sessions, throttle, tokens
from annotator.people.addresses import address_of, network_of
from annotator.people.models import ApiToken

from . import people_shapes as shape
from .authentication import SessionAuthentication
from .permissions import SignedIn
from .views import caller, checked


class MyAccount(APIView):
    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)


class Password(MyAccount):
    @extend_schema(operation_id="account_password", request=shape.PasswordIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change my password; every other browser is signed out."""
        given, me, now = checked(shape.PasswordIn, request.data), caller(request), timezone.now()
        # Somebody at an unlocked screen must not find the password out by trying either.
        this = throttle.admit(me.username, network_of(address_of(request._request)), now=now)
        key = request._request.session.session_key
        try:
            passwords.change(me, given["current"], given["new"], keep_session=key)
        except NotAllowed:
            audit.record("person.password_change_refused", me)
            raise
        except passwords.WeakPassword:
            throttle.forget(this)  # the current one was right
            raise
        throttle.succeeded(this, me, now=now)
        update_session_auth_hash(request._request, me)
        return Response(status=204)


class Sessions(MyAccount):
    @extend_schema(operation_id="account_sessions", responses=shape.BrowserList)
    def get(self, request: Request) -> Response:
        """The browsers I am signed in with."""
        here = request._request.session.session_key
        rows = [
            {
                "id": one.public_id,
                "this": one.session_key == here,
                "address": one.address,
                "agent": one.agent,
                "started_at": one.started_at,
                "seen_at": one.seen_at,
            }
            for one in sessions.live(caller(request))
        ]
        return Response(shape.BrowserList({"results": rows}).data)

    @extend_schema(operation_id="account_sign_out_everywhere", responses=shape.EndedOut)
    def delete(self, request: Request) -> Response:
        """Sign out everywhere but here."""
        here = request._request.session.session_key
        return Response({"ended": sessions.sign_out_everywhere(caller(request), except_key=here)})


class OneSession(MyAccount):
    @extend_schema(operation_id="account_session_end", responses={204: None})
    def delete(self, request: Request, session: str) -> Response:
        """Sign one browser out."""
        sessions.sign_out(caller(request), session)
        return Response(status=204)


class Tokens(MyAccount):
    @extend_schema(operation_id="account_tokens", responses=shape.TokenList)
    def get(self, request: Request) -> Response:
        mine = ApiToken.objects.filter(user=caller(request), revoked_at__isnull=True).order_by("-id")
        return Response(shape.TokenList({"results": mine}).data)

    @extend_schema(operation_id="account_token_make", request=shape.TokenIn, responses={201: shape.NewTokenOut})
    def post(self, request: Request) -> Response:
        """Make a token; its text is in this answer and nowhere else."""
        given = checked(shape.TokenIn, request.data)
        token, raw = tokens.make(caller(request), **given, now=timezone.now())
        shown: dict[str, Any] = {**shape.TokenOut(token).data, "token": raw}
        return Response(shown, status=201)


class OneToken(MyAccount):
    @extend_schema(operation_id="account_token_revoke", responses={204: None})
    def delete(self, request: Request, token: int) -> Response:
        tokens.revoke(caller(request), token, now=timezone.now())
        return Response(status=204)
