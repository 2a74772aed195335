"""`manage.py token NAME`: a new API token for somebody, shown once; --revoke ends all their tokens.

A trainer's token has no end unless --days says so; a person's ends after the usual days.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from annotator.errors import InvalidInput
from annotator.people import audit, tokens
from annotator.people.models import ApiToken, Role, Scope, User


class Command(BaseCommand):
    help = "Make a token for a person or a trainer's account (the first start makes one called trainer)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="may be repeated; all of the role's")
        parser.add_argument("--days", type=int, help=f"until it ends; {tokens.DEFAULT_DAYS}, and never for a trainer")
        parser.add_argument("--revoke", action="store_true", help="end every token of this account instead")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["name"]).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['name']}; make them: manage.py person.")
        if options["revoke"]:
            ended = ApiToken.objects.filter(user=person, revoked_at__isnull=True).update(revoked_at=timezone.now())
            audit.record("token.revoked", person, old={"tokens": ended})
            self.stdout.write(f"{ended} tokens of {person.username} revoked.")
            return
        scopes = options["scope"] or sorted(person.scopes)
        days = options["days"]
        if days is None and person.role != Role.TRAINER:
            days = tokens.DEFAULT_DAYS
        try:
            token, raw = tokens.make(person, "made by manage.py", scopes, days=days, now=timezone.now())
        except InvalidInput as wrong:
            raise CommandError(wrong.message) from wrong
        ends = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without an end"
        self.stdout.write(f"{person.username} ({', '.join(token.scopes)}), {ends}, shown once: {raw}")
