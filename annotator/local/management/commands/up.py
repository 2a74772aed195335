"""`manage.py up`: the whole product on this machine, from an empty folder to a login page, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError

from annotator.local.healthy import status_of
from annotator.local.home import LocalProblem, disk_problem, embedded_url, make_folder, remember_address
from annotator.local.postgres import EmbeddedPostgres
from annotator.local.programs import Plan, environment, programs, refuse_taken_port, working_environment
from annotator.local.supervisor import Supervisor, end_leftovers


class Command(BaseCommand):
    help = "Run everything on this machine: database, web, workers, reward server. Ctrl-C stops all."
    requires_system_checks = []  # the database is not up yet

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=os.environ.get("TIEBREAK_PORT", "8000"))
        parser.add_argument("--reward-port", type=_port, default=os.environ.get("TIEBREAK_REWARD_PORT", "8001"))
        # Read by manage.py before the settings are (see choose_home); listed here for --help.
        parser.add_argument("--home", help="where this installation keeps its data")
        parser.add_argument("--no-reward", action="store_true", help="do not start the reward server")
        parser.add_argument(
            "--no-example", dest="example", action="store_false", help="begin a new installation without any campaign"
        )
        parser.add_argument("--workers", type=int, default=1, help="worker processes; 0 starts no worker and no beat")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(
            home=settings.HOME,
            bind=os.environ.get("TIEBREAK_BIND", "127.0.0.1"),
            port=options["port"],
            reward_port=options["reward_port"],
            with_reward=not options["no_reward"],
            workers=options["workers"],
            database_url=settings.DATABASE_URL,
        )
        # Ctrl-C, `kill` and a closed terminal all mean the same: stop in order. A shell starts background programs with
        # Ctrl-C ignored, so it is asked for by name.
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.default_int_handler)
        try:
            self._run(plan, with_example=options["example"])
        except KeyboardInterrupt:
            self._say("stopped")
        except LocalProblem as problem:
            sys.exit(f"up: {problem}")
        except DatabaseError as error:
            if _disk_is_full(plan.home):
                sys.exit(f"up: {disk_problem(OSError(errno.ENOSPC, 'full'), plan.home)}")
            sys.exit(f"up: the database at {_without_password(plan)} refused: {str(error).strip().splitlines()[0]}")
        except OSError as error:
            sys.exit(f"up: {disk_problem(error, Path(error.filename or plan.home))}")

    def _run(self, plan: Plan, *, with_example: bool) -> None:
        with ExitStack() as stack:
            stack.enter_context(_only_one(plan.home))
            if ended := end_leftovers(plan.home):
                self._say(f"the last run was killed; {ended} processes it left have ended")
            refuse_taken_port(plan.bind, plan.port, "--port (make up PORT=...)")
            if plan.with_reward:
                refuse_taken_port(plan.bind, plan.reward_port, "--reward-port (make up REWARD_PORT=...)")
            if plan.database_url == embedded_url(plan.home):
                self._say(f"starting the database in {plan.home}")
                stack.enter_context(EmbeddedPostgres(plan.home, say=self._say))
            call_command("prepare", stdout=self.stdout)
            if plan.database_url == embedded_url(plan.home) and with_example:
                call_command("example", stdout=self.stdout)
            remember_address(plan.home, plan.url)
            supervisor = Supervisor(
                programs(plan), home=plan.home, environment=environment(plan, working_environment()), say=self._say
            )
            supervisor.start()
            try:
                self._wait_until_it_answers(plan)
                threading.Event().wait()
            finally:
                self._stop(supervisor)

    def _wait_until_it_answers(self, plan: Plan) -> None:
        waiting_since = time.monotonic()
        patience = 30.0
        while not _answers(plan.url):
            if time.monotonic() - waiting_since > patience:
                self._say(f"the web process does not answer yet; see {plan.home / 'logs' / 'web.log'}")
                patience *= 2
            time.sleep(0.1)
        self.stdout.write(f"\nTiebreak is ready: {plan.url}/   (Ctrl-C stops it; logs in {plan.home / 'logs'})\n")
        self.stdout.flush()

    def _stop(self, supervisor: Supervisor) -> None:
        self._say("stopping; press Ctrl-C again to stop at once")
        try:
            supervisor.stop()
        except KeyboardInterrupt:
            supervisor.kill()

    def _say(self, line: str) -> None:
        with suppress(OSError):  # a closed terminal must not end what is being said
            self.stdout.write(f"{time.strftime('%H:%M:%S')} {line}")
            self.stdout.flush()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use a number from 1 to 65535.")
    return int(text)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One `up` per home, also when the database is elsewhere."""
    make_folder(home / "logs")
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise LocalProblem(
                f"Tiebreak already runs in {home} (process {lock.read() or 'unknown'}): stop it first, "
                "or choose another folder with --home (make up TIEBREAK_HOME=...)."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _answers(url: str) -> bool:
    status = status_of(url + "/")
    return status is not None and (status < 500 or status == 503)  # 503: it runs, but the front end is not built


def _disk_is_full(home: Path) -> bool:
    """Whether a refusal of the database is explained by the disk: it writes its log in pieces of 16 MB."""
    disk = os.statvfs(home)
    return disk.f_bavail * disk.f_frsize < 16 * 1024 * 1024


def _without_password(plan: Plan) -> str:
    head, _, tail = plan.database_url.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.split(':')[0]}@{tail}" if head else plan.database_url
