"""A draft may still be changed, and is checked as a whole each time, or discarded; an open campaign may not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from annotator.annotations import gold_items
from annotator.annotations.models import GoldItem
from annotator.campaigns.models import Campaign, Membership, Stratum
from annotator.people.models import AuditEntry
from annotator.rollouts.models import PromptGroup
from annotator.tasks.models import AnnotationTask
from tests.factories import make_run

pytestmark = pytest.mark.django_db
URL = "/api/v1/campaigns/draft"


@pytest.fixture
def olga(api):
    """Olga's client, with a draft of hers."""
    make_run("one", groups=2, size=2)
    make_run("two", groups=1, size=2, step=1)
    client = api("olga")
    body = {
        "slug": "draft", "name": "Draft", "question": "Which?", "budget_labels": 50, "runs": ["one"],
        "config": {"overlap": 2, "strata": {"by": "run", "caps": {"one": {"share": 0.5}}}},
    }  # fmt: skip
    assert client.post("/api/v1/campaigns", body, format="json").status_code == 201
    return client


def edit(client, **body):
    return client.patch(URL, body, format="json")


def test_what_is_given_changes_and_the_rest_stays_and_both_are_on_record(olga):
    told = edit(olga, question="Which is kinder?", budget_labels=80, runs=["two", "one"]).json()
    assert (told["question"], told["name"], told["runs"]) == ("Which is kinder?", "Draft", ["one", "two"])
    assert (told["budget"]["labels"], told["config"]["overlap"], told["state"]) == (80, 2, "draft")
    assert Stratum.objects.get().cap_labels == 40
    entry = AuditEntry.objects.get(kind="campaign.edited")
    assert entry.old == {"question": "Which?", "budget_labels": 50, "runs": ["one"]}
    assert entry.new == {"question": "Which is kinder?", "budget_labels": 80, "runs": ["one", "two"]}


def test_a_config_is_given_whole_and_only_what_changed_is_on_record(olga):
    assert edit(olga, config={"gold_share": 0.1, "reserve_share": 0.2}).json()["config"]["overlap"] == 1
    assert not Stratum.objects.exists()
    new = AuditEntry.objects.get(kind="campaign.edited").new
    assert new == {"config.overlap": 1, "config.gold_share": 0.1, "config.reserve_share": 0.2, "config.strata": {}}


def test_an_edit_that_changes_nothing_is_not_on_record(olga):
    assert edit(olga, question="Which?").status_code == 200
    assert not AuditEntry.objects.filter(kind="campaign.edited").exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"config": {"gold_share": 0.1}}, "invalid_config"),
        ({"config": {"overlap": 0}}, "invalid_config"),
        ({"runs": ["nowhere"]}, "unknown_run"),
        ({"runs": []}, "invalid_input"),
        ({"budget_labels": 0}, "invalid_input"),
        ({"budget_money": "5"}, "invalid_input"),
        ({"name": ""}, "invalid_input"),
    ],
)
def test_bad_input_is_refused_whole(olga, body, code):
    before = Campaign.objects.values().get()
    refused = edit(olga, question="Other?", **body)
    assert (refused.status_code // 100, refused.json()["code"]) == (4, code)
    assert Campaign.objects.values().get() == before


def test_what_one_label_is_paid_for_at_most_follows_the_lease_unless_it_was_said(olga):
    edit(olga, budget_hours="5", config={"lease_minutes": 5})
    assert Campaign.objects.get().paid_seconds_cap == 300
    edit(olga, config={"lease_minutes": 2})
    assert Campaign.objects.get().paid_seconds_cap == 120
    edit(olga, paid_seconds_cap=90)
    edit(olga, config={"lease_minutes": 4})
    assert (Campaign.objects.get().paid_seconds_cap, Campaign.objects.get().budget_hours) == (90, Decimal(5))


def known_answer(people):
    campaign, group = Campaign.objects.get(), PromptGroup.objects.earliest("id")
    rollouts = list(group.rollouts.order_by("id").values_list("id", flat=True))
    right = {"preference": {"choice": "first", "strength": None}}
    return gold_items.from_rollouts(campaign, rollouts, right, use="gold", explanation="", made_by=people["olga"])


def test_the_form_stays_while_answers_to_it_are_known(olga, people):
    known_answer(people)
    asked = [{"kind": "rating", "name": "q", "criteria": [{"name": "help"}]}]
    assert edit(olga, config={"form": asked}).status_code == 409
    assert edit(olga, config={"overlap": 3}).status_code == 200


def test_a_discarded_draft_is_gone_and_on_record(olga, people):
    known_answer(people)
    assert olga.delete(URL).status_code == 204
    assert olga.get(URL).status_code == olga.delete(URL).status_code == 404
    assert not any(kind.objects.exists() for kind in (Campaign, Membership, Stratum, GoldItem, AnnotationTask))
    entry = AuditEntry.objects.get(kind="campaign.discarded")
    assert (entry.about_name, entry.old["question"], entry.actor_name) == ("draft", "Which?", "olga")
    assert PromptGroup.objects.count() == 3


@pytest.mark.parametrize("state", ["open", "pause", "close"])
def test_what_was_opened_is_neither_edited_nor_discarded(olga, state):
    for to in {"open": ["open"], "pause": ["open", "pause"], "close": ["close"]}[state]:
        assert olga.post(f"{URL}/{to}").status_code == 200
    before = Campaign.objects.values().get()
    assert edit(olga, question="Other?").status_code == olga.delete(URL).status_code == 409
    assert Campaign.objects.values().get() == before


def test_a_drafts_budget_is_edited_and_not_topped_up(olga):
    refused = olga.post(f"{URL}/top-up", {"labels": 5, "idempotency_key": "k"}, format="json")
    assert (refused.status_code, Campaign.objects.get().budget_labels) == (409, 50)


def test_a_campaigns_annotators_neither_edit_nor_discard_it(olga, api):
    assert edit(api("alice"), question="Other?").status_code == api("alice").delete(URL).status_code == 403
