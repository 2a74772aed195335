"""The demo's pure parts: the hidden preference, the simulated annotators, the table."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_bridge.client.http import Refused
from training_bridge.demo import evaluation, labelling, site
from training_bridge.demo.config import DemoConfig
from training_bridge.demo.labelling import Acknowledged, Tickets
from training_bridge.demo.preference import mean_utility, utility
from training_bridge.demo.simulated import SimulatedAnnotator
from training_bridge.demo.site import DemoFailed
from training_bridge.policies import corpus

BEST = "I am so sorry, please send me the number."


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (BEST, "Noted, send the number."),  # kindness
        ("Noted, send the number.", "Whatever, read the manual."),  # rudeness costs
        (BEST, BEST[:-1]),  # a reply ends
        (BEST, BEST + ".."),  # with one full stop
        (BEST, BEST[:-1] + ", and as I said before there are many rules about this and many pages."),  # briefly
        (BEST, "Sorry."),  # but not at once
        (BEST, "Please, please, please, please, please."),  # repeating the word is no trick
        (BEST, ""),
    ],
)
def test_the_hidden_preference_is_for_kind_short_finished_replies(better: str, worse: str) -> None:
    assert utility(better) > utility(worse)


@given(st.text(max_size=300))
def test_the_hidden_preference_is_bounded_whatever_a_policy_writes(text: str) -> None:
    assert utility(text) <= 2.7


def test_a_third_kind_phrase_adds_nothing() -> None:
    assert utility("I am so sorry, please send it, gladly.") == utility("I am so sorry, please send it, now.")


def test_the_language_can_say_the_best_but_seldom_does() -> None:
    rng = random.Random(0)
    values = [utility(corpus.reply(rng)) for _ in range(4000)]
    assert 0.002 < sum(value > 2.0 for value in values) / len(values) < 0.05
    assert sum(values) / len(values) < 0.0


def test_no_completions_are_not_judged() -> None:
    with pytest.raises(ValueError, match="No completions"):
        mean_utility([])


def card(left: str, right: str) -> dict[str, Any]:
    return {"assignment": 1, "lease_number": 1, "prompt": "p", "completions": [{"text": left}, {"text": right}]}


def choice(body: dict[str, Any]) -> str:
    return body["answer"]["preference"]["choice"] if body["answer"] else "skip"


def person(**over: Any) -> SimulatedAnnotator:
    return SimulatedAnnotator("sim-annotator-1", utility, random.Random(1), **over)


def test_a_simulated_annotator_mostly_prefers_what_is_better_and_sometimes_slips() -> None:
    close, far = Counter[str](), Counter[str]()
    someone = person()
    for _ in range(2000):
        close[choice(someone.answer(card("Noted, send the number now.", "Noted, send the number now")))] += 1
        far[choice(someone.answer(card("Whatever, wait like all the others", BEST)))] += 1
    assert 0.02 < close["second"] / 2000 < 0.3 and close["first"] > close["second"]
    assert far["second"] / 2000 > 0.9
    assert 0.005 < far["skip"] / 2000 < 0.05


def test_both_sides_being_bad_is_said() -> None:
    someone = person(noise=1.0, skips=0.0)
    bad = card("Whatever, read the manual", "You again, figure it out")
    assert {choice(someone.answer(bad)) for _ in range(300)} == {"first", "second", "both_bad"}


def test_strength_goes_only_with_a_side() -> None:
    someone = person(skips=0.0)
    for _ in range(300):
        said = someone.answer(card(BEST, "Noted, send the number."))["answer"]["preference"]
        assert said["strength"] in ((1, 2, 3) if said["choice"] in ("first", "second") else (None,))


def test_the_same_seed_answers_alike() -> None:
    cards = [card(corpus.reply(random.Random(i)), corpus.reply(random.Random(-i - 1))) for i in range(50)]
    first, second = person(), person()
    assert [first.answer(c) for c in cards] == [second.answer(c) for c in cards]


class Desk:
    """Stands in for the API: hands out cards, loses some, remembers what it acknowledged."""

    def __init__(self) -> None:
        self.lock, self.stored, self.asked = threading.Lock(), dict[int, bool](), 0

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        with self.lock:
            if path.endswith("/claim"):
                self.asked += 1
                return None if self.asked % 7 == 0 else {"cards": [card(BEST, "Whatever") | {"assignment": self.asked}]}
            if self.asked % 5 == 0:
                raise Refused(409, "lease_lost", "lost", {})
            self.stored[len(self.stored)] = body["answer"] is not None
            return {"annotation": len(self.stored) - 1}


def test_a_round_buys_exactly_its_answers_whatever_is_lost_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling.time, "sleep", lambda _seconds: None)
    desk, acknowledged = Desk(), Acknowledged()
    people = [(SimulatedAnnotator(f"sim-annotator-{n}", utility, random.Random(n), skips=0.2), desk) for n in range(3)]
    labelling.label("demo", people, 60, acknowledged)
    assert acknowledged.labels == 60
    assert acknowledged.answers == desk.stored


def test_tickets_are_never_given_twice() -> None:
    tickets = Tickets(2)
    assert tickets.take() and tickets.take() and not tickets.take()
    tickets.give_back()
    assert tickets.take() and not tickets.take()


def group(step: int, *texts: str, version: int | None = None, means: tuple[float, ...] = ()) -> dict[str, Any]:
    scores: list[Any] = [{"version": version, "mean": mean, "spread": 0.5} for mean in means] or [None] * len(texts)
    return {"step": step, "rollouts": [{"completion": t, "score": s} for t, s in zip(texts, scores, strict=True)]}


def test_preference_is_averaged_over_each_step() -> None:
    found = evaluation.by_step([group(1, BEST), group(0, BEST, "Whatever, read the manual"), group(1, BEST)])
    assert list(found) == [0, 1]
    assert found[1] == utility(BEST) and found[0] < found[1]
    assert evaluation.mean_of(found, 0, 1) == pytest.approx((found[0] + found[1]) / 2)


def test_uncertainty_nobody_has_measured_is_not_made_up() -> None:
    seen = [group(0, BEST, "b", version=2, means=(-1.0, 1.0)), group(0, BEST, "b", version=2, means=(9.0, 11.0))]
    assert evaluation.uncertainty(seen, 2) == 0.5
    for groups, version in ((seen, 3), ([group(0, BEST)], 2)):
        with pytest.raises(ValueError, match="has scored none"):
            evaluation.uncertainty(groups, version)


def test_the_table_and_the_plot_show_every_round(tmp_path: Path) -> None:
    from training_bridge.demo.plot import draw

    rounds = [
        evaluation.Round(1, 1, 100, 0.9, 0.71, 0.5, 0, 11, 0.4),
        evaluation.Round(2, 2, 200, 0.7, None, None, 12, 23, 1.2),
    ]
    shown = evaluation.table(rounds, -0.5, 1.3)
    assert shown.count("\n") == 5 and "0.71" in shown and "12-23" in shown
    draw(tmp_path / "demo.png", {0: -0.5, 11: 0.4, 23: 1.2, 24: 1.3}, rounds)
    assert (tmp_path / "demo.png").stat().st_size > 10_000


def test_there_is_room_in_the_budget_for_a_version_that_is_not_promoted() -> None:
    config = DemoConfig(rounds=3, labels_per_round=50)
    assert config.budget >= 4 * 50 + config.open_tasks


def test_what_was_acknowledged_is_compared_with_what_is_stored(open_campaign: Any, tmp_path: Path) -> None:
    from annotator.rollouts.models import PromptGroup
    from training_bridge.demo.tally import compare

    campaign = open_campaign(groups=2, size=4)
    run = campaign.runs.get()
    names = list(PromptGroup.objects.filter(run=run).values_list("external_id", flat=True))
    journal = tmp_path / "journal.ndjson"
    lines = [json.dumps({"run": run.name, "group": name, "rollouts": 4}) for name in names]
    journal.write_text("\n".join([*lines, lines[0], '{"cut sho']))
    whole = compare(campaign.slug, run.name, Acknowledged(), journal)
    assert whole.nothing_missing and whole.rollouts_acknowledged == 8 == whole.rollouts_stored
    journal.write_text("\n".join([*lines, json.dumps({"run": run.name, "group": "gone", "rollouts": 4})]))
    short = compare(campaign.slug, run.name, Acknowledged({999_999: True}), journal)
    assert short.groups_missing == ["gone"] and short.annotations_missing == [999_999]
    assert not short.nothing_missing


def test_a_demo_that_reaches_nobody_says_so_before_it_works_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "FIRST_PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(DemoFailed, match=f"Nothing answers at {nobody}. Is `make up` running"):
        site.Site(nobody, "tb_token").greet()
