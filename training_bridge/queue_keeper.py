"""The process that keeps every queue full and in order: `python manage.py keep_queues`. No torch, no Celery.

It looks five times a second: an answer changes what is asked next well within a second. Lost, it is started again and
reads all it needs from the database.
"""

from __future__ import annotations

import logging
import time

from django.db import Error, close_old_connections

from annotator.learning.keeping import QueueKeeper

log = logging.getLogger(__name__)

PAUSE = 0.2  # seconds between two looks
AWAY = 1.0  # between two tries while the database is away


def keep_for_ever() -> None:
    """Look, pause, look again; a database that is away is waited for."""
    keeper = QueueKeeper()
    while True:
        try:
            keeper.step()
            time.sleep(PAUSE)
        except Error as error:
            log.warning("The database is away: %s", str(error).strip())
            close_old_connections()
            time.sleep(AWAY)
