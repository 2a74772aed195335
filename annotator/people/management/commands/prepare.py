"""`manage.py prepare`: migrate the database, and make the first people if there is nobody yet. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from annotator.people.first_people import create_first_people


class Command(BaseCommand):
    help = "Migrate the database; on the first start also make one person per role and show their passwords once."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        credentials = create_first_people()
        connections.close_all()
        if not credentials:
            return
        lines = [f"  {one.role:<16} {one.username:<8} {one.secret}" for one in credentials]
        self.stdout.write("\n".join(["", "First start. These are shown once and stored nowhere:", *lines, ""]))
        self.stdout.flush()
