"""No stopwatch tells which cards are known: what is said about any card of such a campaign leaves on the beat."""

from __future__ import annotations

import itertools

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from annotator.api import beat
from tests.annotator.annotations.known_answers import World, prefer


@pytest.mark.django_db
@pytest.mark.parametrize(("config", "kept"), [({"gold_share": 0.5}, True), ({"repeat_share": 0.2}, True), ({}, False)])
def test_every_call_about_a_card_is_on_the_beat_done_or_refused_where_some_are_known(
    open_campaign, people, api, config, kept
):
    it = World(open_campaign, people, items=8 if "gold_share" in config else 0, **config)
    client = api("alice")
    claimed = client.post(f"/api/v1/campaigns/{it.campaign.slug}/claim", {"n": 3}, format="json")
    first, second = claimed.json()["cards"][:2]
    calls = [claimed]

    def call(path, **body):
        calls.append(client.post(f"/api/v1/{path}", body, format="json"))
        return calls[-1]

    answer = {"answer": prefer("first"), "lease_number": first["lease_number"]}
    call(f"assignments/{first['assignment']}/renew", lease_number=first["lease_number"])
    stored = call(f"assignments/{first['assignment']}/annotation", **answer, idempotency_key="a")
    call(f"assignments/{first['assignment']}/annotation", **answer, idempotency_key="b")
    call(f"annotations/{stored.json()['annotation']}/revise", answer=prefer("second"), idempotency_key="c")
    call(f"assignments/{second['assignment']}/release", lease_number=second["lease_number"])
    call(f"assignments/{second['assignment']}/release", lease_number=second["lease_number"])
    assert [one.status_code for one in calls] == [200, 200, 201, 409, 201, 204, 409]
    assert [beat.KEPT in one.wsgi_request.META for one in calls] == [kept] * len(calls)


@pytest.mark.parametrize("work", [0.001, 0.03, 0.0999, 0.25])
def test_whatever_the_work_took_the_answer_leaves_at_a_whole_number_of_beats(monkeypatch, work):
    slept: list[float] = []
    monkeypatch.setattr(beat.time, "sleep", slept.append)
    monkeypatch.setattr(beat.time, "monotonic", itertools.count(5.0, work).__next__)
    for known in (True, False):
        request = RequestFactory().post("/")
        if known:
            request.META[beat.KEPT] = True
        beat.kept(lambda request: HttpResponse())(request)
    (waited,) = slept
    beats = (work + waited) / beat.BEAT_SECONDS
    assert 0.0 < waited <= beat.BEAT_SECONDS and beats == pytest.approx(round(beats))
