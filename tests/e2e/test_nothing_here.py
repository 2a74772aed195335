"""What is not there, or is nobody's business here, is said once, with one way on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotator.campaigns.models import Membership
from annotator.people.models import Role, User
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet

pytestmark = pytest.mark.django_db(transaction=True)

OF_A_CAMPAIGN = ("", "/learning", "/people", "/quality", "/review", "/gold", "/gold/new", "/disputes")
OTHERS = ("/runs/none", "/groups/99999", "/jobs/99999", "/groups/x", "/jobs/x", "/nowhere")


def says_once(page: Page, sentence: str) -> None:
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(page.locator("#main").get_by_text(sentence)).to_have_count(1)
    assert page.get_by_role("alert").count() <= 1
    expect(page.locator("#main a")).to_have_count(1)


def test_a_campaign_that_does_not_exist_is_said_once_on_each_of_its_pages(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    people["ada"] = User.objects.create_user("ada", password="ada-long-password", role=Role.ADMIN)
    page = sign_in("ada", "/judge")
    for path in OF_A_CAMPAIGN:
        page.goto(f"/campaigns/none{path}")
        says_once(page, "There is no campaign called none.")
    page.locator("#main a").click()
    expect(page.get_by_role("heading", name="Hello, ada")).to_be_visible()


def test_any_other_address_that_leads_nowhere_says_so_once(people: dict[str, Any], sign_in: SignIn) -> None:
    page = sign_in("olga", "/judge")
    for path in OTHERS:
        page.goto(path)
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
        expect(page.locator("#main")).not_to_contain_text("NaN")
        expect(page.locator("#main a")).to_have_count(1)


def test_whoever_only_judges_a_campaign_is_told_so_on_its_managers_pages(
    campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    """Somebody who manages another campaign gets as far as the address."""
    mine = make_open_campaign(people, slug="mine")
    Membership.objects.update_or_create(campaign=mine, user=people["alice"], defaults={"role": "manager"})
    page = sign_in("alice", "/campaigns/helpful/people")
    says_once(page, "Your role does not allow this.")


def test_whoever_only_judges_a_campaign_finds_no_part_of_its_page_of_answers(
    campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    page = sign_in("alice", "/campaigns/helpful/review?state=unread")
    says_once(page, "Only managers and adjudicators read what others answered.")
    expect(page.get_by_role("search")).to_have_count(0)
    page.locator("#main a").click()
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()


def test_a_manager_who_is_removed_meanwhile_is_told_once(
    campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    Membership.objects.update_or_create(campaign=campaign, user=people["bob"], defaults={"role": "manager"})
    page = sign_in("bob", "/campaigns/helpful/people")
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    quiet(page)  # what the page still asks for would tell it first
    Membership.objects.filter(campaign=campaign, user=people["bob"]).delete()
    page.get_by_label("Username").fill("carol")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    assert page.get_by_role("alert").count() == 1
