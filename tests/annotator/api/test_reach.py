"""Who manages a campaign explores its runs; what belongs to other campaigns does not exist for them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from annotator.annotations.models import Annotation
from annotator.campaigns.models import Membership
from annotator.people.models import Role, User
from annotator.rollouts import words
from annotator.rollouts.models import PromptGroup, RewardModelVersion
from annotator.training.explorer_wanted import place_name
from tests.factories import make_open_campaign, make_run, make_version, score_all

from .test_campaign_roles import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def meg(open_campaign: Any) -> User:
    """Manages `helpful` and belongs to nothing else; on the site she is an annotator."""
    helpful, _ = open_campaign(), open_campaign(slug="secret")
    words.sweep()
    person = User.objects.create_user("meg")
    Membership.objects.create(campaign=helpful, user=person, role="manager")
    return person


def get(person: User, path: str, **query: Any) -> Any:
    return browser(person).get(f"/api/v1/{path}", query)


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_a_campaigns_manager_finds_the_rollouts_of_its_runs_and_no_others(meg: User) -> None:
    assert [run["name"] for run in get(meg, "runs").json()["results"]] == ["run-of-helpful"]
    for query in ({}, {"q": "answer"}, {"q": "prompt", "within": "prompt"}, {"labelled": "no"}, {"sort": "oldest"}):
        found = get(meg, "rollouts", limit=100, **query).json()["results"]
        assert len(found) == 12 and {row["run"] for row in found} == {"run-of-helpful"}, query
    whole = get(meg, "rollouts", run="run-of-helpful", sort="highest_reward", reward_min=2).json()["results"]
    assert len(whole) == 6
    group = PromptGroup.objects.filter(run__name="run-of-helpful").first()
    assert group is not None
    assert get(meg, f"groups/{group.pk}").json()["run"] == "run-of-helpful"
    assert get(meg, "runs/run-of-helpful/trends").json()["groups"] == 3
    assert len(get(meg, "runs/run-of-helpful/groups").json()["results"]) == 3


def test_her_tables_hold_no_more_than_her_pages(meg: User) -> None:
    assert {row["run"] for row in table(get(meg, "rollouts.csv"))} == {"run-of-helpful"}
    assert [row["name"] for row in table(get(meg, "runs.csv"))] == ["run-of-helpful"]
    assert [row["slug"] for row in table(get(meg, "campaigns.csv"))] == ["helpful"]
    assert len(table(get(meg, "runs/run-of-helpful/trends.csv"))) == 1


def test_a_forged_name_or_number_of_another_run_is_not_found(meg: User) -> None:
    """As if it did not exist: the answer is the same for a run of others and for no run at all."""
    theirs = PromptGroup.objects.filter(run__name="run-of-secret").first()
    assert theirs is not None
    for path, query, code in (
        ("rollouts", {"run": "run-of-secret"}, "unknown_run"),
        ("rollouts.csv", {"run": "run-of-secret"}, "unknown_run"),
        ("runs/run-of-secret/trends", {}, "unknown_run"),
        ("runs/run-of-secret/trends.csv", {}, "unknown_run"),
        ("runs/run-of-secret/groups", {}, "unknown_run"),
        (f"groups/{theirs.pk}", {}, "unknown_group"),
        (f"groups/{theirs.pk}/rollouts.csv", {}, "unknown_group"),
        (f"groups/{theirs.pk}/labels.csv", {}, "unknown_group"),
    ):
        refused = get(meg, path, **query)
        assert (refused.status_code, refused.json()["code"]) == (404, code), path
        there_is_none = get(
            meg, path.replace("run-of-secret", "nowhere").replace(str(theirs.pk), "999999"),
            **dict.fromkeys(query, "nowhere"),
        )  # fmt: skip
        assert (there_is_none.status_code, there_is_none.json()["code"]) == (404, code), path


def test_a_forged_place_in_the_list_leads_nowhere_else(meg: User) -> None:
    theirs = PromptGroup.objects.filter(run__name="run-of-secret").order_by("-id").first()
    assert theirs is not None
    found = get(meg, "rollouts", limit=100, cursor=place_name([theirs.pk + 1, 10**6])).json()["results"]
    assert {row["run"] for row in found} == {"run-of-helpful"}


def test_of_a_shared_run_she_sees_her_campaigns_answers_and_scores_alone(people: Any, api: Any) -> None:
    run = make_run("shared", groups=1, size=2)
    campaigns = {slug: make_open_campaign(people, slug=slug, run=run, overlap=2) for slug in ("helpful", "secret")}
    for campaign in campaigns.values():
        score_all(make_version(campaign.reward_model), run)
    meg = User.objects.create_user("meg")
    Membership.objects.create(campaign=campaigns["helpful"], user=meg, role="manager")
    answer(api, "alice", "secret", "their word")
    group, hers, theirs = PromptGroup.objects.get().pk, browser(meg), browser(people["olga"])
    told = hers.get(f"/api/v1/groups/{group}").json()
    assert told["labels"] == [] and {s["model"] for row in told["rollouts"] for s in row["scores"]} == {"helpful"}
    assert [row["labels"] for row in hers.get("/api/v1/rollouts").json()["results"]] == [0, 0]
    assert hers.get("/api/v1/rollouts?labelled=yes").json()["results"] == []
    assert len(theirs.get("/api/v1/rollouts?labelled=yes").json()["results"]) == 2
    assert hers.get("/api/v1/runs/shared/trends").json()["points"][0]["labels"] == 0
    assert theirs.get("/api/v1/runs/shared/trends").json()["points"][0]["labels"] == 1
    assert hers.get("/api/v1/rollouts").json()["model"] == "helpful"
    assert hers.get("/api/v1/rollouts?model=secret").json()["model"] is None
    (listed,) = hers.get("/api/v1/runs/shared/groups").json()["results"]
    assert all(row["score"] is not None for row in listed["rollouts"])
    RewardModelVersion.objects.filter(name="helpful").update(state="retired")
    (listed,) = hers.get("/api/v1/runs/shared/groups").json()["results"]
    assert all(row["score"] is None for row in listed["rollouts"])
    answer(api, "bob", "helpful", "her campaign's word")
    (label,) = hers.get(f"/api/v1/groups/{group}").json()["labels"]
    assert (label["campaign"], label["comment"]) == ("helpful", "her campaign's word")
    assert len(theirs.get(f"/api/v1/groups/{group}").json()["labels"]) == 2


def answer(api: Any, name: str, slug: str, comment: str) -> None:
    (card,) = api(name).post(f"/api/v1/campaigns/{slug}/claim", {"n": 1}, format="json").data["cards"]
    body = {
        "lease_number": card["lease_number"], "answer": {"preference": {"choice": "first", "strength": None}},
        "comment": comment, "idempotency_key": f"{name}-{slug}",
    }  # fmt: skip
    made = api(name).post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json")
    assert made.status_code == 201, made.data
    assert Annotation.objects.get(pk=made.data["annotation"]).comment == comment


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_who_only_works_in_a_campaign_explores_nothing(meg: User, role: str) -> None:
    Membership.objects.filter(user=meg).update(role=role)
    for path in ("rollouts", "rollouts.csv", "runs", "runs.csv", "campaigns.csv", "groups/1", "groups/1/labels.csv"):
        assert get(meg, path).status_code == 403, path
    assert get(meg, "runs/run-of-helpful/trends").status_code == 403


def test_a_role_in_a_campaign_widens_no_token_and_no_trainers_account(meg: User, api: Any, people: Any) -> None:
    people["meg"] = meg
    assert api("meg").get("/api/v1/rollouts").status_code == 403
    User.objects.filter(pk=meg.pk).update(role=Role.TRAINER)
    assert get(User.objects.get(pk=meg.pk), "rollouts").status_code == 403
    assert Client().get("/api/v1/rollouts").status_code == 401


def test_she_makes_no_runs_and_sends_no_rollouts(meg: User) -> None:
    client = browser(meg)
    made = client.put("/api/v1/runs/mine", {}, content_type="application/json")
    sent = client.post("/api/v1/runs/run-of-helpful/rollouts", {}, content_type="application/json")
    assert (made.status_code, sent.status_code) == (403, 403)
