"""Several at once, for real: every job in its own thread, with its own connection, let go together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each returned, in order; what one raised is raised here, once all have ended."""
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        ready.wait(120)
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        futures = [threads.submit(run, job) for job in jobs]
    return [future.result() for future in futures]
