"""The desk hears of every change within seconds; streams are few, end by themselves, and give their place back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from annotator.annotations.models import Annotation
from annotator.api import live
from annotator.errors import Busy
from annotator.learning.models import StrategyCheck
from annotator.training.digest import changed, digest
from annotator.training.models import TrainingJob
from tests.e2e.findings import found
from tests.factories import make_version

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes only when somebody rests."""

    def __init__(self) -> None:
        self.now, self.meanwhile = 0.0, []

    def __call__(self) -> float:
        return self.now

    def rest(self, seconds: float) -> None:
        self.now += seconds
        if self.meanwhile:
            self.meanwhile.pop(0)()


def stream(campaign: Any, clock: Clock, lasts: float = 20.0) -> live.Stream:
    return live.Stream(campaign, lasts=lasts, rest=clock.rest, clock=clock)


def events(lines: Any) -> list[tuple[str, Any]]:
    told = [line.decode() for line in lines if line.startswith(b"event")]
    return [(one.split("\n")[0].split(": ")[1], json.loads(one.split("data: ")[1].split("\n")[0])) for one in told]


def test_every_part_of_the_desk_says_when_it_changes(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign()

    def answer() -> None:
        (card,) = api("alice").post(f"/api/v1/campaigns/{campaign.slug}/claim", {"n": 1}, format="json").data["cards"]
        body = {"lease_number": card["lease_number"], "answer": None, "skip": "other", "idempotency_key": "k"}
        assert api("alice").post(
            f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json"
        ).status_code == 201  # fmt: skip

    def read_it() -> None:
        newest = Annotation.objects.filter(campaign=campaign).latest("id")
        sent = api("olga").post(f"/api/v1/annotations/{newest.pk}/review", {"verdict": "accepted"}, format="json")
        assert sent.status_code == 200, sent.data

    made: list[Any] = []
    changes = {
        "answers": answer,
        "reviews": read_it,
        "jobs": lambda: made.append(
            TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="0", because="")
        ),
        "versions": lambda: make_version(campaign.reward_model),
        "checks": lambda: found(campaign, 60, "too_early", None),
        "campaign": lambda: type(campaign).objects.filter(pk=campaign.pk).update(state="paused"),
    }
    for part, change in changes.items():
        before = digest(campaign)
        assert changed(before, digest(campaign)) == []
        change()
        assert part in changed(before, digest(campaign))
    before = digest(campaign)
    TrainingJob.objects.filter(pk=made[0].pk).update(progress=0.5)
    assert changed(before, digest(campaign)) == ["jobs"]


def test_a_stream_tells_what_changed_and_ends(open_campaign: Any) -> None:
    campaign, clock = open_campaign(), Clock()
    clock.meanwhile = [lambda: None] * 3 + [lambda: found(campaign, 60, "too_early", None)]
    told = list(stream(campaign, clock))
    assert events(told) == [("began", {"lasts_s": 20.0}), ("changed", {"parts": ["checks"]}), ("ended", {})]
    assert b":\n\n" in told, "silence is filled, or nobody notices that the listener has gone"


def test_a_change_is_seen_also_when_its_number_has_one_more_digit(open_campaign: Any) -> None:
    campaign = open_campaign()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('learning_strategycheck', 'id'), 98)")
    found(campaign, 1, "too_early", None)
    before = digest(campaign)
    found(campaign, 2, "too_early", None)
    assert [check.pk for check in StrategyCheck.objects.order_by("id")] == [99, 100]
    assert changed(before, digest(campaign)) == ["checks"]


def test_many_changes_are_told_together(open_campaign: Any) -> None:
    campaign, clock = open_campaign(), Clock()
    numbers = iter(range(100, 200))
    clock.meanwhile = [lambda: found(campaign, next(numbers), "too_early", None) for _ in range(10)]
    told = events(stream(campaign, clock))
    assert 4 <= len([name for name, _ in told if name == "changed"]) <= 6


def test_there_is_room_for_few_and_each_place_is_given_back(open_campaign: Any, api: Any) -> None:
    campaign, clock = open_campaign(), Clock()
    held = [stream(campaign, clock) for _ in range(live.MOST_STREAMS)]
    with pytest.raises(Busy):
        stream(campaign, clock)
    refused = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/live", HTTP_ACCEPT="text/event-stream")
    assert (refused.status_code, refused.data["code"]) == (429, "busy")
    held[0].close()  # never begun
    held[0].close()
    next(held[1])
    held[1].close()  # left in the middle
    for _ in range(live.MOST_STREAMS + 1):
        stream(campaign, clock)  # dropped
    for _ in range(2):  # read to the end
        whole = [stream(campaign, clock) for _ in range(live.MOST_STREAMS)]
        for one in whole:
            list(one)


def test_a_stream_that_breaks_gives_its_place_back(open_campaign: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, clock = open_campaign(), Clock()
    monkeypatch.setattr(live, "digest", lambda campaign: 1 / 0)
    for _ in range(live.MOST_STREAMS + 1):
        with pytest.raises(ZeroDivisionError):
            list(stream(campaign, clock))


def test_the_browser_s_way_of_asking_is_understood(
    open_campaign: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = open_campaign()
    monkeypatch.setattr(live, "LASTS_SECONDS", 0.0)
    answer = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/live", HTTP_ACCEPT="text/event-stream")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    assert [name for name, _ in events(answer.streaming_content)] == ["began", "ended"]
    assert api("alice").get(f"/api/v1/campaigns/{campaign.slug}/live").status_code == 403
    assert Annotation.objects.count() == 0
