"""`manage.py person NAME`: make a person, or give one a new password, role or address. Sign-up is closed; this is a
door beside invitations."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from annotator.people import audit, sessions
from annotator.people.models import Role, User


class Command(BaseCommand):
    help = "Make a person or change one; prints a generated password once. --disable keeps their work and ends access."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, help="annotator when the person is new")
        parser.add_argument("--email", help="the address by which single sign-on will know them")
        parser.add_argument("--disable", action="store_true", help="no more access; everything they said stays")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        person = User.objects.filter(username=name).first()
        if options["disable"]:
            if person is None:
                raise CommandError(f"There is nobody called {name}.")
            self._disable(person)
            return
        old = {} if person is None else _state(person)
        if person is None:
            person = User(username=name, role=Role.ANNOTATOR)
        person.role = options["role"] or person.role
        person.email = options["email"] or person.email
        person.is_active = True
        password = secrets.token_urlsafe(12)
        person.set_password(password)
        person.full_clean(exclude=["password"])
        person.save()
        sessions.end_all(person)
        was, now = audit.changed(old, _state(person))
        audit.record("person.changed" if old else "person.made", person, old=was if old else None, new=now)
        self.stdout.write(f"{person.role} {name}, password (shown once): {password}")

    def _disable(self, person: User) -> None:
        User.objects.filter(pk=person.pk).update(is_active=False)
        sessions.end_all(person)
        audit.record("person.changed", person, old={"active": person.is_active}, new={"active": False})
        self.stdout.write(f"{person.username} has no more access.")


def _state(person: User) -> dict[str, Any]:
    return {"role": person.role, "active": person.is_active, "email": person.email}
