"""What one machine runs: web, workers, beat and the reward server, with the environment they share."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from annotator.local.home import LocalProblem
from annotator.local.supervisor import Program

# Stages of the stop: nothing starts new work, then work ends, then the doors close.
BEAT, WORKERS, REWARD, WEB = range(4)


@dataclass(frozen=True)
class Plan:
    """The choices of one `up`."""

    home: Path
    bind: str
    port: int
    reward_port: int
    with_reward: bool
    workers: int
    database_url: str

    @property
    def url(self) -> str:
        return f"http://{_own_address(self.bind)}:{self.port}"

    @property
    def reward_url(self) -> str:
        return f"http://{_own_address(self.bind)}:{self.reward_port}"


def programs(plan: Plan) -> list[Program]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "training_bridge.celery_app"]
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    listed = [
        Program(
            "web",
            [
                *[*python, "granian", "--interface", "wsgi", "--no-ws", "--host", plan.bind, "--port", str(plan.port)],
                # Two processes for two cores; threads wait for the database, not for the processor.
                *["--workers", "2", "--blocking-threads", "8"],
                *["--respawn-failed-workers", "--workers-kill-timeout", "5", "annotator.wsgi:application"],
            ],
            WEB,
        )
    ]
    if plan.workers:
        listed += [
            Program("queue", [*python, "django", "keep_queues"], WORKERS),
            Program(
                "worker",
                [*celery, "worker", "-n", "worker@%h", "-Q", "default", "-c", str(plan.workers), *quiet],
                WORKERS,
            ),
            # A training job waits for its subprocess most of the time, so three may wait side by side.
            Program("trainer", [*celery, "worker", "-n", "trainer@%h", "-Q", "train", "-c", "3", *quiet], WORKERS),
            Program("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "-s", str(plan.home / "beat")], BEAT),
        ]
    if plan.with_reward:
        server = ["uvicorn", "training_bridge.reward_server:app", "--host", plan.bind, "--port", str(plan.reward_port)]
        listed.append(Program("reward", [*python, *server, "--timeout-graceful-shutdown", "5"], REWARD))
    return listed


def environment(plan: Plan, outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of every program: ours on top of the shell's."""
    shared = {
        "DJANGO_SETTINGS_MODULE": "annotator.settings",
        "DATABASE_URL": plan.database_url,
        "TIEBREAK_HOME": str(plan.home),
        "TIEBREAK_URL": plan.url,
        "TIEBREAK_PORT": str(plan.port),
        "TIEBREAK_REWARD_PORT": str(plan.reward_port),
        "PYTHONUNBUFFERED": "1",
        # One thread per process unless told otherwise: two cores are shared by everything here.
        "OMP_NUM_THREADS": outside.get("OMP_NUM_THREADS", outside.get("TIEBREAK_TORCH_THREADS", "1")),
    }
    if plan.with_reward:
        shared["TIEBREAK_REWARD_URL"] = plan.reward_url
    return {**outside, **shared}


def refuse_taken_port(bind: str, port: int, option: str) -> None:
    """Refuse a port that cannot be listened on before anything is started, and say how to choose another."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise LocalProblem(f"TIEBREAK_BIND={bind!r} is no address of this machine: {error.strerror}.") from error
    except OSError as error:
        wrong = {
            errno.EADDRINUSE: "is taken by another program",
            errno.EACCES: "needs administrator rights",
            errno.EADDRNOTAVAIL: "is not on an address of this machine",
        }.get(error.errno or 0, f"cannot be used ({error.strerror})")
        raise LocalProblem(f"Port {port} on {bind} {wrong}: choose another with {option}.") from error


def _own_address(bind: str) -> str:
    """An address at which this machine reaches itself."""
    if bind in {"0.0.0.0", "::", ""}:  # noqa: S104  (a comparison)
        return "127.0.0.1"
    return f"[{bind}]" if ":" in bind else bind


def base_folder() -> Path:
    return Path(__file__).resolve().parent.parent.parent


def working_environment() -> dict[str, str]:
    """The shell's environment, with the source tree importable wherever `up` was started."""
    path = os.pathsep.join(part for part in (str(base_folder()), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path}
