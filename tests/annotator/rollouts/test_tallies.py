"""What a page says there is, without counting, is what there is."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotator.rollouts import tallies
from annotator.rollouts.models import PromptGroup, Rollout, RunTally, Score, ScoreTally
from tests.factories import make_run, make_version, score_all
from tests.races import at_once

pytestmark = pytest.mark.django_db


def told() -> tuple[dict[str, tuple[int, int]], dict[int, int]]:
    runs = {tally.run.name: (tally.groups, tally.rollouts) for tally in RunTally.objects.select_related("run")}
    return runs, dict(ScoreTally.objects.values_list("version_id", "scores"))


def test_tallies_follow_whatever_comes_and_goes() -> None:
    one, other = make_run("one", groups=3), make_run("other", groups=2, size=2)
    version, newer = make_version(), make_version(number=2, state="candidate")
    score_all(version, one), score_all(version, other), score_all(newer, other)
    assert told()[0] == {"one": (3, 12), "other": (2, 4)}
    assert (tallies.scored(version, [one.pk]), tallies.scored(version, [one.pk, other.pk])) == (12, 16)
    assert (tallies.scored(newer, [one.pk, other.pk]), tallies.written([one.pk, other.pk])) == (4, 16)
    PromptGroup.objects.filter(run=one).first().delete()
    assert told()[0]["one"] == (2, 8)
    assert (RunTally.objects.count(), tallies.scored(version, [one.pk])) == (2, 8)
    newer.delete()
    other.delete()
    assert told()[0] == {"one": (2, 8)}
    assert Score.objects.count() == tallies.scored(version, [one.pk, other.pk]) == 8


def test_a_run_that_wrote_nothing_yet_wrote_nothing() -> None:
    run = make_run(groups=0)
    assert (tallies.of_run(run).rollouts, tallies.written([run.pk]), tallies.written([])) == (0, 0, 0)


def test_tallies_are_made_anew_from_the_rows() -> None:
    run = make_run()
    score_all(make_version(), run)
    before = told()
    RunTally.objects.all().delete()
    ScoreTally.objects.update(scores=7)
    tallies.recount()
    assert told() == before


@pytest.mark.django_db(transaction=True)
def test_those_who_send_at_once_are_all_counted(api: Any) -> None:
    make_run("race", groups=0)

    def send(n: int) -> int:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=trainer)
        rows = [
            {"group_id": f"{n}/{g}", "step": 0, "prompt": "?", "completions": [{"id": f"{n}/{g}/{i}", "text": f"{i}"}
             for i in range(2)]} for g in range(5)
        ]  # fmt: skip
        return int(client.post("/api/v1/runs/race/rollouts", rows, format="json").status_code)

    trainer = api("trainer")._credentials["HTTP_AUTHORIZATION"]
    assert at_once(*(partial(send, n) for n in range(4))) == [200] * 4
    (tally,) = RunTally.objects.all()
    assert (tally.groups, tally.rollouts) == (PromptGroup.objects.count(), Rollout.objects.count()) == (20, 40)
