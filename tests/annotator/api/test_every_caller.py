"""The whole table of access: every path against every kind of caller, and every scope a token can have.

`test_access.ALLOWED` says what the four roles reach; this file says what everybody else does, cell by cell.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from annotator.campaigns import membership
from annotator.campaigns.models import Membership
from annotator.people.models import ApiToken, Scope, User

from .test_access import ALLOWED, BROWSER_ONLY, CALLS, give_back

pytestmark = pytest.mark.django_db
HERE = "/api/v1/campaigns/helpful"
# What a token needs where the people in ALLOWED do not say it; elsewhere Alice's paths need `annotate`, Olga's `manage`
# and nobody's `admin`.
NEEDS: dict[tuple[str, str], set[str]] = {
    ("/api/v1/runs/new-run", "get"): {Scope.MANAGE, Scope.ROLLOUTS_WRITE},
    ("/api/v1/runs/new-run", "put"): {Scope.ROLLOUTS_WRITE},
    ("/api/v1/runs/run-of-helpful/rollouts", "post"): {Scope.ROLLOUTS_WRITE},
    ("/api/v1/reward-models", "get"): {Scope.MANAGE, Scope.REWARDS_READ},
    ("/api/v1/reward-models/helpful", "get"): {Scope.MANAGE, Scope.REWARDS_READ},
    (f"{HERE}/disputes", "get"): {Scope.ANNOTATE},
    (f"{HERE}/disputes/1", "post"): {Scope.ANNOTATE},
    (f"{HERE}/answers", "get"): {Scope.ANNOTATE, Scope.MANAGE},
    (f"{HERE}/answers.csv", "get"): {Scope.ANNOTATE, Scope.MANAGE},
    ("/api/v1/annotations/1/review", "post"): {Scope.ANNOTATE, Scope.MANAGE},
}
# Reached by everybody who annotates, whatever they belong to: what is found there is theirs alone.
OWN = {"/api/v1/campaigns", "/api/v1/annotations/1/review", "/api/v1/annotations/1/revise"} | {
    f"/api/v1/assignments/1/{verb}" for verb in ("annotation", "renew", "release")
}

# Whoever manages any campaign finds the runs and rollouts of theirs here, and no others (test_reach).
EXPLORED = (
    {"/api/v1/campaigns.csv", "/api/v1/groups/1", "/api/v1/rollouts", "/api/v1/rollouts.csv"}
    | {
        "/api/v1/runs",
        "/api/v1/runs.csv",
    }
    | {f"/api/v1/groups/1/{part}.csv" for part in ("rollouts", "labels")}
    | {f"/api/v1/runs/run-of-helpful/{part}" for part in ("groups", "trends", "trends.csv")}
)


def needs(path: str, method: str, allowed: set[str]) -> set[str]:
    if (path, method) in NEEDS:
        return NEEDS[path, method]
    by_role = {"alice": Scope.ANNOTATE, "carol": Scope.ANNOTATE, "olga": Scope.MANAGE}
    return {by_role[name] for name in allowed} or {Scope.ADMIN}


def outcome(client: Any, method: str, path: str) -> str:
    answer = getattr(client, method)(path, {}, content_type="application/json") if isinstance(client, Client) else (
        getattr(client, method)(path, data={}, format="json")
    )  # fmt: skip
    give_back(answer)
    code = answer.json()["code"] if answer.status_code >= 400 else ""
    if answer.status_code == 401:
        return "unknown"
    if answer.status_code == 403:
        return "refused"
    known = "run-of-helpful" in path and code == "unknown_run"  # the run is there; not for this caller
    return "hidden" if known or code == "unknown_campaign" else "reached"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def world(open_campaign, people):
    """Alice's campaign, another that Mia manages, somebody who belongs to none, and an admin."""
    here, there = open_campaign(), open_campaign(slug="secret")
    for name, role in (("ada", "admin"), ("mia", "annotator"), ("sam", "annotator")):
        people[name] = User.objects.create_user(name, role=role)
    Membership.objects.create(campaign=there, user=people["mia"], role="manager")
    for member in Membership.objects.filter(campaign=there, user=people["alice"]):
        membership.remove(there, member.user_id)
    return here


def found(client: Any, calls: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    return {(path, method): outcome(client, method, path) for path, method in calls}


EVERY = [(path, method) for path, method, _ in CALLS]


def test_an_admin_in_the_browser_reaches_everything(world, people):
    # The campaign is closed on the way; what is closed is a conflict, never a matter of access.
    assert set(found(browser(people["ada"]), EVERY).values()) == {"reached"}


@pytest.mark.parametrize("name", ["mia", "sam"])
def test_for_a_stranger_to_a_campaign_it_does_not_exist_and_its_inside_is_refused(world, people, name):
    """Managing another campaign opens nothing of this one; nor does an account that belongs to none."""
    for (path, method), seen in found(browser(people[name]), EVERY).items():
        annotators = "alice" in ALLOWED[path][method] or Scope.ANNOTATE in NEEDS.get((path, method), set())
        if name == "mia" and path in EXPLORED:
            expected = "hidden" if "run-of-helpful" in path else "reached"
        else:
            expected = "refused" if not annotators else "reached" if path in OWN else "hidden"
        assert seen == expected, (name, method, path, seen)


def test_without_a_session_or_with_one_that_ended_nothing_is_known(world, people):
    ended = browser(people["alice"])
    ended.logout()
    calls = [*EVERY, *((path, method) for path, methods in BROWSER_ONLY.items() for method in methods)]
    for client in (Client(), ended):
        assert set(found(client, calls).values()) == {"unknown"}


def test_who_has_no_access_any_more_is_a_stranger_in_the_browser_and_by_token(world, people, api):
    client, token = browser(people["olga"]), api("olga")
    User.objects.filter(username="olga").update(is_active=False)
    assert set(found(client, EVERY).values()) == {"unknown"}
    assert set(found(token, EVERY).values()) == {"unknown"}


@pytest.mark.parametrize("scope", Scope.values)
def test_a_token_with_one_scope_reaches_what_needs_that_scope_and_nothing_else(world, people, scope):
    """An admin's token, so that the scope alone decides."""
    Membership.objects.create(campaign=world, user=people["ada"], role="adjudicator")
    _, raw = ApiToken.issue(people["ada"], "narrow", [scope])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    for path, method, allowed in CALLS:
        expected = "reached" if scope in needs(path, method, allowed) else "refused"
        assert outcome(client, method, path) == expected, (scope, method, path)


def test_no_unsafe_call_goes_through_from_another_site(world, people):
    """Signed in as somebody who may do all of it; only the proof that our own page asks is missing."""
    client = APIClient(enforce_csrf_checks=True)
    client.cookies["sessionid"] = browser(people["ada"]).cookies["sessionid"].value
    unsafe = [(path, method) for path, method in EVERY if method != "get"]
    unsafe += [(path, method) for path, methods in BROWSER_ONLY.items() for method in methods if method != "get"]
    unsafe += [("/api/v1/session", "post"), ("/api/v1/session", "delete")]
    unsafe += [("/api/v1/invitations/look", "post"), ("/api/v1/invitations/accept", "post")]
    for path, method in unsafe:
        answer = getattr(client, method)(path, {}, format="json")
        assert answer.status_code == 403 and "CSRF" in answer.json()["message"], (method, path)
    assert client.get("/api/v1/session").json()["user"]["username"] == "ada"
