"""`manage.py person NAME`: make a person, or give one a new password or role. Sign-up is closed; this is the door."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.people.models import Role, User


class Command(BaseCommand):
    help = "Make a person or change one; prints a generated password once. --disable keeps their work and ends access."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, help="annotator when the person is new")
        parser.add_argument("--disable", action="store_true", help="no more access; everything they said stays")

    def handle(self, *args: Any, **options: Any) -> None:
        name, role = options["name"], options["role"]
        person = User.objects.filter(username=name).first()
        if options["disable"]:
            if person is None:
                raise CommandError(f"There is nobody called {name}.")
            User.objects.filter(pk=person.pk).update(is_active=False)
            self.stdout.write(f"{name} has no more access.")
            return
        password = secrets.token_urlsafe(12)
        if person is None:
            person = User(username=name, role=role or Role.ANNOTATOR)
            person.full_clean(exclude=["password"])
        elif role:
            person.role = role
        person.is_active = True
        person.set_password(password)
        person.save()
        self.stdout.write(f"{person.role} {name}, password (shown once): {password}")
