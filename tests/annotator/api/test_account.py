"""One's own account: a password by the rules, browsers that can be signed out, tokens that are shown once."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from annotator.people.models import ApiToken, AuditEntry, BrowserSession

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"
OLD, NEW = "alice-long-password", "correct horse battery staple"


@pytest.fixture
def browser(people):
    """`browser("alice")`: signed in over HTTP, with CSRF enforced as in real life."""

    def sign_in(name, **extra):
        client = APIClient(enforce_csrf_checks=True, **extra)
        client.get(SESSION)
        answer = client.post(
            SESSION,
            {"username": name, "password": f"{name}-long-password"},
            format="json",
            HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value,
        )
        assert answer.status_code == 200, answer.content
        client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value)
        return client

    return sign_in


def who(client):
    user = client.get(SESSION).json()["user"]
    return user and user["username"]


def change(client, current, new):
    return client.post("/api/v1/account/password", {"current": current, "new": new}, format="json")


def test_a_new_password_works_and_signs_out_every_other_browser(browser, people):
    here, there = browser("alice"), browser("alice")
    assert change(here, OLD, NEW).status_code == 204
    assert (who(here), who(there)) == ("alice", None)
    people["alice"].refresh_from_db()
    assert people["alice"].check_password(NEW)
    assert AuditEntry.objects.filter(kind="person.password_changed", about_name="alice").count() == 1


@pytest.mark.parametrize("weak", ["short", "eleven char", "password1234", "123456789012", "nul\x00" * 6])
def test_a_weak_password_is_refused_with_a_reason_and_the_old_one_stays(browser, people, weak):
    answer = change(browser("alice"), OLD, weak)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"weak_password", "invalid_input"}
    people["alice"].refresh_from_db()
    assert people["alice"].check_password(OLD)


def test_the_current_password_is_needed_and_cannot_be_found_out_by_trying(browser):
    alice = browser("alice")
    for _ in range(10):
        answer = change(alice, "a guess at it", NEW)
        assert (answer.status_code, answer.json()["context"]["reason"]) == (403, "wrong_password")
    assert change(alice, OLD, NEW).status_code == 429
    assert who(alice) == "alice"


def test_an_account_without_a_password_gets_none_this_way(browser, people):
    alice = Client()
    people["alice"].set_unusable_password()
    people["alice"].save()
    alice.force_login(people["alice"])
    assert alice.get(SESSION).json()["user"]["has_password"] is False
    answer = alice.post("/api/v1/account/password", {"current": "", "new": NEW}, content_type="application/json")
    assert answer.status_code in (400, 403)


def test_people_see_their_browsers_and_nobody_elses_and_no_session_key(browser):
    here = browser("alice", HTTP_USER_AGENT="Firefox at home")
    browser("alice", HTTP_USER_AGENT="x" * 500)
    browser("bob")
    listed = here.get("/api/v1/account/sessions").json()["results"]
    assert sorted((one["this"], one["agent"][:7], len(one["agent"])) for one in listed) == [
        (False, "xxxxxxx", 300),
        (True, "Firefox", 15),
    ]
    keys = BrowserSession.objects.values_list("session_key", flat=True)
    assert not any(key in str(listed) for key in keys)


def test_one_browser_or_all_others_can_be_signed_out(browser):
    here, there, elsewhere, bob = browser("alice"), browser("alice"), browser("alice"), browser("bob")
    (of_bob,) = bob.get("/api/v1/account/sessions").json()["results"]
    assert here.delete(f"/api/v1/account/sessions/{of_bob['id']}").status_code == 404
    mine = there.get("/api/v1/account/sessions").json()["results"]
    (its_id,) = [one["id"] for one in mine if one["this"]]
    assert here.delete(f"/api/v1/account/sessions/{its_id}").status_code == 204
    assert who(there) is None
    assert here.delete("/api/v1/account/sessions").json() == {"ended": 1}
    assert (who(here), who(elsewhere), who(bob)) == ("alice", None, "bob")


def test_a_token_is_shown_once_does_what_was_chosen_and_ends_when_its_owner_says(browser):
    olga = browser("olga")
    made = olga.post("/api/v1/account/tokens", {"name": "notebook", "scopes": ["rewards:read"]}, format="json")
    assert made.status_code == 201
    raw = made.json()["token"]
    listed = olga.get("/api/v1/account/tokens").json()["results"]
    assert [(one["name"], one["scopes"]) for one in listed] == [("notebook", ["rewards:read"])]
    assert raw not in str(listed) + str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    assert caller.get("/api/v1/reward-models").status_code == 200
    assert caller.get("/api/v1/jobs").status_code == 403
    assert caller.get("/api/v1/account/tokens").status_code == 401, "a token makes no tokens"
    assert browser("bob").delete(f"/api/v1/account/tokens/{listed[0]['id']}").status_code == 404
    assert olga.delete(f"/api/v1/account/tokens/{listed[0]['id']}").status_code == 204
    assert caller.get("/api/v1/reward-models").status_code == 401
    assert olga.delete(f"/api/v1/account/tokens/{listed[0]['id']}").status_code == 404
    kinds = AuditEntry.objects.filter(about="token").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["token.made", "token.revoked"]


def make_token(client, **body):
    return client.post("/api/v1/account/tokens", {"name": "x", "scopes": ["rewards:read"], **body}, format="json")


def bearer(raw):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    return client


def test_a_token_ends_after_ninety_days_unless_its_owner_says_otherwise(browser):
    olga, now = browser("olga"), timezone.now()
    for body, days in [({}, 90), ({"days": 7}, 7), ({"days": 365}, 365), ({"scopes": ["manage"]}, 90)]:
        ends = datetime.fromisoformat(make_token(olga, **body).json()["expires_at"])
        assert abs(ends - now - timedelta(days=days)) < timedelta(minutes=1), body
    assert make_token(olga, days=None).json()["expires_at"] is None, "what only reads rewards may have no end"


@pytest.mark.parametrize(
    "body", [{"days": 0}, {"days": 366}, {"days": -1}, {"days": "x"}, {"days": None, "scopes": ["manage"]},
             {"days": None, "scopes": ["rewards:read", "manage"]}],
)  # fmt: skip
def test_a_token_that_acts_as_a_person_has_an_end_within_a_year(browser, body):
    assert make_token(browser("olga"), **body).status_code == 400
    assert not ApiToken.objects.exists()


def test_an_expired_token_is_refused_with_its_date_and_no_longer_counts(browser, people):
    olga = browser("olga")
    raw = make_token(olga, days=7).json()["token"]
    assert bearer(raw).get("/api/v1/reward-models").status_code == 200
    ended = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.update(expires_at=ended)
    answer = bearer(raw).get("/api/v1/reward-models")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert f"expired on {ended:%Y-%m-%d}" in answer.json()["message"]
    assert answer.json()["context"] == {"expired_at": ended.isoformat(timespec="seconds")}
    assert answer["WWW-Authenticate"] == "Bearer"
    (listed,) = olga.get("/api/v1/account/tokens").json()["results"]
    assert listed["expires_at"] is not None, "its owner still sees what ended"
    ApiToken.objects.bulk_create(
        ApiToken(user=people["olga"], name="x", digest=f"{n:064}", scopes=["manage"], expires_at=ended)
        for n in range(50)
    )
    assert make_token(olga).status_code == 201, "fifty that ended are not fifty too many"


def test_a_token_says_when_it_was_last_used_to_some_minutes(browser):
    olga = browser("olga")
    raw = make_token(olga).json()["token"]
    used = lambda: ApiToken.objects.get().last_used_at  # noqa: E731
    assert used() is None
    bearer(raw).get("/api/v1/reward-models")
    first = used()
    assert first is not None
    bearer(raw).get("/api/v1/reward-models")
    assert used() == first, "not at every call"
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=6))
    bearer(raw).get("/api/v1/reward-models")
    assert used() >= first


def test_what_is_made_on_record_names_the_end_and_never_the_secret(browser):
    raw = make_token(browser("olga"), days=30).json()["token"]
    (entry,) = AuditEntry.objects.filter(kind="token.made")
    assert entry.new["scopes"] == ["rewards:read"] and entry.new["owner"] == "olga"
    assert datetime.fromisoformat(entry.new["expires_at"]) > timezone.now() + timedelta(days=29)
    assert raw not in str(entry.__dict__)


@pytest.mark.parametrize(
    ("name", "scopes"), [("x", ["manage"]), ("x", []), ("", ["annotate"]), ("x", ["fly"]), ("x" * 101, ["annotate"])]
)
def test_a_token_wider_than_its_owner_or_without_a_name_is_refused(browser, name, scopes):
    answer = browser("alice").post("/api/v1/account/tokens", {"name": name, "scopes": scopes}, format="json")
    assert answer.status_code == 400
    assert not ApiToken.objects.exists()


def test_fifty_tokens_are_enough(browser, people):
    ApiToken.objects.bulk_create(
        ApiToken(user=people["alice"], name="x", digest=f"{n:064}", scopes=["annotate"]) for n in range(50)
    )
    answer = browser("alice").post("/api/v1/account/tokens", {"name": "x", "scopes": ["annotate"]}, format="json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/account/password"),
        ("delete", "/api/v1/account/sessions"),
        ("post", "/api/v1/account/tokens"),
        ("delete", "/api/v1/session"),
        ("post", "/api/v1/invitations/accept"),
        ("post", "/api/v1/invitations/look"),
    ],
)
def test_a_form_on_another_site_does_nothing(browser, method, path):
    alice = browser("alice")
    alice.credentials()
    answer = getattr(alice, method)(path, {}, format="json")
    assert answer.status_code == 403 and "CSRF" in answer.json()["message"]
    assert who(alice) == "alice"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(browser):
    cookies = browser("alice").cookies
    assert cookies["sessionid"]["httponly"] and cookies["sessionid"]["samesite"] == "Lax"
    assert cookies["csrftoken"]["samesite"] == "Lax"


def test_over_https_cookies_travel_encrypted_only(settings, people):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get(SESSION, secure=True)
    answer = client.post(
        SESSION,
        {"username": "alice", "password": OLD},
        content_type="application/json",
        secure=True,
        headers={"x-csrftoken": client.cookies["csrftoken"].value, "referer": "https://testserver/"},
    )
    assert answer.status_code == 200
    assert client.cookies["sessionid"]["secure"] and client.cookies["csrftoken"]["secure"]


def test_a_session_planted_before_signing_in_is_not_the_one_after(people, settings):
    victim = APIClient()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["planted"] = True
    store.create()
    victim.cookies["sessionid"] = store.session_key
    answer = victim.post(SESSION, {"username": "alice", "password": OLD}, format="json")
    assert answer.status_code == 200 and who(victim) == "alice"
    assert victim.cookies["sessionid"].value != store.session_key
    thief = APIClient()
    thief.cookies["sessionid"] = store.session_key
    assert who(thief) is None
    assert not BrowserSession.objects.filter(session_key=store.session_key).exists()


def test_a_made_up_session_key_is_not_taken_over(people):
    client = APIClient()
    client.cookies["sessionid"] = "a" * 32
    client.post(SESSION, {"username": "alice", "password": OLD}, format="json")
    assert client.cookies["sessionid"].value != "a" * 32


def test_signing_in_changes_the_session_and_signing_out_ends_it_on_the_server(browser):
    alice = browser("alice")
    key = alice.cookies["sessionid"].value
    assert alice.delete(SESSION).status_code == 204
    thief = APIClient()
    thief.cookies["sessionid"] = key
    assert who(thief) is None
    assert not BrowserSession.objects.filter(session_key=key).exists()


def test_sign_ins_and_failures_are_on_record_and_a_mistyped_name_is_not_kept(browser, people):
    browser("alice")
    stranger = APIClient()
    for name in ("alice", "my password by mistake"):
        stranger.post(SESSION, {"username": name, "password": "wrong"}, format="json")
    told = AuditEntry.objects.order_by("id").values_list("kind", "about_name", "address")
    assert list(told) == [
        ("person.signed_in", "alice", "127.0.0.1"),
        ("person.sign_in_failed", "alice", "127.0.0.1"),
        ("person.sign_in_failed", "", "127.0.0.1"),
    ]
    assert "by mistake" not in str(list(AuditEntry.objects.values()))
