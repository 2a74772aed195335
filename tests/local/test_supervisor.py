"""The supervisor, tried on small programs: what dies comes back, what is stopped stays away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from annotator.local.supervisor import MARK, Log, Program, Supervisor, end_leftovers, restart_delay
from tests.local.waiting import eventually, processes_of

# Writes its process id on one line, then waits; as the worker of some program would.
WAIT = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAIT
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAIT!r}]); " + WAIT


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


class Running:
    """A supervisor of test programs under one home, and what it said."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said: list[str] = []
        (home / "logs").mkdir()
        self.supervisor = Supervisor([], home=home, environment={}, say=self.said.append)

    def start(self, *programs: Program) -> None:
        self.supervisor = Supervisor(programs, home=self.home, environment=dict(os.environ), say=self.said.append)
        self.supervisor.start()

    def pids(self, name: str) -> list[int]:
        log = self.home / "logs" / f"{name}.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [int(line.rsplit(" | ", 1)[1]) for line in lines]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    run = Running(tmp_path)
    yield run
    run.supervisor.kill()


def test_a_killed_program_is_back_within_seconds(running: Running) -> None:
    running.start(Program("web", python(WAIT), stage=0))
    (first,) = eventually(lambda: running.pids("web"))
    os.kill(first, signal.SIGKILL)
    assert len(eventually(lambda: len(running.pids("web")) == 2 and running.pids("web"))) == 2
    assert running.said == ["web ended (SIGKILL); starting it again in 0.2 s"]


def test_a_killed_leash_takes_its_program_along(running: Running) -> None:
    running.start(Program("web", python(WAIT), stage=0))
    (first,) = eventually(lambda: running.pids("web"))
    leash = psutil.Process(first).parent()
    assert leash is not None
    leash.kill()
    eventually(lambda: len(running.pids("web")) == 2)
    eventually(lambda: not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE)


def test_stopping_leaves_no_process_behind_not_even_a_deaf_one(running: Running) -> None:
    running.start(
        Program("deaf", python(DEAF), stage=0, grace=0.3), Program("parent", python(WITH_CHILD), stage=1, grace=5)
    )
    eventually(lambda: len(running.pids("deaf")) == 1 and len(running.pids("parent")) == 2)
    running.supervisor.stop()
    assert processes_of(running.home) == []
    assert running.said == []


def test_programs_stop_stage_by_stage(running: Running) -> None:
    note = running.home / "order"
    code = (
        "import signal, sys, time\n"
        "def bye(*_):\n"
        "    time.sleep(0.2); open({note!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye); print(0, flush=True); time.sleep(600)"
    )
    names = {"web": 2, "worker": 1, "beat": 0}
    running.start(
        *(Program(name, python(code.format(note=str(note), name=name)), stage) for name, stage in names.items())
    )
    eventually(lambda: all(running.pids(name) for name in names))
    running.supervisor.stop()
    assert note.read_text().split() == ["beat", "worker", "web"]


OWNER = """
import os, sys, time
from pathlib import Path
from annotator.local.supervisor import Program, Supervisor
home = Path(sys.argv[1])
program = Program("web", [sys.executable, "-S", "-c", sys.argv[2]], stage=0, grace=float(sys.argv[3]))
Supervisor([program], home=home, environment=dict(os.environ), say=print).start()
time.sleep(600)
"""


@pytest.mark.parametrize("code", [WAIT, DEAF], ids=["polite", "deaf"])
def test_programs_of_a_killed_supervisor_end_by_themselves(running: Running, code: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(running.home), code, "0.3"])
    eventually(lambda: running.pids("web"))
    owner.kill()
    owner.wait()
    eventually(lambda: not processes_of(running.home))


def test_the_next_start_ends_what_is_left_of_a_killed_run(running: Running) -> None:
    subprocess.Popen(python(WAIT), env={**os.environ, MARK: str(running.home)})
    eventually(lambda: processes_of(running.home))
    assert end_leftovers(running.home, patience=0.1) == 1
    assert processes_of(running.home) == []


def test_restarts_come_later_and_later_but_never_later_than_ten_seconds() -> None:
    assert [restart_delay(deaths) for deaths in (1, 2, 3, 6, 7, 500)] == [0.2, 0.4, 0.8, 6.4, 10.0, 10.0]


def test_log_lines_carry_time_and_name_and_a_long_log_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.local.supervisor.LARGEST_LOG", 200)
    path = tmp_path / "web.log"
    with subprocess.Popen(python("for n in range(9): print('line', n)"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        Log(path, "web", say=pytest.fail).follow(process.stdout)
    last = path.read_text().splitlines()[-1]
    assert last.endswith(" web | line 8")
    assert last.startswith(time.strftime("%Y-", time.gmtime()))
    assert path.with_suffix(".log.1").exists()
    assert path.stat().st_size < 300
