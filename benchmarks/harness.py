"""What every benchmark stands on: its own database and web server on a free port and in a temporary folder.

Nothing of an installation is read or touched, and nothing is left behind. A benchmark is one file here with a `main()`:
parse with `arguments()`, work inside `with product() as place`, end with `finish(figures, options.json)`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil


@dataclass
class Place:
    """A running product: where it answers, where its data lies, and which processes serve it."""

    url: str
    database_url: str
    home: Path
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def token(self, role: str, username: str = "") -> str:
        """A new account with that role and a token for it."""
        from annotator.people.models import ApiToken, User

        user = User.objects.create_user(username or f"{role}-{secrets.token_hex(4)}", role=role)
        return ApiToken.issue(user, "benchmark")[1]

    def peak_rss_mb(self) -> float:
        """The most memory the web processes ever held, added up."""
        families = [psutil.Process(server.pid) for server in self.servers]
        members = [process for head in families for process in (head, *head.children(recursive=True))]
        return sum(map(peak_rss, members)) / 2**20


def peak_rss(process: psutil.Process) -> int:
    """Bytes: the kernel's own high-water mark where it keeps one, else what is held now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        peaks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return 1024 * int(peaks[0]) if peaks else 0
    return int(process.memory_info().rss)


@contextlib.contextmanager
def product(*, settings: Mapping[str, str] | None = None, workers: int = 0) -> Iterator[Place]:
    """The web server as `make up` runs it, on its own fresh database; `workers` adds Celery workers and beat."""
    from annotator.local.postgres import EmbeddedPostgres
    from annotator.local.programs import Plan, environment, programs, working_environment

    with EmbeddedPostgres.temporary(settings=settings or {}) as database:
        plan = Plan(
            home=database.home,
            bind="127.0.0.1",
            port=free_port(),
            reward_port=free_port(),
            with_reward=False,
            workers=workers,
            database_url=database.url,
        )
        use_django(database.home, database.url)
        inherited = {name: value for name, value in working_environment().items() if not name.startswith("TIEBREAK_")}
        place = Place(plan.url, database.url, database.home)
        try:
            for program in programs(plan):
                place.servers.append(_start(program, environment(plan, inherited), database.home))
            _wait_until_it_answers(place)
            yield place
        finally:
            from django.db import connections

            connections.close_all()
            _stop(place.servers)


def use_django(home: Path, database_url: str) -> None:
    """Set Django up in this process on the temporary home, and make the tables."""
    for name in [name for name in os.environ if name.startswith("TIEBREAK_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "annotator.settings",
        "TIEBREAK_HOME": str(home),
        "DATABASE_URL": database_url,
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(program: Any, environment: Mapping[str, str], home: Path) -> subprocess.Popen[bytes]:
    with (home / f"{program.name}.log").open("wb") as log:
        return subprocess.Popen(
            program.command, env=dict(environment), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def _wait_until_it_answers(place: Place, patience_s: float = 60) -> None:
    from annotator.local.healthy import status_of

    deadline = time.monotonic() + patience_s
    while status_of(f"{place.url}/api/v1/session") != 200:
        if any(server.poll() is not None for server in place.servers) or time.monotonic() > deadline:
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in place.home.glob("*.log"))
            sys.exit(f"The web server does not answer at {place.url}:\n{logs}")
        time.sleep(0.1)


def _stop(servers: list[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.terminate()
    for server in servers:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # whatever a server left behind in its session
        server.wait()


def arguments(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser


def finish(figures: Mapping[str, Any], path: Path | None) -> None:
    """Print the figures as a table and write them as JSON."""
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:<{width}}  {value:>14,.3f}" if isinstance(value, float) else f"{name:<{width}}  {value!s:>14}")
    if path is not None:
        path.write_text(json.dumps(dict(figures), indent=2) + "\n")
