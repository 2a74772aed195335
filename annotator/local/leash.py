"""A program on a leash ends when its supervisor lets go of the pipe, however the supervisor itself died.

Run as a file: `python -I -S leash.py --signal TERM --grace 10 [--user NAME] -- COMMAND...`, with the supervisor
holding the other end of standard input. The leash leads a session of its own, so a Ctrl-C in the terminal reaches the
supervisor only, which then stops its programs in order. It imports nothing of ours: it must start fast and stay small.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import signal
import subprocess
import sys
import threading
from typing import Any


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", default="TERM")
    parser.add_argument("--grace", type=float, default=10.0)
    parser.add_argument("--user", default="")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    let_go = threading.Event()
    # The database's own signals differ; towards the leash a TERM always means "let go".
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: let_go.set())
    threading.Thread(target=_watch_pipe, args=[let_go], daemon=True).start()

    # A group of its own for the program, so that whatever it leaves behind can be ended without ending the leash.
    child = subprocess.Popen(options.command, stdin=subprocess.DEVNULL, process_group=0, **_identity(options.user))
    stop = getattr(signal, f"SIG{options.signal}")
    threading.Thread(target=_stop_when_let_go, args=[let_go, child, stop, options.grace], daemon=True).start()
    code = child.wait()
    _end_group(child.pid)
    return code if code >= 0 else 128 - code


def _watch_pipe(let_go: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    let_go.set()


def _stop_when_let_go(let_go: threading.Event, child: subprocess.Popen[bytes], stop: int, grace: float) -> None:
    let_go.wait()
    child.send_signal(stop)
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        _end_group(child.pid)


def _end_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _identity(user: str) -> dict[str, Any]:
    """How to start the program as `user` (root only); PostgreSQL refuses to run as root."""
    if not user:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "umask": 0o077}


if __name__ == "__main__":
    sys.exit(main())
