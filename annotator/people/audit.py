"""Every change of campaigns, people and what they may do is on record, with who made it, from where, and what it was.

Call `record(...)` inside the transaction that makes the change: either both are there or neither. Who acts is known
from the request being answered; commands and jobs have none. This file knows nothing of what the changes mean.

Entries are kept for ever, unless whoever runs the installation must not keep addresses and names for so long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from .addresses import address_of
from .models import OF_CAMPAIGNS, AuditEntry, User, named_after

_answering: ContextVar[HttpRequest | None] = ContextVar("answering", default=None)
WORDS = {"user": "person", "apitoken": "token", "browsersession": "session", "identity": "person"}
NAMES = ("audit_name", "slug", "username", "name")
LONGEST = 20_000  # characters of one text; a log must not be a place to store things
SECRET = re.compile(r"\b(tb|inv)_[A-Za-z0-9_-]{20,}")  # people paste tokens and links where notes belong
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


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
        about_name=_plain(_name(about))[:200],
        old=None if old is None else _plain(old),
        new=None if new is None else _plain(new),
    )


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, as it was and as it is."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


def of_campaign(entries: QuerySet[AuditEntry], slug: str) -> QuerySet[AuditEntry]:
    """Those about a campaign, its members and its invitations, which are named after it; it may be gone by now."""
    return entries.alias(campaign=named_after()).filter(campaign=slug, about__in=OF_CAMPAIGNS)


KINDS = """
WITH RECURSIVE found AS (
    (SELECT kind FROM people_auditentry ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT (SELECT kind FROM people_auditentry WHERE kind > found.kind ORDER BY kind LIMIT 1)
    FROM found WHERE found.kind IS NOT NULL)
SELECT kind FROM found WHERE kind IS NOT NULL"""


def kinds() -> list[str]:
    """Every kind there is: one step of the index per kind, however many entries there are."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS)
        return [kind for (kind,) in cursor.fetchall()]


@transaction.atomic
def forget(before: datetime) -> int:
    """Remove entries older than this, and write down that it was done. The database lets nothing else remove any."""
    oldest = AuditEntry.objects.order_by("id").first()
    if oldest is None or oldest.at >= before:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tiebreak.forgetting = 'on'")
        cursor.execute("DELETE FROM people_auditentry WHERE at < %s", [before])
        gone = int(cursor.rowcount)
        cursor.execute("SET LOCAL tiebreak.forgetting = 'off'")
    record("audit.forgotten", new={"entries": gone, "before": before.isoformat()})
    return gone


def _plain(value: Any) -> Any:
    """The value as the database can keep it: no bytes it refuses, no secret, no text without end."""
    if isinstance(value, str):
        safe = SECRET.sub(r"\1_…", UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value))
        return safe if len(safe) <= LONGEST else f"{safe[:LONGEST]}…"
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _word(about: Model | None) -> str:
    if about is None:
        return ""
    name = str(about._meta.model_name)
    return WORDS.get(name, name)


def _name(about: Model | None) -> str:
    named = next((getattr(about, field) for field in NAMES if isinstance(getattr(about, field, None), str)), "")
    return str(named)
