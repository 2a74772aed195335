"""Agreement and reliability of a campaign's people, from answers that were really given."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.annotations.models import Annotation, GoldItem, GoldScore
from annotator.annotations.submission import Answer, revise, submit
from annotator.campaigns.models import Membership
from annotator.people.models import User
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.training.quality import annotator_weights, quality
from tests.factories import said
from uncertainty.intervals import share_interval

pytestmark = pytest.mark.django_db


def work(campaign, person, choose):
    """The person answers every card they can get; `choose` is told what each one shown is worth, and the group."""
    while cards := claim_next(campaign, person.pk, n=1, now=timezone.now()):
        (card,) = cards
        # Now the first of a group is better, now the second: else "the second" would be a habit, not agreement.
        group = int(card.completions[0].split("/")[-1])
        worth = [(int(text.split()[1]) + group) % 2 for text in card.completions]
        submit(card.assignment, person.pk, card.lease_number, said(choose(worth, group), str(card.assignment)))


def better(worth, group):
    return "left" if worth[0] > worth[1] else "right"


def guess(worth, group):
    """Right about every other two groups."""
    return better(worth if group % 4 < 2 else worth[::-1], group)


@pytest.fixture
def answered(open_campaign, people):
    """Alice and Bob are right, Carol guesses; every card is judged by all three."""
    campaign = open_campaign(groups=36, size=2, overlap=3, budget_labels=108, open_tasks=36)
    Membership.objects.get_or_create(campaign=campaign, user=people["carol"])
    for name, choose in (("alice", better), ("bob", better), ("carol", guess)):
        work(campaign, people[name], choose)
    assert Annotation.objects.count() == 108
    return campaign


def test_those_who_agree_are_told_from_the_one_who_guesses(answered, people):
    found = quality(answered)
    (agreement,) = found["agreement"]
    assert (agreement["question"], agreement["level"], agreement["items"]) == ("preference", "nominal", 36)
    assert agreement["low"] < agreement["alpha"] < agreement["high"] and agreement["alpha"] == pytest.approx(
        1 / 3, abs=0.01
    )
    matrix = found["matrix"]
    cells = dict(zip(matrix["annotators"], matrix["rows"], strict=True))
    alice, carol = (matrix["annotators"].index(name) for name in ("alice", "carol"))
    told = cells["bob"][alice]
    assert (told["items"], told["cards"], told["few"], told["share"]) == (36, 36, False, 1.0)
    assert (told["kappa"], told["high"]) == (1.0, 1.0) and 0.7 < told["low"] < 0.9
    assert cells["alice"][carol] == cells["carol"][alice] and cells["alice"][carol]["kappa"] == pytest.approx(0.0)
    assert cells["alice"][carol]["low"] < 0.0 < cells["alice"][carol]["high"]
    assert (cells["alice"][alice]["items"], cells["alice"][alice]["kappa"]) == (0, None)


def test_people_who_met_on_a_few_cards_are_said_to_be_few_and_have_no_interval(open_campaign, people):
    campaign = open_campaign(groups=9, size=2, overlap=2, budget_labels=18, open_tasks=9)
    for name in ("alice", "bob"):
        work(campaign, people[name], better)
    cell = quality(campaign)["matrix"]["rows"][0][1]
    assert cell == {
        "items": 9, "cards": 9, "few": True, "share": 1.0, "kappa": 1.0, "low": None, "high": None,
    }  # fmt: skip


def test_reliability_comes_with_its_interval_and_gives_answers_their_weight(answered, people):
    rows = {row["username"]: row for row in quality(answered)["annotators"]}
    assert found_order(rows, ["alice", "bob"], "carol")
    for row in rows.values():
        told = row["reliability"]
        assert 0.0 <= told["low"] < told["right"] < told["high"] <= 1.0
    weights = annotator_weights(answered)
    assert set(weights) == {people[name].pk for name in ("alice", "bob", "carol")}
    assert weights[people["carol"].pk] < 0.7 < 1.0 < weights[people["alice"].pk]
    assert sum(weights.values()) / 3 == pytest.approx(1.0)  # all answered as often


def found_order(rows, good, bad):
    return all(rows[name]["reliability"]["low"] > rows[bad]["reliability"]["right"] for name in good)


def test_sides_answers_and_time_are_counted(answered):
    row = next(row for row in quality(answered)["annotators"] if row["username"] == "alice")
    stood_left = sum(one.shown_order[0] == (0 if one.answer["preference"]["choice"] == "first" else 1)
                     for one in Annotation.objects.filter(annotator__username="alice"))  # fmt: skip
    assert row["left"]["of"] == 36 and row["left"]["share"] == pytest.approx(stood_left / 36)
    assert row["left"]["low"] < row["left"]["share"] < row["left"]["high"]
    assert (row["answers"], row["skips"], row["median_active_ms"], row["repeats"]) == (36, 0, None, None)


def test_the_page_reads_the_answers_once_and_nothing_again_until_somebody_answers(answered, people):
    with CaptureQueriesContext(connection) as first:
        found = quality(answered)
    assert sum("shown_order" in one["sql"] and "rollout_ids" in one["sql"] for one in first) == 1
    with CaptureQueriesContext(connection) as again:
        assert quality(answered) == found
    assert len(again) == 3  # how many answers, the newest one's number, and the newest review's
    newest = Annotation.objects.filter(annotator=people["alice"]).latest("id")
    revise(newest.pk, people["alice"].pk, said("tie", "again"))
    assert quality(answered) != found


def test_of_many_answers_the_page_waits_for_a_few_more(answered, people, monkeypatch):
    monkeypatch.setattr("annotator.training.quality.FINEST", 36)  # 108 answers: every third one counts
    before, mine = quality(answered), list(Annotation.objects.filter(annotator=people["alice"]).order_by("id")[:3])
    found = []
    for at, one in enumerate(mine):
        revise(one.pk, people["alice"].pk, said("tie", f"again{at}"))
        found.append(quality(answered))
    assert found[:2] == [before, before]
    assert found[2]["agreement"] != before["agreement"]
    monkeypatch.undo()
    assert quality(answered) == found[2]


def test_a_corrected_answer_is_seen_at_once(answered, people):
    before, newest = annotator_weights(answered), Annotation.objects.filter(annotator=people["alice"]).latest("id")
    last = Annotation.objects.latest("id").pk
    stood_left = newest.shown_order[0] == (0 if newest.answer["preference"]["choice"] == "first" else 1)
    revise(newest.pk, people["alice"].pk, said("right" if stood_left else "left", "again"))
    after = annotator_weights(answered)
    assert after.keys() == before.keys() and after != before
    assert annotator_weights(answered, up_to=last) == before  # what a label set frozen then is trained with


def test_repeats_measure_consistency_and_nothing_else(answered, people):
    before = quality(answered)
    for annotation in Annotation.objects.filter(annotator=people["alice"]).select_related("task")[:10]:
        task = AnnotationTask.objects.create(
            campaign=answered, group=annotation.task.group, rollout_ids=annotation.task.rollout_ids,
            stream=AnnotationTask.Stream.REPEAT, propensity=1.0, state="settled",
        )  # fmt: skip
        slot = Assignment.objects.create(
            task=task, campaign=answered, slot=0, priority=0.5, state="submitted", annotator=people["alice"]
        )
        same = annotation.pk % 2 == 0
        choice = annotation.answer["preference"]["choice"] if same else "tie"
        Annotation.objects.create(
            assignment=slot, task=task, campaign=answered, annotator=people["alice"], shown_order=[1, 0],
            answer={"preference": {"choice": choice, "strength": None}}, lease_number=1, idempotency_key=f"r{task.pk}",
            active_ms=4_000,
        )  # fmt: skip
    after = quality(answered)
    row = next(row for row in after["annotators"] if row["username"] == "alice")
    assert row["repeats"]["of"] == 10 and row["repeats"]["share"] == 0.5 and row["median_active_ms"] == 4_000.0
    assert after["agreement"] == before["agreement"] and after["matrix"] == before["matrix"]


def test_gold_is_a_score_with_an_interval_and_training_is_none(answered, people):
    for at, annotation in enumerate(Annotation.objects.filter(annotator=people["bob"]).select_related("task")[:6]):
        item = GoldItem.objects.create(
            campaign=answered, task=annotation.task, use="training" if at == 5 else "gold", answer={},
            made_by=people["olga"],
        )  # fmt: skip
        GoldScore.objects.create(annotation=annotation, item=item, score=0.0 if at == 5 else (1.0, 0.5)[at % 2])
    rows = {row["username"]: row["gold"] for row in quality(answered)["annotators"]}
    assert rows["alice"] is None
    assert rows["bob"]["of"] == 5 and rows["bob"]["share"] == pytest.approx(0.8)
    assert (rows["bob"]["low"], rows["bob"]["high"]) == share_interval(4, 5)


def test_classes_are_judged_without_pairs(open_campaign, people):
    campaign = open_campaign(
        groups=30, size=2, overlap=2, budget_labels=60, open_tasks=30,
        form=[{"kind": "binary", "name": "fine"}], completions=1,
    )  # fmt: skip
    for name in ("alice", "bob"):
        while cards := claim_next(campaign, people[name].pk, n=1, now=timezone.now()):
            (card,) = cards
            good = card.completions[0].split()[1] == "1"
            answer = Answer({"fine": {"good": [good]}}, str(card.assignment))
            submit(card.assignment, people[name].pk, card.lease_number, answer)
    found = quality(campaign)
    assert found["reliability"] == {"by": "classes", "chance": 0.5, "why": None}
    assert found["agreement"][0]["alpha"] == 1.0 and found["agreement"][0]["low"] < 1.0
    assert all(row["reliability"]["right"] > 0.9 and row["left"] is None for row in found["annotators"])


@pytest.mark.parametrize("answers", [0, 3])
def test_while_nobody_met_nothing_is_claimed_and_everybody_weighs_alike(open_campaign, people, answers):
    campaign = open_campaign(groups=3, budget_labels=3)
    if answers:
        work(campaign, people["alice"], better)
    found = quality(campaign)
    assert found["reliability"]["by"] is None and found["reliability"]["why"] in ("empty_pool", "shape_mismatch")
    assert annotator_weights(campaign) == {}
    assert [row["alpha"] for row in found["agreement"]] == ([None] if answers else [])
    assert (found["matrix"] is None) == (answers == 0)


def test_where_people_met_in_ties_alone_that_is_the_reason(open_campaign, people):
    campaign = open_campaign(groups=3, overlap=2)
    for who in ("alice", "bob"):
        for n, card in enumerate(claim_next(campaign, people[who].pk, n=3, now=timezone.now())):
            submit(card.assignment, people[who].pk, card.lease_number, said("tie", f"{who}{n}"))
    assert quality(campaign)["reliability"]["why"] == "ties"


def test_a_manager_reads_it_over_http_and_the_page_survives_nothing_said(answered, open_campaign, api):
    told = api("olga").get("/api/v1/campaigns/helpful/quality").json()
    assert {row["username"] for row in told["annotators"]} == {"alice", "bob", "carol"}
    nothing = dict.fromkeys(("share", "kappa", "low", "high"))
    assert told["matrix"]["rows"][0][0] == {"items": 0, "cards": 0, "few": True, **nothing}
    open_campaign(slug="quiet", groups=1)
    assert api("olga").get("/api/v1/campaigns/quiet/quality").json()["annotators"] == []
    assert api("alice").get("/api/v1/campaigns/helpful/quality").status_code == 403


def test_a_crowd_is_shown_by_its_busiest(open_campaign, people):
    campaign = open_campaign(groups=2, size=2, overlap=3, budget_labels=6, open_tasks=2)
    task = AnnotationTask.objects.filter(campaign=campaign).first()
    crowd = [User.objects.create_user(f"person-{n:02}", role="annotator") for n in range(30)]
    for n, person in enumerate(crowd):
        slot = Assignment.objects.create(
            task=task, campaign=campaign, slot=10 + n, priority=0.5, state="submitted", annotator=person
        )
        Annotation.objects.create(
            assignment=slot, task=task, campaign=campaign, annotator=person, shown_order=[0, 1], lease_number=1,
            answer={"preference": {"choice": "first" if n % 3 else "tie", "strength": None}}, idempotency_key="k",
        )  # fmt: skip
    matrix = quality(campaign)["matrix"]
    assert len(matrix["annotators"]) == 25 and matrix["left_out"] == 5
