"""Who may call what. Every path is listed, so that a new one without a rule fails here."""

from __future__ import annotations

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from annotator.people.models import ApiToken, Scope

pytestmark = pytest.mark.django_db

# path -> method -> the people whose role allows it; {slug} is a campaign Alice belongs to.
ALLOWED = {
    "/api/v1/runs": {"get": {"olga"}},
    "/api/v1/runs/new-run": {"get": {"olga", "trainer"}, "put": {"olga", "trainer"}},
    "/api/v1/runs/run-of-helpful/groups": {"get": {"olga"}},
    "/api/v1/campaigns": {"get": {"alice", "carol", "olga"}, "post": {"olga"}},
    "/api/v1/campaigns/helpful": {"get": {"alice", "carol", "olga"}, "patch": {"olga"}, "delete": {"olga"}},
    "/api/v1/campaigns/helpful/open": {"post": {"olga"}},
    "/api/v1/campaigns/helpful/pause": {"post": {"olga"}},
    "/api/v1/campaigns/helpful/dashboard": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/preview": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/quality": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/claim": {"post": {"alice", "carol"}},
    "/api/v1/campaigns/helpful/my-answers": {"get": {"alice", "carol"}},
    "/api/v1/campaigns/helpful/retrain": {"post": {"olga"}},
    "/api/v1/campaigns/helpful/budget": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/top-up": {"post": {"olga"}},
    "/api/v1/campaigns/helpful/annotations/export": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/label-sets": {"get": {"olga"}, "post": {"olga"}},
    "/api/v1/assignments/1/annotation": {"post": {"alice", "carol"}},
    "/api/v1/assignments/1/renew": {"post": {"alice", "carol"}},
    "/api/v1/assignments/1/release": {"post": {"alice", "carol"}},
    "/api/v1/annotations/1/revise": {"post": {"alice", "carol"}},
    "/api/v1/reward-models": {"get": {"olga", "trainer"}},
    "/api/v1/reward-models/helpful": {"get": {"olga", "trainer"}},
    "/api/v1/jobs": {"get": {"olga"}},
    "/api/v1/jobs/1": {"get": {"olga"}},
    "/api/v1/jobs/1/cancel": {"post": {"olga"}},
    "/api/v1/label-sets/1/export": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/close": {"post": {"olga"}},
    "/api/v1/runs/run-of-helpful/rollouts": {"post": {"olga", "trainer"}},
    "/api/v1/campaigns/helpful/members": {"get": {"olga"}, "post": {"olga"}},
    "/api/v1/campaigns/helpful/members/1": {"patch": {"olga"}, "delete": {"olga"}},
    "/api/v1/campaigns/helpful/invitations": {"get": {"olga"}, "post": {"olga"}},
    "/api/v1/campaigns/helpful/invitations/1": {"delete": {"olga"}},
    "/api/v1/campaigns/helpful/gold": {"get": {"olga"}, "post": {"olga"}},
    "/api/v1/campaigns/helpful/gold/card": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/gold/1/retire": {"post": {"olga"}},
    "/api/v1/campaigns/helpful/disputes": {"get": {"carol"}},
    "/api/v1/campaigns/helpful/disputes/1": {"post": {"carol"}},
    "/api/v1/dry-run": {"post": {"olga"}},
    "/api/v1/campaigns.csv": {"get": {"olga"}},
    "/api/v1/runs.csv": {"get": {"olga"}},
    "/api/v1/jobs.csv": {"get": {"olga"}},
    "/api/v1/rollouts": {"get": {"olga"}},
    "/api/v1/rollouts.csv": {"get": {"olga"}},
    "/api/v1/groups/1": {"get": {"olga"}},
    "/api/v1/groups/1/rollouts.csv": {"get": {"olga"}},
    "/api/v1/groups/1/labels.csv": {"get": {"olga"}},
    "/api/v1/runs/run-of-helpful/trends": {"get": {"olga"}},
    "/api/v1/runs/run-of-helpful/trends.csv": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/answers": {"get": {"olga", "carol"}},
    "/api/v1/campaigns/helpful/answers.csv": {"get": {"olga", "carol"}},
    "/api/v1/campaigns/helpful/returned": {"get": {"alice", "carol"}},
    "/api/v1/annotations/1/review": {"post": {"olga", "carol"}},
    "/api/v1/campaigns/helpful/live": {"get": {"olga"}},
    "/api/v1/campaigns/helpful/tables/annotators.csv": {"get": {"olga"}},
    # Everybody on the site and the audit log are for admins; one's own account is for browsers, never for tokens.
    "/api/v1/people": {"get": set()},
    "/api/v1/people/1": {"patch": set()},
    "/api/v1/people.csv": {"get": set()},
    "/api/v1/audit": {"get": set()},
    "/api/v1/audit.csv": {"get": set()},
}
BROWSER_ONLY = {
    "/api/v1/account/password": ["post"],
    "/api/v1/account/sessions": ["get", "delete"],
    "/api/v1/account/sessions/0123": ["delete"],
    "/api/v1/account/tokens": ["get", "post"],
    "/api/v1/account/tokens/1": ["delete"],
}
# Reached without an account, by design; each has tests of its own.
OPEN = {
    "schema", "session", "<path:anything>", "sso/start", "sso/callback", "invitations/look", "invitations/accept",
}  # fmt: skip
# Who may depends on what it is about, so what is not there is not found first.
UNSEEN = {"/api/v1/annotations/1/review": "unknown_annotation"}
CALLS = [(path, method, allowed) for path, methods in ALLOWED.items() for method, allowed in methods.items()]


def give_back(response):
    """A live stream's place, now; closing the whole answer would close the database's connection too."""
    for close in response._resource_closers:
        close()


@pytest.mark.parametrize(("path", "method", "allowed"), CALLS)
def test_each_role_reaches_exactly_what_it_may(api, open_campaign, path, method, allowed):
    open_campaign()
    for name in ("alice", "carol", "olga", "trainer"):
        response = getattr(api(name), method)(path, data={}, format="json")
        give_back(response)
        if name in allowed:
            assert response.status_code not in (401, 403), (name, response.data)
        elif path in UNSEEN and response.status_code == 404:
            assert response.json()["code"] == UNSEEN[path]
        else:
            assert response.status_code == 403, (name, response.status_code)
            assert response.json()["code"] == "not_allowed"


@pytest.mark.parametrize(("path", "method"), [(path, method) for path, method, _ in CALLS])
def test_without_a_token_or_with_a_wrong_one_nothing_is_reached(db, path, method):
    stranger = APIClient()
    assert getattr(stranger, method)(path, data={}, format="json").status_code == 401
    stranger.credentials(HTTP_AUTHORIZATION="Bearer tb_wrong")
    response = getattr(stranger, method)(path, data={}, format="json")
    assert (response.status_code, response.json()["code"]) == (401, "bad_token")


@pytest.mark.parametrize(("path", "method"), [(path, m) for path, methods in BROWSER_ONLY.items() for m in methods])
def test_an_account_is_its_owners_in_the_browser_and_no_tokens(api, path, method):
    for client in (APIClient(), api("alice"), api("olga")):
        assert getattr(client, method)(path, data={}, format="json").status_code == 401


def test_every_path_of_the_api_is_in_the_table_above():
    api_paths = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/").url_patterns
    listed = set()
    for pattern in api_paths:
        route = str(pattern.pattern)
        if route in OPEN:
            continue
        matching = [
            path for path in {**ALLOWED, **BROWSER_ONLY} if pattern.pattern.match(path.removeprefix("/api/v1/"))
        ]
        assert matching, f"{route} has no row in ALLOWED"
        listed.update(matching)
    assert listed == {*ALLOWED, *BROWSER_ONLY}


def test_a_token_never_does_more_than_its_scopes_or_its_user(api, people, open_campaign):
    open_campaign()
    narrow = api("olga", scopes=[Scope.REWARDS_READ])
    assert narrow.get("/api/v1/reward-models").status_code == 200
    assert narrow.get("/api/v1/jobs").status_code == 403
    token, raw = ApiToken.issue(people["alice"], "greedy", [Scope.MANAGE, Scope.ANNOTATE])
    assert token.scopes == [Scope.ANNOTATE]
    assert raw not in str(token.__dict__)


def test_a_revoked_token_and_a_disabled_person_are_out_at_once(api, people):
    client = api("olga")
    people["olga"].is_active = False
    people["olga"].save(update_fields=["is_active"])
    assert client.get("/api/v1/jobs").status_code == 401


def test_an_annotator_sees_only_campaigns_they_belong_to_and_nothing_of_their_inside(api, people, open_campaign):
    open_campaign()
    hidden = open_campaign(slug="secret")
    hidden.annotators.remove(people["alice"])
    seen = api("alice").get("/api/v1/campaigns").json()["results"]
    assert [c["slug"] for c in seen] == ["helpful"]
    told = {"slug", "name", "question", "guidelines", "form", "completions", "state", "used_up", "cards_wait"}
    assert set(seen[0]) == told | {"answered_by_me", "returned"}
    response = api("alice").post("/api/v1/campaigns/secret/claim", {}, format="json")
    assert (response.status_code, response.json()["code"]) == (404, "unknown_campaign")


def test_a_card_tells_nothing_of_generator_reward_or_uncertainty(api, open_campaign):
    open_campaign(groups=1)
    card = api("alice").post("/api/v1/campaigns/helpful/claim", {}, format="json").json()["cards"][0]
    assert set(card) == {
        "assignment",
        "lease_number",
        "leased_until",
        "prompt",
        "completions",
        "notes",
    }
    assert [set(completion) for completion in card["completions"]] == [{"text", "steps"}] * 2
