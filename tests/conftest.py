"""One embedded PostgreSQL for the whole test run, real and temporary; nothing is faked below HTTP.

Four people, always the same: Alice and Bob annotate, Carol adjudicates, Olga operates.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, not broken; and what a fixture holds here is a database, which examples may share.
settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("busy")

_server: Any = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the database that tests.settings points at; each xdist worker has its own."""
    global _server  # noqa: PLW0603 - pytest's hooks share nothing else
    if config.option.help or config.option.collectonly:
        return
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return  # this process only hands the tests out
    from annotator.local.postgres import EmbeddedPostgres

    # Tests may lose their data with the machine, so their commits need not wait for the disk.
    _server = EmbeddedPostgres(Path(os.environ["TIEBREAK_HOME"]), settings={"fsync": "off"})
    _server.start()


def kill_database() -> None:
    """kill -9 the PostgreSQL server under everybody's feet; its supervisor starts it again."""
    assert _server.pid is not None
    os.kill(_server.pid, signal.SIGKILL)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.remove()
    shutil.rmtree(os.environ["TIEBREAK_HOME"], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    if os.environ.get("CI") == "true" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI=true: a skipped test is a failure.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def people(db: None) -> dict[str, Any]:
    from annotator.people.models import Role, User

    roles = {
        "alice": Role.ANNOTATOR,
        "bob": Role.ANNOTATOR,
        "carol": Role.ADJUDICATOR,
        "olga": Role.MANAGER,
        "trainer": Role.TRAINER,
    }
    return {
        name: User.objects.create_user(name, password=f"{name}-long-password", role=role)
        for name, role in roles.items()
    }


@pytest.fixture
def api(people: dict[str, Any]) -> Any:
    """`api("alice")` is an API client that acts with Alice's token."""
    from rest_framework.test import APIClient

    from annotator.people.models import ApiToken

    def client(name: str, scopes: list[str] | None = None) -> APIClient:
        _, raw = ApiToken.issue(people[name], "test", scopes)
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
        return made

    return client


@pytest.fixture
def open_campaign(people: dict[str, Any]) -> Any:
    """`open_campaign(groups=3, ...)`: a run with groups of four completions, and an open campaign asking about it."""
    from tests.factories import make_open_campaign

    def make(**options: Any) -> Any:
        return make_open_campaign(people, **options)

    return make
