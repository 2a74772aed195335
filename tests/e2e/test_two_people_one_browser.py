"""One browser has one session for all its tabs: a page of one person's says nothing in the name of another one."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route, expect

from annotator.annotations.models import Annotation
from annotator.tasks.models import Assignment

from .conftest import SignIn, quiet
from .judging import all_sent, answers, eventually, press, ready, written

pytestmark = pytest.mark.django_db(transaction=True)
ENDED = "Somebody else has signed in in this browser"


def _in_as(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(f"{name}-long-password")
    page.get_by_role("button", name="Sign in", exact=True).click()


def _cookie_becomes(page: Page, person: Any) -> None:
    """As where another tab signed in and this one has not heard of it."""
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    origin = page.evaluate("location.origin")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": origin}])


def test_a_page_hears_of_somebody_who_signs_in_in_another_tab(campaign: Any, sign_in: SignIn) -> None:
    alices = sign_in("alice", "/annotate/helpful")
    press(alices, "a")
    all_sent(alices)
    ready(alices)
    bobs = alices.context.new_page()
    bobs.goto("/account")
    bobs.get_by_role("button", name="Sign out").click()
    _in_as(bobs, "bob")
    expect(bobs.get_by_role("link", name="bob")).to_be_visible()
    expect(alices.get_by_role("alert")).to_contain_text(ENDED)
    alices.bring_to_front()
    alices.get_by_role("button", name="Go on as who is signed in now").click()
    press(alices, "b")
    all_sent(alices)
    assert (len(answers("alice")), len(answers("bob"))) == (1, 1)


def test_an_answer_given_before_the_page_heard_waits_for_who_gave_it(
    campaign: Any, sign_in: SignIn, people: dict[str, Any]
) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    quiet(page)
    _cookie_becomes(page, people["bob"])
    press(page, "b")
    expect(page.get_by_role("alert")).to_contain_text(ENDED)
    assert not Annotation.objects.exists()
    assert not Assignment.objects.filter(annotator=people["bob"]).exists()
    _in_as(page, "alice")
    ready(page)
    eventually(lambda: answers("alice") == [("second", 2)])
    all_sent(page)
    assert answers("bob") == []


def test_a_refusal_that_arrives_after_its_person_is_back_ends_nothing(
    campaign: Any, sign_in: SignIn, people: dict[str, Any]
) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    quiet(page)
    _cookie_becomes(page, people["bob"])
    press(page, "b")
    expect(page.get_by_role("alert")).to_contain_text(ENDED)
    held: list[Route] = []
    with page.expect_request("**/annotation"):
        page.route("**/annotation", lambda route: held.append(route), times=1)  # noqa: PLW0108
    _in_as(page, "alice")
    ready(page)
    late = {"code": "another_person", "message": "Somebody else has signed in in this browser.", "context": {}}
    expect(page.get_by_text("1 unsent")).to_be_visible()
    held[0].fulfill(status=401, json=late)
    all_sent(page)
    expect(page.get_by_text(ENDED)).to_have_count(0)
    assert answers("alice") == [("second", 2)]


def test_half_a_card_is_there_again_for_whose_it_is_and_for_nobody_else(
    campaign: Any, sign_in: SignIn, people: dict[str, Any]
) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "f", "c", "@between us")
    page.keyboard.press("Enter")
    written(page)
    _cookie_becomes(page, people["bob"])
    page.reload()
    ready(page)
    expect(page.get_by_label("Note for this card")).to_have_count(0)
    page.context.clear_cookies(name="sessionid")
    page.reload()
    _in_as(page, "alice")
    ready(page)
    expect(page.get_by_label("Note for this card")).to_have_value("between us")


def test_signing_out_on_a_page_that_ended_signs_nobody_else_out(
    campaign: Any, sign_in: SignIn, people: dict[str, Any]
) -> None:
    page = sign_in("alice", "/judge")
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    _cookie_becomes(page, people["bob"])
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Hello, bob")).to_be_visible()
