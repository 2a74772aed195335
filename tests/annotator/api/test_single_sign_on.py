"""Coming in through a real OpenID Connect provider: who is let in, and every way in which its word is not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from annotator.campaigns import invitations
from annotator.people.models import AuditEntry, Identity, User
from annotator.people.single_sign_on import SingleSignOn, domains_from, username_from, verified_email
from tests.oidc_provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.django_db
DORA = {"sub": "d-1", "email": "dora@lab.example", "email_verified": True, "preferred_username": "dora"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    cache.clear()
    with Provider() as running:
        running.person = dict(DORA)
        settings.SINGLE_SIGN_ON = SingleSignOn(
            issuer=running.issuer,
            client_id=CLIENT,
            client_secret=SECRET,
            domains=domains_from("lab.example"),
            name="Lab account",
        )
        yield running


def to_provider(browser: Client, start: str = "/api/v1/sso/start") -> str:
    """The address the provider sends this browser back to."""
    away = browser.get(start)
    assert away.status_code == 302, away.content
    back = requests.get(away["Location"], allow_redirects=False, timeout=10)
    return back.headers["Location"].removeprefix("http://testserver")


def come_in(browser: Client, start: str = "/api/v1/sso/start") -> str:
    """Where the browser ends up."""
    return str(browser.get(to_provider(browser, start))["Location"])


def signed_in(browser: Client) -> str | None:
    user = browser.get("/api/v1/session").json()["user"]
    return user and user["username"]


def test_without_configuration_there_is_no_way_through_it(client):
    assert client.get("/api/v1/session").json()["single_sign_on"] is None
    assert client.get("/api/v1/sso/start")["Location"] == "/"
    assert client.get("/api/v1/sso/callback?code=x&state=y")["Location"] == "/?refused=no_access"


def test_somebody_of_an_allowed_domain_gets_an_account_of_the_default_role_once(client, provider):
    assert client.get("/api/v1/session").json()["single_sign_on"] == "Lab account"
    assert come_in(client, "/api/v1/sso/start?next=/judge") == "/judge"
    assert signed_in(client) == "dora"
    dora = User.objects.get(username="dora")
    assert (dora.role, dora.email, dora.has_usable_password()) == ("annotator", "dora@lab.example", False)
    again = Client()
    come_in(again)
    assert signed_in(again) == "dora" and User.objects.count() == 1
    assert list(AuditEntry.objects.order_by("id").values_list("kind", flat=True))[:3] == [
        "person.made", "person.linked", "person.signed_in",
    ]  # fmt: skip


def test_an_identity_stays_the_same_person_when_the_address_changes(client, provider):
    come_in(client)
    provider.person |= {"email": "dora@married.example", "email_verified": False}
    again = Client()
    come_in(again)
    assert signed_in(again) == "dora"


def test_another_person_with_an_old_address_is_another_person(client, provider):
    come_in(client)
    provider.person = {**DORA, "sub": "d-2"}
    other = Client()
    come_in(other)
    assert signed_in(other) == "dora-2"


def test_an_account_an_operator_expects_under_an_address_is_linked_whatever_its_domain(client, provider):
    User.objects.create_user("theo", email="Theo@Elsewhere.example", role="manager")
    provider.person = {"sub": "t", "email": "theo@elsewhere.example", "email_verified": True}
    come_in(client)
    assert signed_in(client) == "theo"
    assert Identity.objects.get().user.role == "manager"


def test_a_person_without_access_stays_out(client, provider):
    come_in(client)
    User.objects.update(is_active=False)
    assert come_in(Client()) == "/?refused=no_access"


def test_an_invited_guest_of_any_domain_comes_in_and_belongs(client, provider, people, open_campaign):
    _, raw = invitations.make(
        open_campaign(), "annotator", by=people["olga"], days=1, max_uses=1, note="", now=timezone.now()
    )
    provider.person = {"sub": "g", "email": "guest@far.example", "email_verified": True}
    assert come_in(Client()) == "/?refused=unknown_domain"
    seen = client.post("/api/v1/invitations/look", {"token": raw}, content_type="application/json")
    assert seen.status_code == 200, seen.content
    assert come_in(client) == "/annotate/helpful"
    assert [c["slug"] for c in client.get("/api/v1/campaigns").json()["results"]] == ["helpful"]
    provider.person = {"sub": "h", "email": "second@far.example", "email_verified": True}
    assert come_in(Client()) == "/?refused=unknown_domain"


def tokens_gone_wrong() -> dict[str, tuple[Any, str]]:
    now = int(time.time())
    return {
        "another nonce": (lambda claims: {**claims, "nonce": "of another try"}, "bad_token"),
        "no nonce": (lambda claims: {k: v for k, v in claims.items() if k != "nonce"}, "bad_token"),
        "expired": (lambda claims: {**claims, "iat": now - 900, "exp": now - 600}, "expired_token"),
        "no expiry": (lambda claims: {k: v for k, v in claims.items() if k != "exp"}, "bad_token"),
        "made tomorrow": (lambda claims: {**claims, "iat": now + 86_400, "exp": now + 90_000}, "bad_token"),
        "for another client": (lambda claims: {**claims, "aud": "somebody else"}, "bad_token"),
        "for another client among others": (lambda claims: {**claims, "azp": "somebody else"}, "bad_token"),
        "from another issuer": (lambda claims: {**claims, "iss": "https://evil.example"}, "bad_token"),
        "about nobody": (lambda claims: {k: v for k, v in claims.items() if k != "sub"}, "bad_token"),
        "an address not verified": (lambda claims: {**claims, "email_verified": False}, "unverified_email"),
        "an address nobody vouches for": (
            lambda claims: {k: v for k, v in claims.items() if k != "email_verified"},
            "unverified_email",
        ),
        "not an address": (lambda claims: {**claims, "email": "dora"}, "unverified_email"),
        "an unknown domain": (lambda claims: {**claims, "email": "dora@notlab.example"}, "unknown_domain"),
        "a domain below the allowed one": (lambda claims: {**claims, "email": "d@x.lab.example"}, "unknown_domain"),
    }


@pytest.mark.parametrize("wrong", tokens_gone_wrong())
def test_a_token_that_is_wrong_lets_nobody_in_and_says_why(client, provider, wrong):
    bend, reason = tokens_gone_wrong()[wrong]
    provider.bend = bend
    assert come_in(client) == f"/?refused={reason}"
    assert signed_in(client) is None
    assert not User.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.new["reason"]) == ("person.sign_in_failed", reason)


def test_a_token_signed_by_another_key_or_with_the_shared_secret_is_not_believed(client, provider):
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come_in(client) == "/?refused=bad_token"
    provider.signing_key, provider.header = SECRET * 3, {"kid": "one", "alg": "HS256"}
    assert come_in(client) == "/?refused=bad_token"
    provider.signing_key, provider.header = None, {"kid": "one", "alg": "none"}
    assert come_in(client) == "/?refused=bad_token"
    provider.signing_key, provider.header = provider.key, {"kid": "unknown", "alg": "RS256"}
    assert come_in(client) == "/?refused=bad_token"
    assert not User.objects.exists()


def test_an_answer_serves_once_and_only_in_the_browser_that_asked(client, provider):
    back = to_provider(client)
    stranger = Client()
    assert stranger.get(back)["Location"] == "/?refused=wrong_state"
    assert signed_in(stranger) is None
    assert client.get(back)["Location"] == "/"
    assert client.get(back)["Location"] == "/?refused=wrong_state"
    assert client.get("/api/v1/sso/callback?code=x&state=made-up")["Location"] == "/?refused=wrong_state"


def test_a_code_without_its_verifier_is_worth_nothing(client, provider):
    away = client.get("/api/v1/sso/start")["Location"]
    assert "code_challenge_method=S256" in away
    back = requests.get(away, allow_redirects=False, timeout=10).headers["Location"]
    session = client.session
    (state,) = session["oidc_states"]
    session["oidc_states"] = {state: {**session["oidc_states"][state], "code_verifier": "x" * 64}}
    session.save()
    assert client.get(back.removeprefix("http://testserver"))["Location"] == "/?refused=provider_away"


def test_a_session_key_known_before_signing_in_is_not_the_one_after(client, provider):
    back = to_provider(client)
    before = client.cookies["sessionid"].value
    client.get(back)
    assert signed_in(client) == "dora"
    assert client.cookies["sessionid"].value != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert signed_in(thief) is None


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, provider, target):
    assert come_in(client, f"/api/v1/sso/start?next={target}") == "/"


def test_the_profile_fills_in_an_address_only_of_the_same_person(client, provider):
    provider.person = {"sub": "d-1"}
    provider.profile = {**DORA, "sub": "somebody else"}
    assert come_in(client) == "/?refused=bad_token"
    provider.profile = dict(DORA)
    assert come_in(client) == "/"
    assert signed_in(client) == "dora"


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_a_refusal_not_an_error(client, provider, settings):
    provider.calls_itself = "https://evil.example"
    assert client.get("/api/v1/sso/start")["Location"] == "/?refused=provider_away"
    settings.SINGLE_SIGN_ON = SingleSignOn(issuer="http://127.0.0.1:9", client_id="x")
    assert client.get("/api/v1/sso/start")["Location"] == "/?refused=provider_away"


def test_the_person_may_say_no_at_the_provider(client, provider):
    state = to_provider(client).partition("state=")[2]
    assert client.get(f"/api/v1/sso/callback?error=access_denied&state={state}")["Location"] == (
        "/?refused=provider_refused"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://sso.example"},
        {"issuer": "ftp://sso.example"},
        {"client_id": ""},
        {"role": "admin"},
        {"role": "trainer"},
    ],
)
def test_a_configuration_that_would_be_unsafe_is_refused_at_the_start(wrong):
    with pytest.raises(ValueError, match=r"must|needed"):
        SingleSignOn(**{"issuer": "https://sso.example", "client_id": "x", **wrong})


def test_the_shared_secret_is_in_no_printout():
    assert SECRET not in repr(SingleSignOn(issuer="https://sso.example", client_id="x", client_secret=SECRET))


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@b.c", "email_verified": True}, "a@b.c"),
        ({"email": "a@b.c", "email_verified": "true"}, "a@b.c"),
        ({"email": "a@b.c", "email_verified": "false"}, None),
        ({"email": "a@b.c", "email_verified": 1.5}, None),
        ({"email": ["a@b.c"], "email_verified": True}, None),
        ({"email": "a@b@c", "email_verified": True}, None),
        ({"email": "a\x00@b.c", "email_verified": True}, None),
        ({}, None),
    ],
)
def test_only_an_address_the_provider_vouches_for_counts(claims, email):
    assert verified_email(claims) == email


@pytest.mark.parametrize(
    ("wished", "name"),
    [("dora", "dora"), ("Dora Müller", "Dora-Müller"), ("d@x.y", "d"), ("...", "person"), (7, "a"), ("<b>", "b")],
)
def test_a_username_is_made_of_what_usernames_allow(wished, name):
    assert username_from({"preferred_username": wished}, "a@b.c") == name
