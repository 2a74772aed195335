"""Wait for something to become true, with a limit; nothing here sleeps longer than it must."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from annotator.local.supervisor import MARK

T = TypeVar("T")


def eventually(look: Callable[[], T], seconds: float = 180.0) -> T:
    """The first truthy thing that `look` sees; fails after `seconds`, generous for a busy machine."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return seen


def processes_of(home: Path) -> list[psutil.Process]:
    """Every live process that a supervisor of `home` started, however far down."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
