"""Answers are read again: accepted, or returned with a note and corrected by whoever gave them. Nothing disappears."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from annotator.annotations.models import Annotation, Review
from annotator.annotations.reviews import awaiting, review
from annotator.campaigns.models import Campaign
from annotator.errors import CampaignClosed, InvalidInput, NotAllowed, StaleRevision
from annotator.tasks.models import AnnotationTask

pytestmark = pytest.mark.django_db


def claim(api: Any, who: str, slug: str) -> Any:
    (card,) = api(who).post(f"/api/v1/campaigns/{slug}/claim", {"n": 1}, format="json").data["cards"]
    return card


def say(api: Any, who: str, path: str, choice: str, key: str, **more: Any) -> int:
    body = {
        "answer": {"preference": {"choice": choice, "strength": None if choice == "tie" else 2}}, "skip": None,
        "comment": "", "active_ms": 900, "idempotency_key": key, **more,
    }  # fmt: skip
    answer = api(who).post(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == 201, answer.data
    return int(answer.data["annotation"])


def answered(api: Any, who: str, slug: str, choice: str = "first", **more: Any) -> int:
    card = claim(api, who, slug)
    path = f"assignments/{card['assignment']}/annotation"
    return say(api, who, path, choice, f"{card['assignment']}", lease_number=card["lease_number"], **more)


def test_a_returned_answer_comes_back_to_its_author_until_it_is_corrected(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign()
    given = answered(api, "alice", campaign.slug)
    told = api("olga").post(
        f"/api/v1/annotations/{given}/review", {"verdict": "returned", "note": "Look at step 2."}, format="json"
    )
    assert (told.status_code, told.data["reviewer"]) == (200, "olga")
    (back,) = api("alice").get(f"/api/v1/campaigns/{campaign.slug}/returned").data["results"]
    assert (back["annotation"], back["note"], back["returned_by"]) == (given, "Look at step 2.", "olga")
    assert back["answer"]["preference"]["choice"] == "first"
    assert api("bob").get(f"/api/v1/campaigns/{campaign.slug}/returned").data["results"] == []
    corrected = say(api, "alice", f"annotations/{given}/revise", "tie", "again")
    assert api("alice").get(f"/api/v1/campaigns/{campaign.slug}/returned").data["results"] == []
    assert Annotation.objects.get(pk=corrected).revises_id == given
    assert Annotation.objects.filter(pk=given).exists()
    (row,) = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?state=corrected").data["results"]
    assert (row["annotation"], row["corrects"], row["reviews"]) == (corrected, given, [])
    with pytest.raises(StaleRevision):
        review(given, row_reviewer(), "accepted")


def row_reviewer() -> Any:
    from annotator.people.models import User

    return User.objects.get(username="olga")


def test_the_newest_verdict_counts_and_all_are_kept(open_campaign: Any, api: Any, people: dict[str, Any]) -> None:
    campaign = open_campaign()
    given = answered(api, "alice", campaign.slug)
    review(given, people["olga"], "returned", "Why?")
    review(given, people["olga"], "returned", "Why?")
    review(given, people["carol"], "accepted")
    assert list(Review.objects.order_by("id").values_list("verdict", flat=True)) == ["returned", "accepted"]
    assert api("alice").get(f"/api/v1/campaigns/{campaign.slug}/returned").data["results"] == []
    (row,) = api("carol").get(f"/api/v1/campaigns/{campaign.slug}/answers?state=accepted").data["results"]
    assert [one["reviewer"] for one in row["reviews"]] == ["olga", "carol"]


def test_a_review_is_never_changed(open_campaign: Any, api: Any, people: dict[str, Any]) -> None:
    made = review(answered(api, "alice", open_campaign().slug), people["olga"], "accepted")
    for change in (lambda: Review.objects.filter(pk=made.pk).update(note="x"), made.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("note", ["", "  ", "\x00", "n" * 10_001])
def test_whoever_returns_an_answer_says_why(open_campaign: Any, api: Any, people: Any, note: str) -> None:
    given = answered(api, "alice", open_campaign().slug)
    with pytest.raises(InvalidInput):
        review(given, people["olga"], "returned", note)
    assert not Review.objects.exists()


def test_nobody_reads_their_own_answer_and_annotators_read_none(open_campaign: Any, api: Any, people: Any) -> None:
    campaign = open_campaign()
    own = answered(api, "carol", campaign.slug)
    with pytest.raises(NotAllowed):
        review(own, people["carol"], "accepted")
    for who in ("alice", "bob"):
        assert api(who).get(f"/api/v1/campaigns/{campaign.slug}/answers").status_code == 403
        refused = api(who).post(f"/api/v1/annotations/{own}/review", {"verdict": "accepted"}, format="json")
        assert refused.status_code == 403
    assert api("trainer").get(f"/api/v1/campaigns/{campaign.slug}/answers").status_code == 403
    assert (
        api("olga").post("/api/v1/annotations/999999/review", {"verdict": "accepted"}, format="json").status_code == 404
    )


def test_an_adjudicator_of_another_campaign_reads_nothing_here(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign()
    given = answered(api, "alice", campaign.slug)
    campaign.memberships.filter(user__username="carol").delete()
    assert api("carol").get(f"/api/v1/campaigns/{campaign.slug}/answers").status_code == 404
    assert (
        api("carol").post(f"/api/v1/annotations/{given}/review", {"verdict": "accepted"}, format="json").status_code
        == 404
    )


def test_what_cannot_be_corrected_any_more_is_not_returned(open_campaign: Any, api: Any, people: Any) -> None:
    campaign = open_campaign()
    given = answered(api, "alice", campaign.slug)
    Campaign.objects.filter(pk=campaign.pk).update(state="closed")
    with pytest.raises(CampaignClosed):
        review(given, people["olga"], "returned", "Too late.")
    assert review(given, people["olga"], "accepted").verdict == "accepted"


def test_answers_worth_a_second_look_are_found(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=1, size=2, overlap=2, random_share=0.0)

    def look(query: str) -> list[int]:
        found = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?{query}").data["results"]
        return [row["annotation"] for row in found]

    card = claim(api, "alice", campaign.slug)
    first = say(api, "alice", f"assignments/{card['assignment']}/annotation", "first", "a", flagged=True,
                lease_number=card["lease_number"])  # fmt: skip
    best = card["completions"][0]["text"]
    card = claim(api, "bob", campaign.slug)
    other = "second" if card["completions"][0]["text"] == best else "first"
    second = say(api, "bob", f"assignments/{card['assignment']}/annotation", other, "b",
                 lease_number=card["lease_number"])  # fmt: skip
    assert look("") == [second, first]
    assert look("annotator=alice") == look("flagged=true") == [first]
    assert look("disputed=true") == [second, first]
    assert look("stream=gold") == look("skipped=true") == look("fast=true") == []
    assert look("state=unread&limit=1") == [second]
    page = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?limit=1").data
    assert look(f"after={page['next']}") == [first]
    (row,) = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?annotator=bob").data["results"]
    assert [one["annotator"] for one in row["others"]] == ["alice"]
    assert awaiting(campaign).n == 1


def test_a_correction_is_no_dispute_with_oneself(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign()
    given = answered(api, "alice", campaign.slug)
    say(api, "alice", f"annotations/{given}/revise", "second", "again")
    found = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?disputed=true")
    assert found.data["results"] == []
    assert len(api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers").data["results"]) == 1


def test_fast_means_fast_for_that_person(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=30)
    times = [5_000 + 100 * n for n in range(24)] + [400]
    made = [answered(api, "alice", campaign.slug, active_ms=ms) for ms in times]
    found = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers?fast=true").data["results"]
    assert made[-1] in [row["annotation"] for row in found]
    assert len(found) <= 2


def test_who_adjudicates_and_judges_reads_no_answer_to_a_card_they_may_still_get(
    open_campaign: Any, api: Any, people: dict[str, Any]
) -> None:
    campaign = open_campaign(groups=1, overlap=2)

    def read_by(name: str) -> list[str]:
        rows = api(name).get(f"/api/v1/campaigns/{campaign.slug}/answers").data["results"]
        return sorted(row["annotator"] for row in rows)

    answered(api, "alice", campaign.slug)
    assert (read_by("carol"), read_by("olga")) == ([], ["alice"])
    answered(api, "bob", campaign.slug)
    assert read_by("carol") == ["alice", "bob"], "the card asks nobody any more"
    AnnotationTask.objects.update(stream="gold")
    assert (read_by("carol"), read_by("olga")) == ([], ["alice", "bob"]), "what is known beforehand is asked again"
