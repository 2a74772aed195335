"""Every change of campaigns, people and what they may do is on record, with who made it, from where, and what it was.

Call `record(...)` inside the transaction that makes the change: either both are there or neither. Who acts is known
from the request being answered; commands and jobs have none. This file knows nothing of what the changes mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from .addresses import address_of
from .models import AuditEntry, User

_answering: ContextVar[HttpRequest | None] = ContextVar("answering", default=None)
WORDS = {"user": "person", "apitoken": "token", "browsersession": "session", "identity": "person"}
NAMES = ("audit_name", "slug", "username", "name")


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """What is recorded meanwhile was done by whoever made this request."""
    token = _answering.set(request)
    try:
        yield
    finally:
        _answering.reset(token)


def record(
    kind: str,
    about: Model | None = None,
    *,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> AuditEntry:
    """Write down one change: `record("campaign.opened", campaign, old={"state": "draft"}, new={"state": "open"})`."""
    request = _answering.get()
    if actor is None:
        caller = getattr(request, "user", None)
        actor = caller if isinstance(caller, User) else None
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.username if actor else "",
        address=address_of(request) if request else None,
        kind=kind,
        about=_word(about),
        about_id=about.pk if about is not None and isinstance(about.pk, int) else None,
        about_name=_name(about),
        old=None if old is None else dict(old),
        new=None if new is None else dict(new),
    )


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, as it was and as it is."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


def _word(about: Model | None) -> str:
    if about is None:
        return ""
    name = str(about._meta.model_name)
    return WORDS.get(name, name)


def _name(about: Model | None) -> str:
    named = next((getattr(about, field) for field in NAMES if isinstance(getattr(about, field, None), str)), "")
    return str(named)[:200]
