"""No request of any kind gives a 500: every field of every body, every query and every path, with what hurts.

The fields come from the API's own schema, so a new one is walked without being listed here; a new body needs an example
that is accepted, because what is refused at the first field tests none of the others.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from decimal import Decimal
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from annotator.annotations import gold_items
from annotator.annotations.label_sets import freeze
from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns import invitations, lifecycle
from annotator.campaigns.config import CampaignConfig
from annotator.people.models import ApiToken, User
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from annotator.training.due import retrain_now
from tests.factories import said

pytestmark = pytest.mark.django_db

ENDLESS = "@endless@"  # written as 1e999, which Python cannot
DEEP: Any = functools.reduce(lambda inner, _: [inner], range(400), [])
HOSTILE: list[Any] = [
    None, True, -1, 2**31, 2**63, 10**40, 1.5, ENDLESS, "", "a\x00b", "\ud800", "x" * 20_000, "NaN", "1e400", [], {},
    ["\x00"], {"\x00": 1}, {"a": "\udfff"}, DEEP,
]  # fmt: skip
IN_WORDS = [
    "", "-1", "1.5", str(2**31), str(2**63), str(10**40), "1e999", "nan", "inf", "%00", "a%00b", "%ED%A0%80",
    "x" * 3000,
]  # fmt: skip
NUMBERS = ["0", str(2**31), str(2**63), str(10**40)]
BODIES = ("post", "put", "patch")
ANNOTATORS = {"claim", "submit", "release", "renew", "revise", "my_answers", "returned_to_me"}
OF_DRAFTS = {"campaigns_edit", "campaigns_discard"}
STREAMS = {"campaigns_live"}  # never ends, and takes nothing


@functools.cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """(method, path, what the schema says) by operation."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {told["operationId"]: (method, path, told) for path, some in paths.items() for method, told in some.items()}


class World:
    """One of everything, so that every path can be asked about something that is there."""

    def __init__(self, open_campaign: Any, people: dict[str, Any]) -> None:
        self.ada = User.objects.create_user("ada", password="ada-long-password", role="admin")
        campaign = open_campaign(
            groups=9, reserve_share=0.2, budget_hours=Decimal(20), budget_money=Decimal(900), currency="EUR",
            pay_per_label=Decimal(1), overlap=2, extra_on_disagreement=True, min_labels=2,
        )  # fmt: skip
        self.campaign, self.alice = campaign, people["alice"]
        held, told, disputed = claim_next(campaign, self.alice.pk, n=3, now=timezone.now())
        self.answer = submit(told.assignment, self.alice.pk, told.lease_number, said(key="told"))[0]
        submit(disputed.assignment, self.alice.pk, disputed.lease_number, said("tie", key="disputed"))
        self.dispute = AnnotationTask.objects.get(assignments=disputed.assignment)
        AnnotationTask.objects.filter(pk=self.dispute.pk).update(state="disputed")
        self.lease = handles.lease_shown(held.assignment, held.lease_number)
        rollouts = list(campaign.runs.get().groups.order_by("-id")[0].rollouts.values_list("id", flat=True)[:2])
        prefer = {"preference": {"choice": "first", "strength": None}}
        made = {"use": "gold", "explanation": "", "made_by": people["olga"]}
        item = gold_items.from_rollouts(campaign, rollouts, prefer, **made)
        invitation, self.link = invitations.make(
            campaign, by=people["olga"], now=timezone.now(), role="annotator", max_uses=5, days=7, note=""
        )
        lifecycle.create(
            slug="draft", name="Draft", question="Which?", budget_labels=9, created_by=people["olga"],
            runs=[campaign.runs.get().name],
        )  # fmt: skip
        labels, job = freeze(campaign), retrain_now(campaign)
        token, _ = ApiToken.issue(self.ada, "mine")
        self.named = {
            "slug": campaign.slug, "run": campaign.runs.get().name, "name": "helpful", "session": "0123",
            "table": "annotators", "assignment": handles.shown(held.assignment), "annotation": self.answer.pk,
            "task": self.dispute.pk, "item": item.pk, "invitation": invitation.pk, "user": people["bob"].pk,
            "group": self.dispute.group_id, "job": job.pk, "label_set": labels.pk, "token": token.pk,
        }  # fmt: skip
        self.cookies = {"ada": self._signed_in(self.ada), "alice": self._signed_in(self.alice)}

    def bodies(self) -> dict[str, Any]:
        """One body of each kind that is taken."""
        prefer = {"preference": {"choice": "first", "strength": 2}}
        answer = {
            "answer": prefer,
            "skip": None,
            "flagged": True,
            "active_ms": 5,
            "comment": "c",
            "idempotency_key": "k",
        }
        config = CampaignConfig(strata={"by": "meta.kind", "caps": {"a": {"share": 0.5}}}).to_json()
        campaign = {
            "slug": "new", "name": "New", "question": "Which?", "guidelines": "g", "reward_model": "new",
            "budget_labels": 10, "budget_hours": "5.5", "budget_money": "90", "currency": "EUR", "pay_per_label": "1",
            "pay_per_hour": "2", "paid_seconds_cap": 60, "runs": [self.named["run"]], "annotators": ["alice"],
            "config": config, "known_answers_of": self.named["slug"],
        }  # fmt: skip
        made_once = ("slug", "annotators", "known_answers_of")
        return {
            "account_password": {"current": "ada-long-password", "new": "another long password"},
            "account_token_make": {"name": "t", "scopes": ["manage"], "days": 5},
            "review": {"verdict": "returned", "note": "Why?"},
            "revise": answer,
            "submit": answer | {"lease_number": self.lease},
            "release": {"lease_number": self.lease},
            "renew": {"lease_number": self.lease},
            "claim": {"n": 2, "hold": [self.named["assignment"]]},
            "decide": answer,
            "campaigns_create": campaign,
            "campaigns_edit": {field: campaign[field] for field in campaign if field not in made_once},
            "campaigns_dry_run": campaign | {"config": {"overlap": 2}},
            "campaigns_top_up": {"labels": 5, "hours": "1.5", "money": "2", "idempotency_key": "k"},
            "gold_make": {"use": "gold", "explanation": "e", "rollouts": self.fresh(), "answer": prefer},
            "invitations_make": {"role": "annotator", "max_uses": 2, "days": 3, "note": "n"},
            "invited_look": {"token": self.link},
            "invited_accept": {"token": self.link, "username": "new-one", "password": "another long password"},
            "members_add": {"username": "ada", "role": "annotator"},
            "members_change": {"role": "manager", "paused": True, "because": "b"},
            "people_change": {"role": "manager", "active": True},
            "runs_put": {"trainer": "trl", "config": {"lr": 0.1, "deep": [{"a": "b"}]}},
            "rollouts_ingest": [{"group_id": "g", "step": 1, "prompt": "p", "meta": {"a": "b"}, "completions": [
                {"id": "i", "text": "t", "reward": 0.5, "rewards": {"r": 1.0}, "generator": "m", "meta": {}}]}],
            "session_sign_in": {"username": "ada", "password": "ada-long-password"},
        }  # fmt: skip

    def fresh(self) -> list[int]:
        return list(self.campaign.runs.get().groups.order_by("id")[0].rollouts.values_list("id", flat=True)[:2])

    def ask(self, operation: str, body: Any = None, *, query: str = "", **named: str) -> tuple[int, str]:
        """The status of one request, and how its answer begins; nothing it did stays."""
        method, path, _ = operations()[operation]
        client = self._client(operation)
        raw = json.dumps(body).replace(f'"{ENDLESS}"', "1e999")
        keep = transaction.savepoint()
        try:
            of_drafts = {"slug": "draft"} if operation in OF_DRAFTS else {}
            address = path.format(**{**self.named, **of_drafts, **named}) + query
            answer = client.generic(method.upper(), address, raw if body is not None else "", "application/json")
            said_ = b"".join(answer.streaming_content) if answer.streaming else answer.content
            return answer.status_code, said_[:200].decode(errors="replace")
        finally:
            transaction.savepoint_rollback(keep)

    def _client(self, operation: str) -> Client:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies["alice" if operation in ANNOTATORS else "ada"])
        return client

    @staticmethod
    def _signed_in(who: User) -> str:
        client = Client()
        client.force_login(who)
        return client.cookies.output(header="", sep=";")


@pytest.fixture
def world(open_campaign, people):
    return World(open_campaign, people)


def changed(body: Any, hostile: list[Any]) -> Iterator[tuple[str, Any]]:
    """The body with one part of it, at any depth, turned into something else or left out."""
    for where, replace in parts(body):
        for value in hostile:
            other = copy.deepcopy(body)
            yield f"{where}={str(value)[:20]!r}", replace(other, value)


def parts(body: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    yield where or "body", lambda whole, value: value
    keys = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, inner in keys:
        for path, replace in parts(inner, f"{where}/{key}"):

            def put(whole: Any, value: Any, key: Any = key, replace: Any = replace) -> Any:
                whole[key] = replace(whole[key], value)
                return whole

            yield path, put


def test_every_body_has_an_example_here_that_is_taken(world):
    bodies = world.bodies()
    assert set(bodies) == {name for name, (_, _, told) in operations().items() if "requestBody" in told}
    taken = {name: world.ask(name, body) for name, body in bodies.items()}
    assert {name: told for name, told in taken.items() if told[0] >= 300} == {}
    for name, body in bodies.items():
        if isinstance(body, dict):
            assert properties(name) - set(body) <= {"annotation"}, name  # gold may name an answer instead


def properties(operation: str) -> set[str]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    content = operations()[operation][2]["requestBody"]["content"]["application/json"]["schema"]
    named = schema["components"]["schemas"][content["$ref"].rsplit("/", 1)[-1]] if "$ref" in content else content
    return set(named.get("properties", {}))


def walked() -> list[str]:
    return sorted(name for name, (_, _, told) in operations().items() if "requestBody" in told)


@pytest.mark.parametrize("operation", walked())
def test_no_field_of_a_body_breaks_the_server(world, operation):
    broken = [
        (what, answer)
        for what, body in changed(world.bodies()[operation], HOSTILE)
        if (answer := world.ask(operation, body))[0] >= 500
    ]
    assert broken == []


def test_no_gold_named_by_an_answer_breaks_the_server(world):
    body = {"use": "gold", "annotation": world.answer.pk}
    assert [what for what, other in changed(body, HOSTILE) if world.ask("gold_make", other)[0] >= 500] == []


def test_no_query_breaks_the_server(world):
    broken = []
    for operation, (_, _, told) in operations().items():
        for one in told.get("parameters", []):
            if one["in"] != "query" or operation in STREAMS:
                continue
            for value in IN_WORDS:
                status, answer = world.ask(operation, query=f"?{one['name']}={value}")
                if status >= 500:
                    broken.append((operation, one["name"], value[:20], answer))
    assert broken == []


def test_no_number_in_a_path_breaks_the_server(world):
    broken, bodies = [], world.bodies()
    for operation, (_, _, told) in operations().items():
        for one in told.get("parameters", []):
            if one["in"] != "path" or one["schema"]["type"] != "integer":
                continue
            for value in NUMBERS:
                status, answer = world.ask(operation, bodies.get(operation), **{one["name"]: value})
                if status >= 500 or status < 300:
                    broken.append((operation, one["name"], value, status, answer))
    assert broken == []
