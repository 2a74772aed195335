"""A supervised process says one JSON object per line, and ends itself when its supervisor is gone."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any, TextIO

SUPERVISOR_GONE = 75


class Lines:
    """Our lines own the real stdout; whatever libraries print goes to stderr instead."""

    def __init__(self) -> None:
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self._lock = threading.Lock()
        sys.stdout.flush()
        os.dup2(2, 1)

    def say(self, progress: float, message: str, metrics: dict[str, Any] | None = None) -> None:
        self._write({"progress": round(progress, 4), "message": message} | ({"metrics": metrics} if metrics else {}))

    def kept(self) -> None:
        """There is something on disk now that another attempt goes on from."""
        self._write({"kept": True})

    def fail(self, boundary: str, error: Exception) -> None:
        self._write({"error": {"boundary": boundary, "type": type(error).__name__, "message": str(error)}})

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._out.write(json.dumps(line) + "\n")
            self._out.flush()


def end_with_supervisor() -> None:
    """Start the watchdog: stdin reaching its end means that the process holding its other end has died."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        # At once, without clean-up: another attempt may start any moment, and checkpoints are whole or ignored.
        os._exit(SUPERVISOR_GONE)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
