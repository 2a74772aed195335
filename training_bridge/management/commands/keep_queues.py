"""Keep every open campaign's queue full and in order, until stopped."""

from __future__ import annotations

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand

from training_bridge.queue_keeper import keep_for_ever


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            keep_for_ever()
        except KeyboardInterrupt:
            sys.exit(0)
