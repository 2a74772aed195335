"""A corrected answer to a known card is judged as it stands: a slip that is mended harms nobody, and hides nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotator.annotations.models import GoldScore
from annotator.annotations.submission import revise
from annotator.campaigns import membership
from annotator.campaigns.models import Membership
from annotator.people.models import AuditEntry
from annotator.training import alarms, desk_tables
from annotator.training.quality import quality
from tests.factories import said

pytestmark = pytest.mark.django_db

MEASURED = {"gold_share": 0.5, "gold_judged": 2, "gold_pass": 0.7, "items": 12}


@pytest.fixture
def world(world):
    """A campaign in which every second card is a known one and two of them judge."""
    return lambda **options: world(**MEASURED | options)


def gold_answer(it, *, right):
    """Answer on until a known card has been answered, that one so."""
    while True:
        given = it.answer(right=right)
        if given.task.stream == "gold":
            return given


def correct(it, given, *, right, key=""):
    side = "left" if (given.shown_order[0] == 0) == right else "right"
    return revise(given.pk, it.alice, said(side, f"c{given.pk}{key}"))[0]


def member(it):
    return Membership.objects.get(campaign=it.campaign, user=it.alice)


def standing(it):
    return sorted(GoldScore.objects.counting().values_list("score", flat=True))


def test_the_score_of_a_known_card_is_that_of_the_answer_that_stands(world):
    it = world(gold_pass=0.0)
    right, wrong = gold_answer(it, right=True), gold_answer(it, right=False)
    assert standing(it) == [0.0, 1.0]
    correct(it, wrong, right=True)
    assert standing(it) == [1.0, 1.0]
    correct(it, right, right=False)
    assert standing(it) == [0.0, 1.0]
    assert GoldScore.objects.count() == 4  # every one is kept
    (row,) = quality(it.campaign)["annotators"]
    assert row["gold"]["share"] == 0.5
    assert alarms.low_gold(it.campaign) == [("alice", 0.5)]


def test_an_item_says_how_the_answers_that_stand_met_it(world, api):
    it = world(gold_pass=0.0, items=1)
    correct(it, gold_answer(it, right=False), right=True)
    (shown,) = api("olga").get(f"/api/v1/campaigns/{it.campaign.slug}/gold").json()["results"]
    assert (shown["scored"], shown["mean_score"]) == (1, 1.0)
    *_, row = rows_of_gold(it)
    assert row[-2:] == (1, 1.0)


def rows_of_gold(it):
    return [tuple(row) for row in desk_tables.gold(it.campaign).rows]


def test_a_right_answer_corrected_to_a_wrong_one_counts_as_wrong_and_may_pause(world):
    it = world()
    first, second = gold_answer(it, right=True), gold_answer(it, right=True)
    assert member(it).paused_at is None
    correct(it, first, right=False)
    assert "50% of the last 2" in member(it).paused_because
    correct(it, second, right=False)
    assert member(it).paused_at is not None


def test_a_pause_by_a_slip_ends_with_its_correction(world):
    it = world()
    gold_answer(it, right=True)
    slip = gold_answer(it, right=False)
    assert member(it).paused_at is not None
    correct(it, slip, right=True)
    assert member(it).paused_at is None
    assert AuditEntry.objects.filter(kind="membership.resumed").count() == 1
    assert standing(it) == [1.0, 1.0]
    gold_answer(it, right=False)  # nothing was forgiven either: one of the last two is wrong
    assert "50% of the last 2" in member(it).paused_because


def test_a_correction_that_does_not_help_leaves_the_pause(world):
    it = world(gold_pass=1.0)
    gold_answer(it, right=False)
    slip = gold_answer(it, right=False)
    assert "0% of the last 2" in member(it).paused_because
    again = correct(it, slip, right=True)
    assert "50% of the last 2" in member(it).paused_because
    assert GoldScore.objects.get(annotation=again).led_to_pause


def test_whom_a_manager_paused_no_correction_lets_on(world):
    it = world()
    gold_answer(it, right=True)
    membership.pause(it.campaign, it.alice, because="Please call me.", now=timezone.now())
    unseen = next(item.task for item in it.items if not item.task.assignments.filter(annotator_id=it.alice).exists())
    slip = hold_and_answer(it, unseen, right=False)
    correct(it, slip, right=True)
    assert member(it).paused_because == "Please call me."


def test_a_manager_s_own_pause_of_whom_a_score_had_paused_stands(world, api):
    it = world()
    gold_answer(it, right=True)
    slip = gold_answer(it, right=False)
    address = f"/api/v1/campaigns/{it.campaign.slug}/members/{it.alice}"
    mine = {"paused": True, "because": "Please call me."}
    assert api("olga").patch(address, mine, format="json").json()["paused_because"] == "Please call me."
    since = member(it).paused_at
    api("olga").patch(address, mine, format="json")
    assert member(it).paused_at == since, "said again it changes nothing"
    correct(it, slip, right=True)
    assert (member(it).paused_at, member(it).paused_because) == (since, "Please call me.")
    kept = AuditEntry.objects.filter(kind="membership.paused").order_by("-id").first()
    assert ("50% of the last 2" in kept.old["because"], kept.new) == (True, {"because": "Please call me."})


def test_a_pause_in_between_is_not_lifted_by_a_correction_that_began_before(world):
    it = world()
    gold_answer(it, right=True)
    gold_answer(it, right=False)
    by_score = member(it).paused_at
    membership.pause(it.campaign, it.alice, because="Please call me.", now=timezone.now(), anew=True)
    membership.resume(it.campaign, it.alice, paused_at=by_score)
    assert member(it).paused_because == "Please call me."


def hold_and_answer(it, task, *, right):
    """A known card that was held when its holder was paused is answered."""
    from annotator.annotations import personal
    from annotator.annotations.submission import submit
    from annotator.tasks.models import Assignment

    assert personal.lease(it.campaign, task, it.alice, timezone.now(), "gold", shown_order=[0, 1])
    slot = Assignment.objects.get(task=task, annotator_id=it.alice)
    return submit(slot.pk, it.alice, slot.lease_number, said("left" if right else "right", f"held{slot.pk}"))[0]


def test_who_was_let_on_stays_forgiven_however_the_card_is_corrected(world):
    it = world()
    gold_answer(it, right=False)
    slip = gold_answer(it, right=False)
    membership.resume(it.campaign, it.alice)
    correct(it, slip, right=False, key="tie")
    assert member(it).paused_at is None
    gold_answer(it, right=True)
    assert member(it).paused_at is None  # the two wrong ones were forgiven together


def test_an_answer_corrected_to_a_skip_counts_no_more_and_ends_no_pause(world):
    it = world()
    gold_answer(it, right=True)
    slip = gold_answer(it, right=False)
    skipped, _ = revise(slip.pk, it.alice, said("skip", "skip"))
    assert standing(it) == [1.0]
    assert member(it).paused_at is not None
    correct(it, skipped, right=True)
    assert standing(it) == [1.0, 1.0]
    assert member(it).paused_at is None


def test_in_training_the_first_answer_counts(world):
    it = world(use="training", training_cards=2, training_pass=0.6, gold_share=0.0)
    first = it.answer(right=False)
    correct(it, first, right=True)
    assert list(GoldScore.objects.values_list("score", flat=True)) == [0.0]
    assert sum(scored for *_, scored, _ in rows_of_gold(it)) == 1
    it.answer(right=True)
    assert "50% of the last 2 training cards" in member(it).paused_because
