"""The embedded database: durable, private, owned by one, and never root's."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from annotator.local.binaries import database_user
from annotator.local.home import LONGEST_SOCKET_FOLDER, LocalProblem, database_folder, make_folder, socket_folder
from annotator.local.postgres import EmbeddedPostgres
from tests.local.waiting import eventually


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary() as running:
        yield running


def rows(server: EmbeddedPostgres) -> int:
    """How many rows there are; 0 while the database does not answer."""
    try:
        with psycopg.connect(server.url) as connection:
            return int(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
    except psycopg.OperationalError:
        return 0


def test_it_speaks_unicode_on_a_private_socket_and_nowhere_else(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url) as connection:
        said = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('listen_addresses'), lower('ÄÖ'), "
            "current_setting('synchronous_commit'), current_setting('fsync')"
        ).fetchone()
    assert said == ("UTF8", "", "äö", "on", "on")
    assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_committed_rows_survive_kill_9_of_the_postmaster(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n")
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: server.pid != first and rows(server)) == 5000


def test_a_second_owner_of_the_folder_is_refused_in_one_sentence(server: EmbeddedPostgres) -> None:
    with pytest.raises(LocalProblem, match=rf"already in use by process {os.getpid()}: stop that one first") as refused:
        EmbeddedPostgres(server.home).start()
    assert "\n" not in str(refused.value)


def test_root_never_runs_the_database_itself(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    runs_as = psutil.Process(server.pid).uids().real
    unprivileged = database_user()
    assert runs_as == (unprivileged.pw_uid if unprivileged else os.geteuid())
    assert runs_as != 0


def test_several_servers_run_side_by_side(server: EmbeddedPostgres) -> None:
    with EmbeddedPostgres.temporary(settings={"fsync": "off"}) as other:
        assert other.url != server.url
        with psycopg.connect(other.url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("tiebreak",)
        pid, home = other.pid, other.home
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert not home.exists()


def test_a_server_whose_owner_and_leash_were_killed_is_taken_over() -> None:
    with EmbeddedPostgres.temporary(settings={"fsync": "off"}) as server:
        left = server.pid
        assert left is not None
        leash = psutil.Process(left).parent()
        assert leash is not None
        leash.kill()
        assert eventually(lambda: server.pid not in {None, left} and server._refusal() is None)
        assert not psutil.pid_exists(left)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("initdb: error: could not write file: No space left on device", "is full; free some space"),
        ("FATAL:  database files are incompatible with server", "was made by another PostgreSQL version"),
        ("LOG:  starting\nFATAL:  could not map memory\nLOG:  bye", "FATAL:  could not map memory"),
    ],
)
def test_a_failed_start_is_one_sentence(said: str, sentence: str, tmp_path: Path) -> None:
    problem = str(EmbeddedPostgres(tmp_path)._problem(said))
    assert sentence in problem
    assert "\n" not in problem


def test_a_deep_home_still_gets_a_socket_path_that_fits() -> None:
    deep = Path("/srv", "x" * 60, "y" * 60)
    assert len(str(socket_folder(deep))) <= LONGEST_SOCKET_FOLDER
    assert socket_folder(deep) == socket_folder(deep)
    assert socket_folder(deep) != socket_folder(deep / "other")


def test_only_root_with_a_private_home_keeps_the_database_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = make_folder(tmp_path / "private", 0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert database_folder(private) == private / "database"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not database_folder(private).is_relative_to(private)
