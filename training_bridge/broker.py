"""The queue lives in the same PostgreSQL unless CELERY_BROKER_URL says otherwise. The database remembers; Celery only
wakes: losing every message loses nothing but a few seconds."""

from __future__ import annotations

from importlib import resources
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

INSTALL_LOCK = 7_105_118  # any fixed number; two processes that start at once install once


def settings_for(database_url: str, broker_url: str) -> dict[str, Any]:
    """Celery's broker settings for a URL, or for the database itself when the URL is empty."""
    if broker_url:
        # Our jobs take the row's lease and are acknowledged early, so a short timeout redelivers without running twice.
        redis = {"visibility_timeout": 120, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
        return {"broker_url": broker_url, "broker_transport_options": redis if broker_url.startswith("redis") else {}}
    options = {
        "conn_string": queue_conninfo(database_url),
        "init_extension": False,  # its SQL needs no extension; install() runs it
        "visibility_timeout": 120,  # a dead worker's messages come back after this; our jobs are woken sooner by sweeps
        "wait_time_seconds": 0,
        "polling_interval": 0.5,  # idle workers ask twice a second; people never wait for a job
        "pool_size": 2,
    }
    return {"broker_url": "pgmq://", "broker_transport_options": options}


def queue_conninfo(database_url: str) -> str:
    """The same connection in the one form the queue's client reads whole.

    It ignores a URL's query, so a socket folder or `sslmode` would be lost, and it puts the values it has read unquoted
    into a new string, so they are quoted here beforehand.
    """
    parts = {
        "host": "localhost",
        "port": 5432,
        "user": "postgres",
        "dbname": "postgres",
        **conninfo_to_dict(database_url),
    }
    quoted = {name: _quote(str(parts.pop(name))) for name in ("host", "port", "dbname", "user")}
    # The password comes last in the client's string, so whatever else there is can follow it.
    rest = [f"{name}={_quote(str(value))}" for name, value in parts.items() if name != "password"]
    quoted["password"] = " ".join([_quote(str(parts.get("password") or "")), *rest])
    return make_conninfo(**quoted)


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def install(database_url: str) -> None:
    """Create the queue's schema once, from the SQL its package ships."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [INSTALL_LOCK])
        if connection.execute("SELECT to_regnamespace('pgmq')").fetchone() == (None,):
            sql = resources.files("pgmq").joinpath("sql", "pgmq.sql").read_text()
            with connection.transaction():
                connection.execute(sql.encode())
