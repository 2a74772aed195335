"""`manage.py example`: a small campaign to try the product with, where there is nothing else yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from annotator.campaigns.example import make_example


class Command(BaseCommand):
    help = "Make the example campaign, unless there is a run or a campaign already. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = make_example()
        connections.close_all()
        if campaign is not None:
            self.stdout.write(f"Something to judge at once: sign in as alice ({campaign.budget_labels} labels).")
            self.stdout.flush()
