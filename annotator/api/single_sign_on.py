"""The way to the organisation's sign-on and back. A refusal leads to the sign-in page, which says why."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET
from mozilla_django_oidc.utils import import_from_settings
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from annotator.campaigns import invitations
from annotator.errors import InvitationUnusable, SignInRefused, TiebreakError
from annotator.people import accounts, audit, oidc
from annotator.people.models import User

from .people import HELD

log = logging.getLogger(__name__)
NEXT = "oidc_login_next"  # the library's name for where the person was going


class _ToProvider(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
    """The library's view, told about the provider when somebody really goes there."""

    def __init__(self, **options: Any) -> None:
        self._values = oidc.mozilla_settings(oidc.configured())
        super().__init__(**options)

    def get_settings(self, attr: str, *args: Any) -> Any:
        return self._values[attr] if attr in self._values else import_from_settings(attr, *args)


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Off to the provider, with a state, a nonce and a code challenge that only this session knows."""
    try:
        answer: HttpResponse = _ToProvider.as_view()(request)
    except SignInRefused as refused:
        return _refused(request, refused)
    except TiebreakError:
        return HttpResponseRedirect("/")
    return answer


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    try:
        claims = _proven(request)
        held = request.session.pop(HELD, None)
        try:
            going_to = _welcome(request, claims, held)
        except IntegrityError:  # the same person in another tab was first; now there is somebody to find
            going_to = _welcome(request, claims, held)
    except TiebreakError as error:
        refused = error if isinstance(error, SignInRefused) else SignInRefused(error.message, reason="no_access")
        audit.record("person.sign_in_failed", new={"by": "single sign-on", **refused.context})
        log.warning("A single sign-on was refused: %s %s", refused.message, refused.context)
        return _refused(request, refused)
    return HttpResponseRedirect(going_to)


def _proven(request: HttpRequest) -> dict[str, Any]:
    """The claims of who came back, for a state that this very session sent out; each state serves once."""
    provider = oidc.Provider()
    states = request.session.get("oidc_states", {})
    sent = states.pop(request.GET.get("state", ""), None)
    request.session["oidc_states"] = states
    request.session.save()  # also when the rest fails
    if sent is None:
        raise oidc.refuse("wrong_state", "This answer does not belong to a sign-in begun in this browser.")
    if "code" not in request.GET:
        raise oidc.refuse("provider_refused", "The provider refused.", why=request.GET.get("error", "")[:100])
    claims: dict[str, Any] = provider.claims(
        code=request.GET["code"],
        redirect_uri=request.build_absolute_uri(reverse("single-sign-on-callback")),
        nonce=sent["nonce"],
        code_verifier=sent["code_verifier"],
    )
    return claims


@transaction.atomic
def _welcome(request: HttpRequest, claims: dict[str, Any], held: str | None) -> str:
    """Sign the person in, and let them join by the invitation they came with."""
    person = accounts.person_from(claims, oidc.configured(), invited=held is not None and _usable(held))
    joined = _join(held, person) if held else None
    going_to = _where_to(request)
    request.session.pop(NEXT, None)
    accounts.sign_in(request, person, by="single sign-on")
    if joined:
        return f"/annotate/{joined}"
    return going_to


def _usable(digest: str) -> bool:
    try:
        invitations.find(digest, now=timezone.now())
    except InvitationUnusable:
        return False
    return True


def _join(digest: str, person: User) -> str | None:
    try:
        return invitations.accept(digest, person, now=timezone.now()).campaign.slug
    except InvitationUnusable:
        return None


def _where_to(request: HttpRequest) -> str:
    """Where the person was going, if that is here."""
    wished = str(request.session.get(NEXT) or "/")
    return wished if url_has_allowed_host_and_scheme(wished, allowed_hosts=None) else "/"


def _refused(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    """To the sign-in page of the very place they were going to, so that another try leads there."""
    reason = refused.context.get("reason", "no_access")
    there = urlsplit(_where_to(request)).path or "/"
    return HttpResponseRedirect(f"{there}?{urlencode({'refused': reason})}")
