"""The numbers an annotator sees say nothing about the cards they belong to."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotations import personal
from annotator.annotations.models import GoldScore
from annotator.api import handles
from annotator.tasks.models import AnnotationTask, Assignment

ids = st.integers(1, 2**52 - 1)


@given(ids)
def test_a_number_stands_for_the_slot_it_was_made_of_and_fits_every_client(slot):
    assert handles.meant(handles.shown(slot)) == slot
    assert 0 <= handles.shown(slot) < 2**52


@given(ids, st.integers(0, 2**31 - 1))
def test_a_lease_comes_back_as_it_was(slot, lease):
    seen = handles.lease_shown(slot, lease)
    assert (handles.lease_meant(slot, seen), 0 <= seen < 2**31) == (lease, True)


@given(st.integers(0, 2**63 - 1))
def test_any_number_is_understood_as_some_slot_or_none(number):
    assert 0 <= handles.meant(number) < 2**52
    assert handles.meant(2**52 + number) == 0


def test_neither_order_nor_gaps_survive():
    numbers = [handles.shown(slot) for slot in range(1, 2001)]
    assert len(set(numbers)) == 2000
    rises = sum(a < b for a, b in itertools.pairwise(numbers))
    assert 900 < rises < 1100  # half of them; six sigmas are 134
    late = sum(a < b for a, b in zip(numbers[:1000], numbers[1000:], strict=True))
    assert 400 < late < 600
    leases = [handles.lease_shown(slot, 1) for slot in range(1, 2001)]
    assert len(set(leases)) > 1990


def test_another_secret_makes_other_numbers(settings):
    before = handles.shown(7)
    settings.SECRET_KEY = "another"
    assert handles.shown(7) != before


@pytest.mark.django_db
def test_what_an_annotator_is_told_holds_no_number_of_a_slot_and_no_sign_of_gold(api, open_campaign, people):
    from tests.annotator.annotations.known_answers import World, prefer

    it = World(open_campaign, people, gold_share=0.5, lease_minutes=60.0)
    Assignment.objects.filter(campaign=it.campaign).update(lease_number=3)  # others had them before: gold is never
    told, streams, client = [], set(), api("alice")
    base = f"/api/v1/campaigns/{it.campaign.slug}"
    while GoldScore.objects.count() < 3:
        cards = client.post(f"{base}/claim", {"n": 2}, format="json").json()["cards"]
        assert len({card["leased_until"] for card in cards}) == 1
        for card in cards:
            where = f"/api/v1/assignments/{card['assignment']}"
            kept = client.post(f"{where}/renew", {"lease_number": card["lease_number"]}, format="json").json()
            answer = {"answer": prefer("first"), "idempotency_key": str(card["assignment"])}
            said = client.post(f"{where}/annotation", answer | {"lease_number": card["lease_number"]}, format="json")
            again = client.post(
                f"{where}/annotation", answer | {"lease_number": 5, "idempotency_key": "x"}, format="json"
            )
            assert (said.status_code, again.status_code) == (201, 409)
            assert again.json()["context"] == {"assignment": card["assignment"]}
            stream = AnnotationTask.objects.get(assignments=handles.meant(card["assignment"])).stream
            streams.add(stream == "gold")
            told.append((stream == "gold", [sorted(kept), sorted(said.json()), sorted(again.json()), sorted(card)]))
    assert streams == {True, False}
    assert len({json.dumps(shape) for _, shape in told}) == 1
    mine = client.get(f"{base}/my-answers?limit=50").json()["results"]
    slots = set(Assignment.objects.values_list("id", flat=True))
    assert not slots & {one["assignment"] for one in mine} and not slots & {one["card"]["assignment"] for one in mine}
    assert len({tuple(sorted(one)) for one in mine}) == 1
    assert [one["at"] for one in mine] == sorted((one["at"] for one in mine), reverse=True)


@pytest.mark.django_db
def test_leaving_and_coming_back_tells_no_gold_and_deals_none(api, open_campaign, people, monkeypatch):
    from tests.annotator.annotations.known_answers import World

    drawn, luck = {}, itertools.cycle([["gold"], []])  # every other card is followed by one whose answer is known
    monkeypatch.setattr(personal, "following", lambda config, place: drawn.setdefault(place, next(luck)))
    it = World(open_campaign, people, gold_share=0.4, items=12, lease_minutes=60.0)
    client, base = api("alice"), f"/api/v1/campaigns/{it.campaign.slug}"
    leases, orders, dealt = {}, {}, []
    for _ in range(10):
        cards = client.post(f"{base}/claim", {"n": 6}, format="json").json()["cards"]
        for card in cards:
            texts = [one["text"] for one in card["completions"]]
            leases.setdefault(card["assignment"], []).append(card["lease_number"])
            orders.setdefault(card["assignment"], []).append(tuple(texts))
            given_back = f"/api/v1/assignments/{card['assignment']}/release"
            for status in (204, 409):
                lease = {"lease_number": card["lease_number"]}
                assert client.post(given_back, lease, format="json").status_code == status
        dealt.append(Assignment.objects.filter(task__stream="gold").count())
    gold = {handles.shown(pk) for pk in Assignment.objects.filter(task__stream="gold").values_list("pk", flat=True)}
    again = {card: seen for card, seen in leases.items() if len(seen) > 1}
    assert gold & set(again) and set(again) - gold
    steps = {later - earlier for seen in again.values() for earlier, later in itertools.pairwise(seen)}
    assert steps == {1}, "each time it is a new lease, of whatever card"
    assert max(len(set(orders[card])) for card in gold) == 2, "and the sides are drawn anew"
    assert set(dealt) == {3}, "what follows a card follows it once"
