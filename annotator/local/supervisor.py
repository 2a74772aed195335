"""Programs that are started together, started again when they die, and stopped in order. No Django here.

Each program runs on a leash (`leash.py`) in a session of its own and is looked after by one thread. Its output goes to
`logs/NAME.log`; what happens to it (ended, started again) is said in one short line.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psutil

from annotator.local.postgres import LEASH

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
# A program that lived this long is healthy again: its next death is answered at once.
HEALTHY_SECONDS = 20.0
LARGEST_LOG = 8 * 1024 * 1024
# Every process of an installation carries its home under this name, so that a later start can find what was left over.
MARK = "TIEBREAK_SUPERVISED"


@dataclass(frozen=True)
class Program:
    """What to run. `stage` orders the stop: lower stages first, one stage after the other."""

    name: str
    command: Sequence[str]
    stage: int
    grace: float = 8.0


def restart_delay(deaths_in_a_row: int) -> float:
    """At once the first time, then twice as long each time, and never longer than ten seconds."""
    return min(FIRST_DELAY * 2.0 ** min(deaths_in_a_row - 1, 10), LONGEST_DELAY)


class Log:
    """One program's log file: each line has a time and the program's name; one older file is kept."""

    def __init__(self, path: Path, name: str, say: Callable[[str], None]) -> None:
        self._path, self._name, self._say = path, name, say
        self._failed = False

    def follow(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            try:
                self._write(line.decode(errors="replace").rstrip())
                self._failed = False
            except OSError as error:
                # The pipe must be emptied all the same, or the program would stand still.
                if not self._failed:
                    self._say(f"{self._name}: its log cannot be written: {error.strerror}")
                self._failed = True

    def _write(self, line: str) -> None:
        if self._path.exists() and self._path.stat().st_size > LARGEST_LOG:
            self._path.replace(self._path.with_suffix(".log.1"))
        with self._path.open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z {self._name} | {line}\n")


class _Keeper:
    """Keeps one program running until told to let go."""

    def __init__(self, program: Program, environment: Mapping[str, str], log: Log, say: Callable[[str], None]) -> None:
        self.program = program
        self._environment, self._log, self._say = environment, log, say
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"keep-{program.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def retire(self) -> None:
        """From now on the program may go on, but is not started again when it ends."""
        self._stopping.set()

    def let_go(self) -> None:
        self.retire()
        with self._guard:
            process = self._process
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            process.terminate()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)
        if self._thread.is_alive() and self._process is not None:
            end_session(self._process.pid)
            self._thread.join()

    def kill(self) -> None:
        self._stopping.set()
        with self._guard:
            process = self._process
        if process is not None:
            end_session(process.pid)

    def _keep(self) -> None:
        deaths = 0
        while process := self._spawn():
            began = time.monotonic()
            code = process.wait()
            # The leash ends its program's group; when the leash itself was killed, that is left to us.
            end_session(process.pid)
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - began > HEALTHY_SECONDS else deaths + 1
            delay = restart_delay(deaths)
            where = f" (why: logs/{self.program.name}.log)" if deaths > 2 else ""
            self._say(f"{self.program.name} ended ({_how(code)}); starting it again in {delay:.1f} s{where}")
            self._stopping.wait(delay)

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        leash = [sys.executable, "-I", "-S", str(LEASH), "--grace", str(self.program.grace), "--"]
        with self._guard:
            if self._stopping.is_set():
                return None
            process = subprocess.Popen(
                [*leash, *self.program.command],
                env=dict(self._environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._process = process
        assert process.stdout is not None
        threading.Thread(target=self._log.follow, args=[process.stdout], daemon=True).start()
        return process


class Supervisor:
    """Runs `programs` until `stop`; `say` gets one short line whenever something happens to one of them."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        home: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        marked = {**environment, MARK: str(home)}
        self._keepers = [
            _Keeper(program, marked, Log(home / "logs" / f"{program.name}.log", program.name, say), say)
            for program in programs
        ]

    def start(self) -> None:
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """Stop stage by stage, each program politely first and by force after its grace."""
        for keeper in self._keepers:
            keeper.retire()
        for stage in sorted({keeper.program.stage for keeper in self._keepers}):
            together = [keeper for keeper in self._keepers if keeper.program.stage == stage]
            for keeper in together:
                keeper.let_go()
            for keeper in together:
                keeper.join(keeper.program.grace + 3)

    def kill(self) -> None:
        """Stop everything by force."""
        for keeper in self._keepers:
            keeper.kill()


def end_session(leader: int) -> None:
    """Kill what is left of the session that the leash with this process id began."""
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


def end_leftovers(home: Path, *, patience: float = 12.0) -> int:
    """Wait for what a killed supervisor of this home left running, then end it by force; say how many it was."""
    found = [process for process in psutil.process_iter() if _belongs_to(process, home)]
    _, alive = psutil.wait_procs(found, timeout=patience)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=3)
    return len(found)


def _belongs_to(process: psutil.Process, home: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return bool(process.environ().get(MARK) == str(home))
    except (psutil.Error, OSError):
        return False


def _how(code: int) -> str:
    signum = -code if code < 0 else code - 128
    with contextlib.suppress(ValueError):
        return signal.Signals(signum).name
    return f"exit code {code}"
