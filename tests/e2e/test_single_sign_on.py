"""Through the organisation's own sign-on in a real browser: there, a click, and back where one was going."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from annotator.campaigns import invitations
from annotator.people.models import AuditEntry, Identity, User
from annotator.people.single_sign_on import SingleSignOn, domains_from
from tests.oidc_provider import CLIENT, SECRET, Provider

from .conftest import Watch
from .judging import all_sent, press, ready
from .seeing import check, look, speaking

pytestmark = pytest.mark.django_db(transaction=True)
DORA = {"sub": "d-1", "email": "dora@lab.example", "email_verified": True, "preferred_username": "dora"}
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def provider(settings: Any, watch: Watch, people: dict[str, Any]) -> Iterator[Provider]:
    cache.clear()
    with Provider() as running:
        running.person, running.asks_first = dict(DORA), True
        watch.origins.add(running.issuer)
        settings.SINGLE_SIGN_ON = SingleSignOn(
            issuer=running.issuer,
            client_id=CLIENT,
            client_secret=SECRET,
            domains=domains_from("lab.example"),
            name="Lab account",
        )
        yield running


def go_there(page: Page) -> None:
    page.get_by_role("link", name="Continue with Lab account").click()
    expect(page.get_by_role("heading", name="Sign in to Tiebreak?")).to_be_visible()


def come_in(page: Page) -> None:
    go_there(page)
    page.get_by_role("link", name="Continue").click()


def refused(page: Page, said: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("link", name="Continue with Lab account")).to_be_visible()
    assert "code=" not in page.url and "state=" not in page.url


def test_a_click_leads_there_and_back_to_the_page_that_was_asked_for(
    provider: Provider, campaign: Any, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto("/account")
    come_in(page)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert page.url.endswith("/account")
    expect(page.get_by_text("there is no password here")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("there is no password here")).to_have_count(0)
    page.goto("/account")
    come_in(page)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert User.objects.filter(username="dora").count() == 1


def test_an_invited_guest_comes_in_by_it_and_has_a_card_before_them(
    provider: Provider, campaign: Any, people: dict[str, Any], new_context: NewContext
) -> None:
    provider.person = {"sub": "g", "email": "guest@far.example", "email_verified": True}
    _, raw = invitations.make(campaign, "annotator", by=people["olga"], days=1, max_uses=1, note="", now=timezone.now())
    page = new_context().new_page()
    page.goto(f"/invite#{raw}")
    come_in(page)
    ready(page)
    assert page.url.endswith("/annotate/helpful")
    press(page, "a")
    all_sent(page)


def test_somebody_who_says_no_there_reads_that_and_can_try_again(
    provider: Provider, campaign: Any, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto("/judge")
    go_there(page)
    page.get_by_role("link", name="Cancel").click()
    refused(page, "did not let you in")
    come_in(page)
    expect(page.get_by_role("heading", name="Hello, dora")).to_be_visible()
    assert page.url.endswith("/judge"), "where they were going is not forgotten over it"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another nonce": ({"nonce": "of another try"}, "cannot be trusted"),
    "another audience": ({"aud": "somebody else"}, "cannot be trusted"),
    "another issuer": ({"iss": "https://evil.example"}, "cannot be trusted"),
    "expired": ({"iat": 1_000_000_000, "exp": 1_000_000_300}, "took too long"),
    "an address not verified": ({"email_verified": False}, "has not verified your e-mail address"),
    "a domain nobody let in": ({"email": "dora@elsewhere.example"}, "Ask for an invitation."),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_on_the_sign_in_page_and_nobody_is_signed_in(
    provider: Provider, new_context: NewContext, wrong: str
) -> None:
    bent, said = WRONG[wrong]
    provider.bend = lambda claims: {**claims, **bent}
    page = new_context().new_page()
    page.goto("/")
    come_in(page)
    refused(page, said)
    assert page.request.get("/api/v1/session").json()["user"] is None
    assert not Identity.objects.exists()


def test_an_answer_meant_for_another_browser_is_refused(provider: Provider, new_context: NewContext) -> None:
    page, other = new_context().new_page(), new_context().new_page()
    page.goto("/")
    go_there(page)
    answer = page.get_by_role("link", name="Continue").get_attribute("href")
    assert answer
    other.goto(answer)
    refused(other, "was not begun in this browser")
    assert other.request.get("/api/v1/session").json()["user"] is None


def test_a_provider_that_is_away_is_said_before_and_on_the_way(provider: Provider, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto("/")
    go_there(page)
    provider.away = True
    page.get_by_role("link", name="Continue").click()
    refused(page, "cannot be reached right now")
    cache.clear()
    page.get_by_role("link", name="Continue with Lab account").click()
    refused(page, "cannot be reached right now")
    provider.away = False
    come_in(page)
    expect(page.get_by_role("heading", name="Hello, dora")).to_be_visible()


def test_an_account_is_taken_over_only_where_its_address_was_written_down_and_is_vouched_for(
    provider: Provider, people: dict[str, Any], new_context: NewContext
) -> None:
    User.objects.filter(username="bob").update(email="dora@lab.example")
    page = new_context().new_page()
    provider.bend = lambda claims: {**claims, "email_verified": False}
    page.goto("/")
    come_in(page)
    refused(page, "has not verified")
    provider.bend = lambda claims: claims
    provider.person = {**DORA, "email": "alice@lab.example", "preferred_username": "alice", "sub": "not-alice"}
    come_in(page)
    expect(page.get_by_role("heading", name="Hello, alice-2")).to_be_visible()
    assert people["alice"].identities.count() == 0, "a name is no proof"
    provider.person = dict(DORA)
    page.get_by_role("button", name="Sign out").click()
    come_in(page)
    expect(page.get_by_role("heading", name="Hello, bob")).to_be_visible()
    assert AuditEntry.objects.filter(kind="person.linked", about_name="bob").count() == 1


@pytest.mark.parametrize(("theme", "width", "language"), [("light", 1400, "en"), ("dark", 390, "de")])
def test_the_refusal_is_legible_in_every_look(
    provider: Provider, new_context: NewContext, theme: str, width: int, language: str
) -> None:
    say = speaking(language)
    page = new_context(**look(theme, width, locale=language)).new_page()
    page.goto("/?refused=provider_away")
    expect(page.get_by_role("alert")).to_have_text(say("The sign-on provider cannot be reached right now."))
    assert list(check(page, "refused")) == []
