"""The embedded PostgreSQL: made on first use, one owner per data folder, started again whenever it dies.

It listens on a Unix socket in a private folder and nowhere else. The server is our child on a leash (`leash.py`), so it
never outlives us; nothing here needs Django, and tests and benchmarks use it with temporary homes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

from annotator.local.binaries import binaries, database_user
from annotator.local.home import (
    SHORT_FOLDER,
    LocalProblem,
    database_folder,
    disk_problem,
    embedded_url,
    make_folder,
    socket_folder,
)

LEASH = Path(__file__).with_name("leash.py")
READY_SECONDS = 120.0  # a long crash recovery included
STOP_SECONDS = 30.0
LONGEST_DELAY = 10.0
LARGEST_LOG = 8 * 1024 * 1024

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # Sized for two cores and a few GiB next to a trainer; a bigger machine brings its own server by DATABASE_URL.
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    # Nothing acknowledged may be lost, so every commit waits for the disk.
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    # Queue tables turn over quickly; vacuum must keep up with them.
    "autovacuum_naptime": "15s",
}
FULL_DISK = ("No space left on device", "Check free disk space")
# What a start says for a moment after a kill -9, while the old server's children are still going away.
PASSING = ("pre-existing shared memory block", 'lock file "postmaster.pid"')


class EmbeddedPostgres:
    """One PostgreSQL server under `home`. `settings` adds to or replaces the defaults; `say` hears of every restart."""

    def __init__(
        self, home: Path, *, settings: Mapping[str, str] | None = None, say: Callable[[str], None] | None = None
    ) -> None:
        self.home = home.absolute()
        self.folder = database_folder(self.home)
        self.data = self.folder / "data"
        self.sockets = socket_folder(self.home)
        self.log = self.home / "logs" / "database.log"
        self.url = embedded_url(self.home)
        self._settings = {**SETTINGS, **(settings or {}), "unix_socket_directories": str(self.sockets)}
        self._say = say or (lambda line: None)
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._lock: int | None = None

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, **options: Any) -> Iterator[Self]:
        """A server in a new folder, gone afterwards with all its data: for tests and benchmarks."""
        home = Path(tempfile.mkdtemp(prefix="tiebreak-", dir=SHORT_FOLDER))
        home.chmod(0o711)  # the database's user must pass through when we are root
        server = cls(home, **options)
        try:
            with server:
                yield server
        finally:
            server.remove()

    @property
    def pid(self) -> int | None:
        """The process id of the running server (the postmaster), if there is one."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        return None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Own the folder, make the database if there is none, and return when it answers; else `LocalProblem`."""
        self._stopping.clear()
        self._make_folders()
        self._take_lock()
        try:
            self._initialise()
            self._launch()
            self._create_database()
        except BaseException:
            self.stop()
            raise
        self._keeper = threading.Thread(target=self._keep_alive, name="database-keeper", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Stop fast but cleanly: open transactions are rolled back, nothing committed is lost."""
        self._stopping.set()
        with self._guard:
            process = self._process
        if process is not None:
            _let_go(process)
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Stop the server and delete its home with all data."""
        self.stop()
        for folder in (self.folder, self.sockets, self.home):
            shutil.rmtree(folder, ignore_errors=True)

    def _make_folders(self) -> None:
        make_folder(self.log.parent)
        make_folder(self.folder)
        make_folder(self.sockets, 0o700)
        try:
            link = self.home / "database"
            if link != self.folder and not link.exists():
                link.symlink_to(self.folder)
            self._refuse_foreign(self.sockets)
            self.sockets.chmod(0o700)
            self._give(self.sockets)
        except OSError as error:
            raise disk_problem(error, self.sockets) from error

    def _give(self, path: Path) -> None:
        """Hand one of our own folders to the user the database runs as."""
        if user := database_user():
            os.chown(path, user.pw_uid, user.pw_gid)

    def _refuse_foreign(self, path: Path) -> None:
        """A short socket folder lies where everybody may write: one that somebody else made first is not ours."""
        user = database_user()
        owner = path.lstat().st_uid
        if path.is_symlink() or owner not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
            raise LocalProblem(f"{path} belongs to somebody else: remove it, or choose a shorter --home.")

    def _take_lock(self) -> None:
        path = self.folder / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise disk_problem(error, path) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(descriptor, 20).decode() or "unknown"
            os.close(descriptor)
            raise LocalProblem(
                f"The data folder {self.home} is already in use by process {owner}: stop that one first, "
                "or choose another folder with --home (or TIEBREAK_HOME)."
            ) from error
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._lock = descriptor

    def _initialise(self) -> None:
        """Make the data folder aside and rename it: a folder called `data` is always a whole one."""
        if self.data.exists():
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        make_folder(fresh, 0o700)
        self._give(fresh)
        command = [str(binaries() / "initdb"), "-D", str(fresh), "-U", "tiebreak", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-sync"] if self._settings.get("fsync") == "off" else []
        # Not subprocess.run: it closes standard input at once, and to the leash that means "stop".
        with subprocess.Popen(
            self._leashed(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self._surroundings(),
        ) as process:
            assert process.stdout is not None
            said = process.stdout.read().decode(errors="replace")
            failed = process.wait() != 0
        if failed:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._problem(said)
        fresh.rename(self.data)

    def _leashed(self, command: list[str]) -> list[str]:
        user = database_user()
        identity = ["--user", user.pw_name] if user else []
        leash = [sys.executable, "-I", "-S", str(LEASH), "--signal", "INT", "--grace", str(STOP_SECONDS)]
        return [*leash, *identity, "--", *command]

    def _surroundings(self) -> dict[str, Any]:
        # A clean environment: PGDATA, PGOPTIONS and locales of the shell must not change the server. The working
        # directory must be one that the database's user can enter.
        return {"env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, "cwd": self.folder, "start_new_session": True}

    def _launch(self) -> None:
        """Start the server and wait until it answers; for a moment after a kill -9 a start fails, so it is retried."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            self._end_leftover()
            said = self._launch_once(deadline)
            if said is None or self._stopping.is_set():
                return
            if not any(sign in said for sign in PASSING) or time.monotonic() > deadline:
                raise self._problem(said)
            self._stopping.wait(0.2)

    def _launch_once(self, deadline: float) -> str | None:
        """None when the server answers; else what it said before it ended."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = self._leashed([str(binaries() / "postgres"), "-D", str(self.data), *options])
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self._guard, self.log.open("ab") as log:
            if self._stopping.is_set():
                return None
            begin = log.tell()
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, **self._surroundings())
            self._process = process
        while process.poll() is None:
            refusal = self._refusal()
            if refusal is None:
                return None
            if any(sign in refusal for sign in FULL_DISK) or time.monotonic() > deadline:
                _let_go(process)
                return refusal
            time.sleep(0.03)
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    def _refusal(self) -> str | None:
        """None when the server lets us in (or is merely crowded after a restart), else why not."""
        try:
            psycopg.connect(self.url, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError as error:
            return None if "too many clients" in str(error) else str(error)
        return None

    def _create_database(self) -> None:
        try:
            with psycopg.connect(self.url, dbname="postgres", autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tiebreak'").fetchone():
                    connection.execute("CREATE DATABASE tiebreak")
        except psycopg.Error as error:
            raise self._problem(f"error: {error}") from error

    def _end_leftover(self) -> None:
        """End a server whose owner and leash were both killed; we hold the lock, so it is nobody's any more."""
        pid = self.pid
        if pid is None:
            return
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                # A number in a file may belong to a stranger by now; the server's working directory is its data folder.
                if process.status() == psutil.STATUS_ZOMBIE or Path(process.cwd()) != self.data.resolve():
                    return
                process.send_signal(sign)
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(10)
                    return

    def _keep_alive(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            assert self._process is not None
            self._process.wait()
            if self._stopping.is_set():
                return
            self._say("the database ended; starting it again")
            try:
                self._launch()
                delay = 0.1
            except (LocalProblem, OSError) as problem:
                self._say(str(problem))
                self._stopping.wait(delay)
                delay = min(2 * delay, LONGEST_DELAY)

    def _problem(self, said: str) -> LocalProblem:
        if any(sign in said for sign in FULL_DISK):
            return LocalProblem(f"The disk that holds {self.folder} is full; free some space and start again.")
        if "database files are incompatible with server" in said:
            return LocalProblem(
                f"{self.data} was made by another PostgreSQL version: move it away, or set DATABASE_URL."
            )
        telling = [line for line in said.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error:"))]
        last = (telling or said.strip().splitlines() or ["it said nothing"])[-1]
        return LocalProblem(f"PostgreSQL does not start in {self.folder}: {last.strip()} (more in {self.log}).")


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Tell the leash to stop the server, and wait for it."""
    if process.stdin is not None:
        process.stdin.close()
    # The signal too: a process that somebody forked from us may still hold the pipe open.
    process.terminate()
    try:
        process.wait(STOP_SECONDS + 5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
