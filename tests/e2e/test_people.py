"""From a manager's link to a newcomer's first answer; one's own account; who may do what; what is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from annotator.annotations.models import Annotation
from annotator.campaigns import membership
from annotator.campaigns.models import Membership
from annotator.people import audit
from annotator.people.models import AuditEntry, BrowserSession, User
from annotator.people.single_sign_on import SingleSignOn
from tests.factories import make_open_campaign, make_run

from .conftest import SignIn
from .judging import all_sent, eventually, press, ready
from .seeing import check, look

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "correct horse battery staple"


@pytest.fixture
def ada(people: dict[str, Any]) -> User:
    people["ada"] = User.objects.create_user("ada", password="ada-long-password", role="admin")
    return people["ada"]


def make_link(page: Page, note: str = "Eve of the lab") -> str:
    form = page.get_by_role("form", name="New invitation")
    form.get_by_label("Whom it is for").fill(note)
    form.get_by_role("button", name="Make a link").click()
    return page.get_by_label(f"Link for {note}").input_value()


def test_a_link_leads_a_stranger_from_nothing_to_a_first_answer(
    campaign: Any, sign_in: SignIn, new_context: Callable[..., BrowserContext]
) -> None:
    olga = sign_in("olga", "/campaigns/helpful")
    olga.get_by_role("link", name="People", exact=True).click()
    link = make_link(olga)
    assert "/invite#inv_" in link
    expect(olga.get_by_text("used 0 of 1 times")).to_be_visible()

    eve = new_context().new_page()
    eve.goto(link)
    expect(eve.get_by_role("heading", name="You are invited to Helpful")).to_be_visible()
    # By keyboard alone: the first field has the focus.
    eve.keyboard.type("eve")
    eve.keyboard.press("Tab")
    eve.keyboard.type(GOOD)
    eve.keyboard.press("Enter")
    ready(eve)
    assert eve.url.endswith("/annotate/helpful"), "the secret is gone from the address"
    press(eve, "a")
    all_sent(eve)
    eventually(lambda: Annotation.objects.filter(annotator__username="eve").count() == 1)

    olga.reload()
    expect(olga.get_by_text("used 1 of 1 times")).to_be_visible()
    expect(olga.get_by_label("Role of eve")).to_have_value("annotator")
    late = new_context().new_page()
    late.goto(link)
    expect(late.get_by_role("alert")).to_contain_text("cannot be used")


def test_what_is_wrong_with_a_new_account_is_said_and_can_be_put_right(
    campaign: Any, sign_in: SignIn, new_context: Callable[..., BrowserContext]
) -> None:
    link = make_link(sign_in("olga", "/campaigns/helpful/people"))
    page = new_context().new_page()
    page.goto(link)
    name, password = page.get_by_label("username"), page.get_by_label("Choose a password")
    for one, two, said in [("alice", GOOD, "This name is taken"), ("eve", "password1234", "too common")]:
        name.fill(one)
        password.fill(two)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(said)
    page.get_by_role("button", name="Show what I type").click()
    expect(password).to_have_attribute("type", "text")
    password.fill(GOOD)
    page.keyboard.press("Enter")
    ready(page)


def test_somebody_with_an_account_signs_in_on_the_invitation_itself_and_joins(
    campaign: Any, people: dict[str, Any], sign_in: SignIn, new_context: Callable[..., BrowserContext]
) -> None:
    membership.remove(campaign, people["bob"].pk)
    link = make_link(sign_in("olga", "/campaigns/helpful/people"))
    page = new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="I have an account already").click()
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("bob-long-password")
    page.keyboard.press("Enter")
    ready(page)
    assert Membership.objects.get(campaign=campaign, user=people["bob"]).role == "annotator"


def test_an_annotator_made_manager_of_one_campaign_runs_it_and_sees_no_other(
    campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    olga = sign_in("olga", "/campaigns/helpful/people")
    olga.get_by_label("Role of alice").select_option("manager")
    eventually(lambda: Membership.objects.get(campaign=campaign, user=people["alice"]).role == "manager")
    alice = sign_in("alice", "/judge")
    alice.get_by_role("link", name="Campaigns").click()
    alice.get_by_role("link", name="Helpful", exact=True).click()
    expect(alice.get_by_role("heading", name="Helpful")).to_be_visible()
    expect(alice.get_by_role("link", name="New campaign")).to_have_count(0)
    alice.get_by_role("link", name="People", exact=True).click()
    expect(alice.get_by_label("Role of bob")).to_be_visible()


def test_a_paused_person_reads_why_and_goes_on_when_let(campaign: Any, sign_in: SignIn) -> None:
    olga = sign_in("olga", "/campaigns/helpful/people")
    olga.get_by_role("button", name="Pause alice").click()
    olga.keyboard.type("Read the guidelines again, please.")
    olga.keyboard.press("Enter")
    expect(olga.get_by_text("Read the guidelines again, please.")).to_be_visible()
    alice = sign_in("alice", "/annotate/helpful")
    expect(alice.get_by_text("Read the guidelines again, please.")).to_be_visible()
    olga.get_by_role("button", name="Let go on: alice").click()
    expect(olga.get_by_role("button", name="Pause alice")).to_be_visible()
    alice.reload()
    ready(alice)


def test_a_new_password_signs_other_browsers_out(people: dict[str, Any], sign_in: SignIn) -> None:
    there = Client()
    there.force_login(people["alice"])
    page = sign_in("alice", "/account")
    expect(page.get_by_text("this browser")).to_be_visible()
    page.get_by_label("Current password").fill("alice-long-password")
    page.get_by_label("New password", exact=True).fill(GOOD)
    page.get_by_label("New password again").fill(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    assert there.get("/api/v1/session").json()["user"] is None
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_one_browser_or_all_others_are_signed_out_from_the_account_page(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    for _ in range(3):
        Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/142.0"}).force_login(people["alice"])
    page = sign_in("alice", "/account")
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_be_visible()
    page.locator(".line").get_by_role("button").first.click()
    eventually(lambda: BrowserSession.objects.filter(user=people["alice"]).count() == 3)
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)
    assert BrowserSession.objects.filter(user=people["alice"]).count() == 1


def test_a_token_is_shown_once_works_and_is_revoked(people: dict[str, Any], sign_in: SignIn, live_server: Any) -> None:
    page = sign_in("alice", "/account")
    page.get_by_label("What the token is for").fill("notebook")
    make = page.get_by_role("button", name="Make a token")
    expect(make).to_be_disabled()
    ends = page.get_by_label("It ends after")
    expect(ends).to_have_value("90")
    page.get_by_label("answer cards as you").check()
    expect(ends.get_by_role("option", name="never")).to_have_count(0)
    ends.select_option("7")
    make.click()
    raw = page.get_by_label("Token notebook").input_value()
    caller = Client(headers={"authorization": f"Bearer {raw}"})
    assert caller.get("/api/v1/campaigns").status_code == 200
    page.reload()
    expect(page.get_by_role("button", name="Revoke notebook")).to_be_visible()
    assert raw not in page.content()
    expect(page.get_by_text("1 token ends within two weeks: notebook.")).to_be_visible()
    expect(page.get_by_text("ends in 7 days")).to_be_visible()
    expect(page.get_by_text("last used")).to_be_visible()
    page.get_by_role("button", name="Revoke notebook").click()
    expect(page.get_by_role("button", name="Revoke notebook")).to_have_count(0)
    assert caller.get("/api/v1/campaigns").status_code == 401


def test_an_admin_ends_access_and_reads_it_in_the_log(ada: User, people: dict[str, Any], sign_in: SignIn) -> None:
    page = sign_in("ada", "/people")
    page.get_by_label("Role of bob").select_option("manager")
    eventually(lambda: User.objects.get(username="bob").role == "manager")
    page.get_by_role("button", name="End access: bob").click()
    expect(page.get_by_role("button", name="Give access again: bob")).to_be_visible()
    page.get_by_role("link", name="Audit log").click()
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("ada")
    expect(rows.nth(1)).to_contain_text("active true false")
    expect(rows.nth(2)).to_contain_text("role annotator manager")
    page.get_by_label("Who").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing on record fits.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert "person.changed" in download.value.path().read_text()


def test_a_campaigns_page_leads_an_admin_to_its_part_of_the_log(
    ada: User, campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    make_open_campaign(people, slug="other", run=make_run("grpo-2"))
    membership.pause(campaign, people["bob"].pk, because="A break.", now=campaign.opened_at)
    page = sign_in("ada", "/campaigns/helpful")
    page.get_by_role("link", name="Its audit log").click()
    expect(page).to_have_url("/audit?campaign=helpful")
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("helpful: bob")
    expect(page.get_by_role("table")).not_to_contain_text("other")
    chosen = page.get_by_role("combobox", name="Campaign")
    expect(chosen).to_have_value("helpful")
    chosen.select_option("other")
    expect(page.get_by_role("table")).not_to_contain_text("helpful")
    expect(rows.nth(1)).to_contain_text("other")
    page.reload()
    expect(chosen).to_have_value("other")
    expect(page.get_by_role("link", name="Download as CSV")).to_have_attribute(
        "href", "/api/v1/audit.csv?campaign=other"
    )
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("table")).to_contain_text("helpful: bob")
    expect(page).to_have_url("/audit")
    olga = sign_in("olga", "/campaigns/helpful")
    expect(olga.get_by_role("link", name="New one like this")).to_be_visible()
    expect(olga.get_by_role("link", name="Its audit log")).to_have_count(0)


def test_an_invitation_asks_for_numbers_as_people_type_them(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful/people")
    form = page.get_by_role("form", name="New invitation")
    uses, days = form.get_by_label("For how many people"), form.get_by_label("Days it works")
    uses.fill("a few")
    days.fill("365")
    form.get_by_role("button", name="Make a link").click()
    expect(uses).to_be_focused()
    expect(uses).to_have_accessible_description("A whole number from 1 to 1,000.")
    expect(days).to_have_accessible_description("A whole number from 1 to 90.")
    uses.fill(" 12 ")
    days.fill("30")
    days.press("Enter")
    expect(page.get_by_text("used 0 of 12 times")).to_be_visible()
    expect(uses).to_have_value("1")
    expect(form.get_by_text("A whole number")).to_have_count(0)


def test_annotators_find_no_pages_about_others(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/judge")
    for path in ("/people", "/audit", "/campaigns/helpful/people"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_single_sign_on_has_its_button_and_a_refusal_its_sentence(
    people: dict[str, Any], new_context: Callable[..., BrowserContext], settings: Any
) -> None:
    page = new_context().new_page()
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_visible()
    expect(page.get_by_role("link", name="Continue with")).to_have_count(0)
    settings.SINGLE_SIGN_ON = SingleSignOn(issuer="https://sso.example", client_id="x", name="Lab account")
    page.goto("/judge?refused=unknown_domain")
    expect(page.get_by_role("alert")).to_contain_text("Ask for an invitation.")
    button = page.get_by_role("link", name="Continue with Lab account")
    expect(button).to_have_attribute("href", "/api/v1/sso/start?next=%2Fjudge")
    page.goto("/?refused=<img src=x onerror=alert(1)>")
    expect(page.get_by_role("alert")).to_contain_text("no access")


def populate(campaign: Any, people: dict[str, Any]) -> None:
    """Something of everything the pages about people can show."""
    membership.add(campaign, User.objects.create_user("dora").username, "manager")
    member = membership.pause(
        campaign, people["alice"].pk, because="Three of ten known answers missed.", now=campaign.opened_at
    )
    with_old = {"slug": "helpful", "budget_labels": 100}
    audit.record(
        "budget.topped_up", campaign, old=with_old, new={**with_old, "budget_labels": 250}, actor=people["olga"]
    )
    audit.record("person.sign_in_failed")
    assert member.paused_at and AuditEntry.objects.count() >= 4
    Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/142.0"}).force_login(people["olga"])


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_about_people_stay_accessible_when_they_are_full(
    campaign: Any,
    ada: User,
    people: dict[str, Any],
    sign_in: SignIn,
    new_context: Any,
    settings: Any,
    theme: str,
    width: int,
) -> None:
    populate(campaign, people)
    settings.SINGLE_SIGN_ON = SingleSignOn(issuer="https://sso.example", client_id="x", name="Lab account")
    page = sign_in("olga", "/campaigns/helpful/people", **look(theme, width))
    link = make_link(page)
    page.evaluate("scrollTo(0, 0)")  # so that the bar on top lies over nothing
    findings = list(check(page, "people of a campaign"))
    page.goto("/account")
    expect(page.get_by_text("this browser")).to_be_visible()
    findings += check(page, "account")
    page.goto(link)
    expect(page.get_by_role("button", name="Join as olga")).to_be_visible()
    findings += check(page, "joining")
    stranger = new_context(**look(theme, width)).new_page()
    stranger.goto(link)
    expect(stranger.get_by_role("button", name="Make my account")).to_be_visible()
    findings += check(stranger, "a new account")
    stranger.goto("/?refused=expired_token")
    expect(stranger.get_by_role("alert")).to_be_visible()
    findings += check(stranger, "a refusal")
    page = sign_in("ada", "/people", **look(theme, width))
    expect(page.get_by_label("Role of bob")).to_be_visible()
    findings += check(page, "everybody")
    page.goto("/audit")
    expect(page.get_by_text("topped the budget up").last).to_be_visible()
    findings += check(page, "audit log")
    assert findings == []
