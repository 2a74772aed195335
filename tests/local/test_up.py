"""`make` and `manage.py up`, as a new user meets them: real processes on free ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from annotator.local.healthy import status_of
from annotator.local.home import remembered_address
from tests.local.waiting import eventually, free_port, processes_of

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Up:
    """One `manage.py up` under a temporary home; what it printed is in `printed`."""

    def __init__(self, home: Path, *options: str) -> None:
        ours = ("TIEBREAK_", "DATABASE_URL", "DJANGO_", "CELERY_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._output = home.with_suffix(".txt")
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--home", str(home), *options],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def wait(self) -> int:
        return self.process.wait(180)


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: the database of a run by root must reach it, and its path must be short.
    folder = Path(tempfile.mkdtemp(prefix="tiebreak-up-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "home"
    for process in processes_of(folder / "home"):
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_up_serves_heals_stops_cleanly_and_resumes(home: Path) -> None:
    port = free_port()
    small = ["--port", str(port), "--workers", "0", "--no-reward"]
    first = Up(home, *small)
    eventually(lambda: f"Tiebreak is ready: http://127.0.0.1:{port}/" in first.printed)
    secrets = re.findall(r"^  (\w+).* (\S{12,})$", first.printed, re.MULTILINE)
    assert [role for role, _ in secrets] == ["admin", "manager", "adjudicator", "annotator", "annotator", "trainer"]

    assert "Something to judge at once: sign in as alice (40 labels)." in first.printed
    assert remembered_address(home) == f"http://127.0.0.1:{port}", "where commands in another terminal look"

    web = next(process for process in processes_of(home) if "granian" in " ".join(process.cmdline()[:4]))
    web.kill()
    eventually(lambda: status_of(f"http://127.0.0.1:{port}/api/v1/session") == 200 and not web.is_running())
    second = Up(home, "--port", str(free_port()))
    assert second.wait() == 1
    assert f"already runs in {home} (process {first.process.pid})" in second.printed

    database = psutil.Process(int((home / "database" / "data" / "postmaster.pid").read_text().split()[0]))
    first.process.send_signal(signal.SIGINT)
    assert first.wait() == 0
    assert processes_of(home) == []
    assert not database.is_running()
    everything = b"".join(path.read_bytes() for path in (home / "logs").iterdir())
    assert not any(secret.encode() in everything for _, secret in secrets)

    again = Up(home, *small)
    eventually(lambda: "Tiebreak is ready" in again.printed)
    assert "First start" not in again.printed and "at once" not in again.printed
    again.process.send_signal(signal.SIGTERM)
    assert again.wait() == 0


def test_a_taken_port_is_one_sentence_that_says_how_to_choose_another(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = Up(home, "--port", str(port))
        assert refused.wait() == 1
    assert refused.printed == (
        f"up: Port {port} on 127.0.0.1 is taken by another program: choose another with --port (make up PORT=...).\n"
    )
    assert not (home / "database").exists()


def test_an_unusable_home_is_one_sentence(home: Path) -> None:
    home.write_text("a file where the folder should be")
    refused = Up(home)
    assert refused.wait() == 1
    assert refused.printed.startswith("manage.py: ")
    assert refused.printed.count("\n") == 1


def test_make_alone_prints_help() -> None:
    printed = subprocess.run(["make"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for line in ("Use it", "make setup", "make up", "make demo", "make test", "make lint", "make bench"):
        assert line in printed
