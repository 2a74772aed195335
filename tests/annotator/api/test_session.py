"""Signing in: closed sign-up, CSRF enforced, one answer for every kind of wrong password."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from annotator.tasks.models import Assignment
from tests.factories import make_open_campaign

pytestmark = pytest.mark.django_db
URL = "/api/v1/session"


@pytest.fixture
def browser():
    cache.clear()
    return APIClient(enforce_csrf_checks=True)


def sign_in(browser, username="alice", password="alice-long-password"):
    browser.get(URL)
    csrf = browser.cookies["csrftoken"].value
    return browser.post(URL, {"username": username, "password": password}, format="json", HTTP_X_CSRFTOKEN=csrf)


def test_a_stranger_has_no_session(browser):
    assert browser.get(URL).json() == {"user": None, "single_sign_on": None}


def test_signing_in_and_out(browser, people):
    assert sign_in(browser).json()["user"]["role"] == "annotator"
    assert browser.get(URL).json()["user"]["scopes"] == ["annotate"]
    csrf = browser.cookies["csrftoken"].value
    assert browser.delete(URL, HTTP_X_CSRFTOKEN=csrf).status_code == 204
    assert browser.get(URL).json() == {"user": None, "single_sign_on": None}


def test_a_call_answered_after_somebody_else_has_signed_in_takes_no_cookie_away(browser, people):
    sign_in(browser, "bob", "bob-long-password")
    late = APIClient()
    late.cookies["sessionid"] = browser.cookies["sessionid"].value
    sign_in(browser)
    for refused in (late.get("/api/v1/campaigns"), late.get(URL)):
        assert "sessionid" not in refused.cookies and "Cookie" in refused.headers["Vary"]
    assert late.get("/api/v1/campaigns").status_code == 401
    csrf = browser.cookies["csrftoken"].value
    assert browser.delete(URL, HTTP_X_CSRFTOKEN=csrf).cookies["sessionid"].value == ""


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", "wrong")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(browser, people, name, password):
    response = sign_in(browser, name, password)
    assert (response.status_code, response.json()["code"]) == (401, "bad_credentials")


def test_a_forged_form_from_elsewhere_is_refused(browser, people):
    response = browser.post(URL, {"username": "alice", "password": "alice-long-password"}, format="json")
    assert response.status_code == 403
    sign_in(browser)
    response = browser.post("/api/v1/campaigns/x/claim", {}, format="json")
    assert response.status_code == 403
    assert "CSRF" in response.json()["message"]


def test_there_is_no_way_to_sign_up(browser):
    for path in ("register", "signup", "users"):
        assert browser.post(f"/api/v1/{path}", {}, format="json").status_code in (403, 404)


def test_guessing_passwords_is_stopped_for_that_name_only(browser, people):
    for _ in range(10):
        assert sign_in(browser, "bob", "wrong").status_code == 401
    stopped = sign_in(browser, "bob", "bob-long-password")
    assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_attempts")
    assert sign_in(browser).status_code == 200


def test_a_page_of_one_person_does_nothing_as_another_who_signed_in_in_the_same_browser(browser, people):
    campaign = make_open_campaign(people)
    sign_in(browser, "alice")
    sign_in(browser, "bob", "bob-long-password")
    csrf = browser.cookies["csrftoken"].value
    url = f"/api/v1/campaigns/{campaign.slug}/claim"
    stale = {"HTTP_X_CSRFTOKEN": csrf, "HTTP_X_TIEBREAK_PERSON": str(people["alice"].pk)}
    refused = browser.post(url, {}, format="json", **stale)
    assert (refused.status_code, refused.json()["code"]) == (401, "another_person")
    assert browser.delete(URL, **stale).status_code == 401
    assert not Assignment.objects.filter(state="leased").exists()
    own = {"HTTP_X_CSRFTOKEN": csrf, "HTTP_X_TIEBREAK_PERSON": str(people["bob"].pk)}
    assert browser.post(url, {}, format="json", **own).status_code == 200
