"""Browser sessions in a table of their own that knows whose they are, so that people can see and end them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.sessions import middleware
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from annotator.errors import NotFound

from . import audit
from .addresses import address_of
from .models import BrowserSession, User

ABOUT = "about_this_browser"
SEEN_EVERY_S = 300


class SessionStore(DatabaseSessions):
    """Django's own sessions; only the row says more."""

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = super().create_model_instance(data)
        assert isinstance(row, BrowserSession)
        about = data.get(ABOUT, {})
        whose = data.get("_auth_user_id")
        row.user_id = int(whose) if whose else None
        row.address, row.agent = about.get("address"), about.get("agent", "")
        row.seen_at = timezone.now()
        row.started_at = about.get("started_at") or row.seen_at
        return row


class SessionMiddleware(middleware.SessionMiddleware):
    """Only the call that ends a session takes its cookie away.

    Django's own takes it away at every call that finds none. A call from before a new sign-in, which ends the session
    that there was, would then take the new cookie away if it is answered last, and sign that person out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.session.modified or not request.session.is_empty():
            return super().process_response(request, response)
        if request.session.accessed:
            patch_vary_headers(response, ("Cookie",))
        return response


def describe(request: HttpRequest) -> None:
    """Note in the session that begins which browser it is; and forget the sessions that have run out."""
    request.session[ABOUT] = {
        "address": address_of(request),
        "agent": request.META.get("HTTP_USER_AGENT", "")[:300],
        "started_at": timezone.now().isoformat(),
    }
    BrowserSession.objects.filter(expire_date__lt=timezone.now()).delete()


def seen(session_key: str | None) -> None:
    """Note now and then that a browser is still in use; not at every call, as calls must be quick."""
    now = timezone.now()
    stale = now - timedelta(seconds=SEEN_EVERY_S)
    BrowserSession.objects.filter(session_key=session_key, seen_at__lt=stale).update(seen_at=now)


def live(person: User) -> list[BrowserSession]:
    """The browsers somebody is signed in with, the last used first."""
    return list(BrowserSession.objects.filter(user=person, expire_date__gt=timezone.now()).order_by("-seen_at"))


@transaction.atomic
def sign_out(person: User, public_id: str) -> None:
    """Sign one of somebody's browsers out."""
    keys = [one.session_key for one in live(person) if one.public_id == public_id]
    if not BrowserSession.objects.filter(session_key__in=keys).delete()[0]:
        raise NotFound("There is no such session of yours.", code="unknown_session")
    audit.record("person.signed_out", person, new={"session": public_id})


@transaction.atomic
def sign_out_everywhere(person: User, *, except_key: str | None) -> int:
    """Sign somebody's other browsers out, as they wish; returns how many there were."""
    ended = end_all(person, except_key=except_key)
    audit.record("person.signed_out_everywhere", person, new={"sessions": ended})
    return ended


def end_all(person: User, *, except_key: str | None = None) -> int:
    """Sign out everywhere, but for the browser in front of them if it is named."""
    ended, _ = BrowserSession.objects.filter(user=person).exclude(session_key=except_key or "").delete()
    return ended
