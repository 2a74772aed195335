"""Where an installation keeps its own files, and how to reach the embedded database from there. No Django here."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from pathlib import Path
from urllib.parse import quote

from annotator.errors import TiebreakError

# A Unix socket's whole path must fit in about 107 bytes; PostgreSQL adds "/.s.PGSQL.5432" and a lock beside it.
LONGEST_SOCKET_FOLDER = 85
# Fixed, not $TMPDIR: every process of an installation must compute the same place, whatever shell started it.
SHORT_FOLDER = Path("/tmp")  # noqa: S108  (what we put there is 0700 and its owner is checked)
# Only used by root: where the database's unprivileged user can reach files when it cannot reach `home`.
SYSTEM_FOLDER = Path("/var/lib/tiebreak")
USUAL_ADDRESS = "http://127.0.0.1:8000"


class LocalProblem(TiebreakError):
    """This machine cannot run the product as asked; the message is one sentence that says what to change."""

    code = "local_problem"


def choose_home(arguments: list[str]) -> None:
    """Let `manage.py up --home FOLDER` decide before the settings are read, which already make files in the home."""
    for index, argument in enumerate(arguments[2:] if arguments[1:2] == ["up"] else [], start=2):
        name, equals, value = argument.partition("=")
        if name == "--home" and (equals or arguments[index + 1 :]):
            os.environ["TIEBREAK_HOME"] = str(Path(value if equals else arguments[index + 1]).resolve())


def disk_problem(error: OSError, path: Path) -> LocalProblem:
    """One sentence for an operating-system error about `path`; a full disk is named as such."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return LocalProblem(f"The disk that holds {path} is full; free some space and start again.", path=str(path))
    return LocalProblem(f"{path} cannot be used: {error.strerror or error}.", path=str(path))


def make_folder(folder: Path, mode: int = 0o755) -> Path:
    """Make `folder` and its missing parents with exactly `mode`, whatever the umask; what exists is left as it is."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    try:
        for part in reversed(missing):
            part.mkdir(exist_ok=True)
            part.chmod(mode)
    except OSError as error:
        raise disk_problem(error, folder) from error
    return folder


def reachable_by_others(path: Path) -> bool:
    """Whether an unprivileged user may pass through every existing folder on the way to `path`, and enter it."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents) if part.exists())


def database_folder(home: Path) -> Path:
    """Where the embedded database lives: inside `home`, except for root with a private `home`.

    PostgreSQL refuses to run as root, and the user it runs as instead could not reach, say, `/root/tiebreak`. Nobody's
    private folders are opened up for that; the database goes to a system folder, and `home/database` links to it.
    """
    if os.geteuid() != 0 or reachable_by_others(home):
        return home / "database"
    throwaway = home.is_relative_to(SHORT_FOLDER)
    return SHORT_FOLDER / f"tiebreak-database-{_tag(home)}" if throwaway else SYSTEM_FOLDER / _tag(home)


def socket_folder(home: Path) -> Path:
    """The embedded database's socket folder: beside its data, or a short private one when that path is too long."""
    inside = database_folder(home) / "run"
    if len(os.fsencode(str(inside))) <= LONGEST_SOCKET_FOLDER:
        return inside
    return SHORT_FOLDER / f"tiebreak-{os.getuid()}-{_tag(home)}"


def embedded_url(home: Path) -> str:
    """The URL of the embedded database under `home`; it listens on a Unix socket only."""
    return f"postgresql://tiebreak@/tiebreak?host={quote(str(socket_folder(home)), safe='')}"


def read_or_make_secret(home: Path) -> str:
    """The installation's secret key; made on first use, readable by its owner only."""
    path = home / "secret_key"
    try:
        if not path.exists():
            _make_secret(path)
        return path.read_text()
    except OSError as error:
        raise disk_problem(error, path) from error


def remember_address(home: Path, url: str) -> None:
    """Write down where this installation answers, for commands in another terminal."""
    (home / "address").write_text(f"{url}\n")


def remembered_address(home: Path) -> str:
    """Where the last `up` of this home answered; the usual address before the first one."""
    try:
        return (home / "address").read_text().strip() or USUAL_ADDRESS
    except OSError:
        return USUAL_ADDRESS


def _make_secret(path: Path) -> None:
    make_folder(path.parent)
    temporary = path.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(50))
        os.link(temporary, path)  # atomic: of two first starts, one secret wins and both use it
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def _tag(home: Path) -> str:
    return hashlib.sha256(os.fsencode(str(home))).hexdigest()[:12]
