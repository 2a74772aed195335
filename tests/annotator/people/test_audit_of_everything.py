"""Every kind of change is on record with who made it and what it was, and no record holds a secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from annotator.annotations import gold_items
from annotator.annotations.allowances import claim
from annotator.annotations.models import Annotation, LabelSet
from annotator.annotations.submission import submit
from annotator.campaigns import lifecycle
from annotator.campaigns.models import Campaign, Invitation
from annotator.people.models import AuditEntry, BrowserSession, User
from annotator.rollouts.models import PolicyRun
from annotator.training.models import TrainingJob
from tests.factories import said

pytestmark = pytest.mark.django_db
URL = "/api/v1/campaigns/helpful"
GOOD = "correct horse battery staple"


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def call(client, method, path, body=None):
    answer = getattr(client, method)(path, body or {}, content_type="application/json")
    assert answer.status_code < 300, (method, path, answer.content)
    return answer


def recorded(kind):
    return list(AuditEntry.objects.filter(kind=kind).order_by("id").values_list("actor_name", "old", "new"))


@pytest.fixture
def answered(open_campaign, people):
    """Alice has answered three cards of `helpful`."""
    campaign = open_campaign(groups=3)
    for number in range(3):
        (card,) = claim(campaign, people["alice"].pk, n=1, now=timezone.now(), hold=())
        submit(card.assignment, people["alice"].pk, card.lease_number, said(key=f"k{number}"))
    return campaign


def test_what_managers_do_with_answers_is_on_record(answered, people):
    olga = browser(people["olga"])
    first = Annotation.objects.earliest("id")
    call(olga, "post", f"/api/v1/annotations/{first.pk}/review", {"verdict": "returned", "note": "Look again."})
    call(olga, "post", f"/api/v1/annotations/{first.pk}/review", {"verdict": "accepted", "note": ""})
    told = {"annotation": first.pk, "note": ""}
    assert recorded("answer.reviewed") == [
        ("olga", None, {**told, "verdict": "returned", "note": "Look again."}),
        ("olga", {"verdict": "returned"}, {**told, "verdict": "accepted"}),
    ]
    frozen = call(olga, "post", f"{URL}/label-sets").json()
    call(olga, "post", f"{URL}/label-sets")
    ((who, _, what),) = recorded("labels.frozen")
    assert who == "olga" and what["label_set"] == frozen["id"] and what["answers"] == 3
    item = gold_items.from_answer(answered, first.pk, use="gold", explanation="", made_by=people["olga"])
    call(olga, "post", f"{URL}/gold/{item.pk}/retire")
    assert recorded("gold.retired") == [("olga", {"item": item.pk}, None)]
    job = call(olga, "post", f"{URL}/retrain").json()["id"]
    call(olga, "post", f"/api/v1/jobs/{job}/cancel")
    assert recorded("training.asked") == [("olga", None, {"job": job, "label_set": frozen["id"]})]
    assert recorded("training.cancelled") == [("olga", {"state": "queued"}, {"job": job})]


def test_what_leaves_the_house_is_on_record(answered, people):
    olga = browser(people["olga"])
    label_set = call(olga, "post", f"{URL}/label-sets").json()["id"]
    paths = [
        f"{URL}/annotations/export",
        f"/api/v1/label-sets/{label_set}/export?format=ranked&split=all",
        f"{URL}/tables/annotators.csv",
        "/api/v1/rollouts.csv",
    ]
    for path in paths:
        answer = olga.get(path)
        assert answer.status_code == 200, path
        b"".join(answer.streaming_content)
    assert [what for _, _, what in recorded("export.downloaded")] == [
        {"what": "answers"},
        {"what": f"label set {label_set}", "format": "ranked", "split": "all"},
        {"what": "helpful-annotators.csv"},
        {"what": "rollouts.csv"},
    ]


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        ("trainer", "put", "/api/v1/runs/another", {}),
        ("alice", "delete", "/api/v1/account/sessions", {}),
        ("olga", "post", f"{URL}/retrain", {}),
        ("olga", "post", f"{URL}/label-sets", {}),
        ("olga", "post", f"{URL}/invitations", {"role": "annotator"}),
        ("olga", "post", f"{URL}/pause", {}),
        ("olga", "post", f"{URL}/top-up", {"labels": 5, "idempotency_key": "k"}),
    ],
)
def test_what_cannot_be_written_down_does_not_happen(answered, people, who, method, path, body):
    client, _elsewhere = browser(people[who]), browser(people[who])
    before = everything_there()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE people_auditentry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    with pytest.raises(IntegrityError, match="full_disk"):
        getattr(client, method)(path, body, content_type="application/json")
    assert everything_there() == before


def everything_there():
    campaign = Campaign.objects.values_list("state", "budget_labels").get()
    return campaign, *(many.objects.count() for many in (PolicyRun, BrowserSession, TrainingJob, LabelSet, Invitation))


def test_no_way_of_coming_in_or_of_changing_a_secret_leaves_it_in_the_log(answered, people):
    secrets = [GOOD, "alice-long-password", "a wrong password", "as-a-name-by-mistake"]
    stranger, olga = Client(), browser(people["olga"])
    for name, password in [("alice", "a wrong password"), ("as-a-name-by-mistake", GOOD)]:
        stranger.post("/api/v1/session", {"username": name, "password": password}, content_type="application/json")
    call(stranger, "post", "/api/v1/session", {"username": "alice", "password": "alice-long-password"})
    call(stranger, "post", "/api/v1/account/password", {"current": "alice-long-password", "new": GOOD})
    token = call(stranger, "post", "/api/v1/account/tokens", {"name": "n", "scopes": ["annotate"]}).json()["token"]
    link = call(olga, "post", f"{URL}/invitations", {"role": "annotator"}).json()["token"]
    call(Client(), "post", "/api/v1/invitations/accept", {"token": link, "username": "eve", "password": GOOD + "!"})
    log = str(list(AuditEntry.objects.values()))
    assert not [secret for secret in [*secrets, token, link, GOOD + "!"] if secret in log]
    assert User.objects.get(username="eve").password not in log
    kinds = {"person.sign_in_failed", "person.signed_in", "person.password_changed", "token.made", "invitation.made"}
    assert kinds | {"membership.added", "person.made"} <= set(AuditEntry.objects.values_list("kind", flat=True))


def test_every_kind_that_is_recorded_has_a_sentence_on_the_page():
    """A kind the page does not know is shown as the server writes it; no kind of ours should be."""
    page = (settings.BASE_DIR / "frontend" / "src" / "domain" / "audit.ts").read_text()
    said = set(re.findall(r'"([a-z]+\.[a-z_]+)"', page))
    sources = "".join(
        path.read_text() for folder in ("annotator", "training_bridge")
        for path in Path(settings.BASE_DIR / folder).rglob("*.py")
    )  # fmt: skip
    written = set(re.findall(r'"((?:[a-z]+)\.[a-z_]+)"', "".join(re.findall(r"audit\.record\([^)]*", sources))))
    written |= {*lifecycle.RECORDED.values(), "membership.added", "membership.role_changed"}
    assert len(written) > 30 and written <= said, written - said
