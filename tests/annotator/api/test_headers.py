"""Every answer carries the headers that keep a page ours: whoever asks, whatever comes of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from .test_access import ALLOWED, give_back

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGES = [
    "/",
    "/judge",
    "/invite",
    "/api",
    "/no/../where",
    "/favicon.svg",
    "/static/nowhere.js",
    "/assets/nowhere.js",
    "/api/v1/schema",
    "/api/v1/session",
    "/api/v1/nowhere",
    "/api/v1/sso/start",
    "/api/v1/sso/callback",
]


def check(answer):
    policy = answer["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe-eval" not in policy and "script-src 'self';" in policy
    for name, value in ALWAYS.items():
        assert answer[name] == value, name
    assert "camera=()" in answer["Permissions-Policy"]
    assert "X-Powered-By" not in answer


@pytest.mark.parametrize("path", PAGES)
def test_pages_files_and_refusals_carry_them(client, path):
    check(client.get(path))


def test_so_does_everything_the_api_says_and_no_cache_keeps_it(people, open_campaign):
    open_campaign()
    client = Client()
    client.force_login(people["olga"])
    for path in ALLOWED:
        answer = client.get(path)
        give_back(answer)
        check(answer)
        assert answer["Cache-Control"] == "no-store", path


def test_a_host_nobody_configured_and_a_bug_carry_them_too(client, monkeypatch):
    forged = client.get("/", headers={"host": "evil.example"})
    assert forged.status_code == 400
    check(forged)
    client.raise_request_exception = False
    monkeypatch.setattr("annotator.api.session._body", lambda user: 1 / 0)
    broken = client.get("/api/v1/session")
    assert broken.status_code == 500 and broken.json()["code"] == "server_error"
    check(broken)


def test_over_https_browsers_are_told_to_stay_there(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    moved = client.get("/judge", headers={"host": "localhost"})
    assert (moved.status_code, moved["Location"]) == (301, "https://localhost/judge")
    check(moved)
    stays = client.get("/judge", secure=True)
    assert stays["Strict-Transport-Security"] == "max-age=31536000"


def started(tmp_path, **given):
    """What Django's own check for production says of our settings, in a process of its own."""
    environment = {**os.environ, "TIEBREAK_HOME": str(tmp_path), "DATABASE_URL": "postgresql://x@localhost/x", **given}
    for ours in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):  # the test run's own
        environment.pop(ours, None)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_for_production_have_no_default_secret_and_pass_djangos_check(tmp_path):
    good = started(tmp_path, TIEBREAK_HTTPS="1", TIEBREAK_BEHIND_PROXY="1")
    assert good.returncode == 0 and "no issues" in good.stdout + good.stderr, good.stderr
    made = tmp_path / "secret_key"
    assert len(made.read_text()) >= 50 and made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TIEBREAK_SECRET_KEY": "changeme"}, "can be guessed"),
        ({"TIEBREAK_SECRET_KEY": "a" * 64}, "can be guessed"),
        ({"TIEBREAK_HTTPS": "1", "TIEBREAK_DEBUG": "1"}, "not together"),
        ({"TIEBREAK_HTTPS": "maybe"}, "use 1 or 0"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused_at_the_start(tmp_path, given, said):
    bad = started(tmp_path, **given)
    assert bad.returncode != 0 and said in bad.stderr
