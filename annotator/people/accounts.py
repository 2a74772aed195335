"""How accounts come to be, change and end, other than by invitation; and what signing in leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from annotator.errors import InvalidInput, NotAllowed, NotFound, SignInRefused

from . import audit, sessions
from .models import Identity, Role, User
from .single_sign_on import SingleSignOn, username_from, verified_email

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(request: HttpRequest, person: User, *, by: str) -> None:
    """Begin a browser session under a new key, and write it down."""
    sessions.describe(request)
    login(request, person, backend=BACKEND)
    audit.record("person.signed_in", person, new={"by": by}, actor=person)


@transaction.atomic
def person_from(claims: Mapping[str, Any], config: SingleSignOn, *, invited: bool) -> User:
    """The account behind a proven identity: theirs, or one waiting for their address, or a new one if they may.

    An address links only once, and only where an operator wrote it: people cannot claim somebody's address here first.
    """
    identity = Identity.objects.select_related("user").filter(issuer=config.issuer, subject=claims["sub"]).first()
    if identity is not None:
        return _active(identity.user)
    email = verified_email(claims)
    if email is None:
        raise SignInRefused("The provider does not vouch for your e-mail address.", reason="unverified_email")
    person = _expected(email) or _new(claims, email, config, invited=invited)
    Identity.objects.create(user=person, issuer=config.issuer, subject=claims["sub"])
    audit.record("person.linked", person, new={"issuer": config.issuer, "email": email}, actor=person)
    return person


def _expected(email: str) -> User | None:
    waiting = list(User.objects.select_for_update(of=["self"]).filter(email__iexact=email, identities__isnull=True)[:2])
    if len(waiting) > 1:
        raise SignInRefused("Two accounts have this address; an operator must choose.", reason="two_accounts")
    return _active(waiting[0]) if waiting else None


def _new(claims: Mapping[str, Any], email: str, config: SingleSignOn, *, invited: bool) -> User:
    if not config.lets_in(email) and not invited:
        raise SignInRefused("Your address may not sign up here; ask for an invitation.", reason="unknown_domain")
    wished = username_from(claims, email)
    taken = {
        name.casefold() for name in User.objects.filter(username__istartswith=wished).values_list("username", flat=True)
    }
    free = (
        name for n in range(len(taken) + 1) if (name := f"{wished}-{n + 1}" if n else wished).casefold() not in taken
    )
    role = config.role if config.lets_in(email) else Role.ANNOTATOR
    person = User.objects.create_user(next(free), email=email, role=role)
    audit.record("person.made", person, new={"role": role, "by": "single sign-on", "email": email}, actor=person)
    return person


def _active(person: User) -> User:
    if not person.is_active or person.role == Role.TRAINER:
        raise SignInRefused("This account has no access any more.", reason="no_access")
    return person


@transaction.atomic
def change(user_id: int, *, by: User, role: str | None = None, active: bool | None = None) -> User:
    """Give somebody another role on the whole site, or end or restore their access. Nobody does it to themselves, so
    there is always an admin left."""
    person = User.objects.select_for_update().filter(pk=user_id).first()
    if person is None:
        raise NotFound("There is no such person.", code="unknown_user", user=user_id)
    if person.pk == by.pk:
        raise NotAllowed("Nobody changes their own role or access; another admin can.")
    if role is not None and (role == Role.TRAINER) != (person.role == Role.TRAINER):
        raise InvalidInput("A trainer's account stays one, and a person's account stays one.", field="role")
    before = {"role": person.role, "active": person.is_active}
    person.role = role or person.role
    person.is_active = person.is_active if active is None else active
    old, new = audit.changed(before, {"role": person.role, "active": person.is_active})
    if new:
        person.save(update_fields=["role", "is_active"])
        audit.record("person.changed", person, old=old, new=new)
    if not person.is_active:
        sessions.end_all(person)
    return person
