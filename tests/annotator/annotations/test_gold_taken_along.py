"""A campaign that is drafted like another may take that one's known answers along."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotator.annotations import gold_items
from tests.factories import make_run

from .known_answers import prefer

pytestmark = pytest.mark.django_db


def test_a_campaign_like_another_takes_its_known_answers_along_but_not_their_scores(world, open_campaign, api):
    it = world(gold_share=0.5)
    it.answer()
    gold_items.retire(it.campaign, it.items[0].pk, now=timezone.now())
    elsewhere = make_run("elsewhere", groups=2, size=2)
    other = [rollout.pk for rollout in elsewhere.groups.first().rollouts.order_by("id")]
    it.campaign.runs.add(elsewhere)
    gold_items.from_rollouts(it.campaign, other, prefer("first"), use="training", explanation="", made_by=it.olga)
    config = {"form": it.campaign.config.form, "gold_share": 0.5, "reserve_share": 0.3}
    draft = {"slug": "again", "name": "Again", "question": "Which?", "budget_labels": 50, "config": config}
    draft |= {"runs": ["run-of-helpful"], "known_answers_of": "helpful"}
    assert api("olga").post("/api/v1/dry-run", draft, format="json").status_code == 200
    assert api("olga").post("/api/v1/campaigns", draft, format="json").status_code == 201
    taken = api("olga").get("/api/v1/campaigns/again/gold").json()["results"]
    kept = [item for item in it.items if item.pk != it.items[0].pk]
    assert sorted(item["rollouts"] for item in taken) == sorted(item.task.rollout_ids for item in kept)
    assert {item["scored"] for item in taken} == {0}
    again = {**draft, "slug": "third", "config": {"form": [{"kind": "ranking", "name": "order"}]}}
    refused = api("olga").post("/api/v1/campaigns", again, format="json")
    assert (refused.status_code, refused.json()["context"]["field"]) == (400, "known_answers_of")
    assert api("olga").get("/api/v1/campaigns/third").status_code == 404, "refused whole"
    unknown = {**draft, "slug": "fourth", "known_answers_of": "nowhere"}
    assert api("olga").post("/api/v1/campaigns", unknown, format="json").status_code == 404
