"""Newcomers are taught, everybody is measured by cards whose answer is known, and nobody can tell which those are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotations import gold, gold_items
from annotator.annotations.models import Annotation, GoldItem, GoldScore
from annotator.annotations.personal import claim_with_personal, following, lease
from annotator.annotations.submission import submit
from annotator.annotations.unseen import REPEAT_AFTER
from annotator.api import handles
from annotator.campaigns import budget
from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.forms.form import Form
from annotator.campaigns.membership import remove, resume
from annotator.campaigns.models import Membership
from annotator.errors import Conflict, InvalidAnswer, InvalidConfig, InvalidInput, NotFound
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.leasing import claim_next, expire_leases, release
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.tasks.withdrawing import remove_member, withdraw_left_lying
from annotator.training import due
from tests.factories import make_run, said

pytestmark = pytest.mark.django_db

PAIR = Form.from_json([{"kind": "pair", "name": "preference"}], 2)
RATING = Form.from_json([{"kind": "rating", "name": "q", "criteria": [{"name": "help"}]}], 3)
RANKING = Form.from_json([{"kind": "ranking", "name": "order"}], 3)


def prefer(choice: str):
    return {"preference": {"choice": choice, "strength": None}}


@pytest.mark.parametrize(
    ("form", "answer", "truth", "score"),
    [
        (PAIR, prefer("first"), prefer("first"), 1.0),
        (PAIR, prefer("tie"), prefer("first"), 0.0),
        (RATING, {"q": {"scores": {"help": [5, 3, 1]}}}, {"q": {"scores": {"help": [5, 4, 4]}}}, 0.5),
        (RANKING, {"order": {"ranks": [1, 2, 3]}}, {"order": {"ranks": [2, 1, 3]}}, 2 / 3),
        (PAIR, {}, prefer("first"), 0.0),
    ],
)
def test_next_to_the_right_rank_or_number_is_half_right(form, answer, truth, score):
    assert gold.score(form, answer, truth) == pytest.approx(score)


@given(st.lists(st.integers(1, 7), min_size=3, max_size=3), st.lists(st.integers(1, 7), min_size=3, max_size=3))
def test_a_score_is_a_share_and_the_truth_itself_scores_one(one, other):
    a, b = ({"q": {"scores": {"help": scores}}} for scores in (one, other))
    assert 0.0 <= gold.score(RATING, a, b) <= 1.0
    assert gold.score(RATING, a, a) == 1.0
    assert gold.score(RATING, a, {}) is None


class World:
    """A campaign with groups of two; in the known ones the first rollout is better."""

    def __init__(self, open_campaign, people, *, items=8, use="gold", groups=60, **config):
        given = {"open_tasks": 200, "budget_labels": 200, "reserve_share": 0.3, **config}
        self.campaign = open_campaign(groups=groups, size=2, **given)
        self.olga, self.alice = people["olga"], people["alice"].pk
        self.items = [self.make(group, use) for group in PromptGroup.objects.order_by("id")[:items]]

    def make(self, group, use):
        rollouts = list(Rollout.objects.filter(group=group).order_by("id").values_list("id", flat=True))
        return gold_items.from_rollouts(
            self.campaign, rollouts, prefer("first"), use=use, explanation="It is kinder.", made_by=self.olga
        )

    def claim(self, n=1, hold=()):
        self.campaign.refresh_from_db()
        return claim_with_personal(self.campaign, self.alice, n=n, now=timezone.now(), hold=hold)

    def answer(self, *, right=True):
        (card,) = self.claim()
        slot = Assignment.objects.select_related("task").get(id=card.assignment)
        side = "left" if (slot.shown_order[0] == 0) == right else "right"
        return submit(card.assignment, self.alice, card.lease_number, said(side, str(card.assignment)))[0]


@pytest.fixture
def world(open_campaign, people):
    return lambda **options: World(open_campaign, people, **options)


def test_gold_is_mixed_in_at_its_share_and_shown_to_each_person_once(world):
    it = world(gold_share=0.2, items=12, groups=70)
    streams = [it.answer().task.stream for _ in range(60)]
    assert 3 <= streams.count("gold") <= 12  # drawn: fewer than three happen once in ten thousand times
    shown = Assignment.objects.filter(task__stream="gold", annotator_id=it.alice).values_list("task_id", flat=True)
    assert len(set(shown)) == len(shown)


def test_a_gold_card_looks_like_any_other_and_teaches_nothing(world, api):
    it = world(gold_share=0.5)
    client = api("alice")
    seen = {}
    for _ in range(12):
        (card,) = client.post(f"/api/v1/campaigns/{it.campaign.slug}/claim", {"n": 1}, format="json").json()["cards"]
        stream = AnnotationTask.objects.get(assignments=handles.meant(card["assignment"])).stream
        seen.setdefault(stream, set()).add(frozenset(card))
        body = {"lease_number": card["lease_number"], "answer": prefer("first"), "idempotency_key": str(len(seen))}
        body["idempotency_key"] = str(card["assignment"])
        told = client.post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json").json()
        assert told["feedback"] is None
    assert "gold" in seen and len({keys for many in seen.values() for keys in many}) == 1
    from annotator.annotations.label_sets import teaching

    assert not teaching(it.campaign).filter(task__stream="gold").exists()


def test_who_falls_below_the_mark_is_paused_with_the_reason_and_starts_afresh_when_let_on(world):
    it = world(gold_share=0.5, gold_judged=4, gold_pass=0.7, items=12)
    while GoldScore.objects.count() < 4:
        it.answer(right=False)
    member = Membership.objects.get(campaign=it.campaign, user=it.alice)
    assert member.paused_at is not None and "0% of the last 4" in member.paused_because
    assert GoldScore.objects.filter(led_to_pause=True).count() == 1
    resume(it.campaign, it.alice)
    while GoldScore.objects.count() < 5:
        it.answer(right=False)
    assert not Membership.objects.filter(user=it.alice, paused_at__isnull=False).exists()


def test_who_meets_gold_goes_on(world):
    it = world(gold_share=0.5, gold_judged=4, gold_pass=0.7)
    while GoldScore.objects.count() < 8:
        it.answer()
    assert not Membership.objects.filter(paused_at__isnull=False).exists()
    assert set(GoldScore.objects.values_list("score", flat=True)) == {1.0}


def test_training_comes_first_and_tells_the_right_answer_as_it_was_shown(world, api):
    it = world(use="training", items=3, training_cards=2, training_pass=0.9)
    client, url = api("alice"), f"/api/v1/campaigns/{it.campaign.slug}/claim"
    for _ in range(2):
        (card,) = client.post(url, {"n": 1}, format="json").json()["cards"]
        slot = Assignment.objects.select_related("task").get(id=handles.meant(card["assignment"]))
        assert slot.task.stream == "gold"
        right = "first" if slot.shown_order[0] == 0 else "second"
        body = {"lease_number": card["lease_number"], "answer": prefer(right), "idempotency_key": str(slot.pk)}
        path = f"/api/v1/assignments/{card['assignment']}/annotation"
        told = client.post(path, body, format="json").json()["feedback"]
        assert told == {"score": 1.0, "answer": prefer(right), "explanation": "It is kinder."}
        assert client.post(path, body, format="json").json()["feedback"] == told
    (card,) = client.post(url, {"n": 1}, format="json").json()["cards"]
    assert AnnotationTask.objects.get(assignments=handles.meant(card["assignment"])).stream != "gold"


def test_who_fails_training_is_paused(world):
    it = world(use="training", items=3, training_cards=3, training_pass=0.6)
    for right in (True, False, False):
        it.answer(right=right)
    assert "33% of the last 3 training cards" in Membership.objects.get(user=it.alice).paused_because


def test_a_campaign_without_its_training_items_keeps_nobody_waiting(world):
    it = world(use="training", items=1, training_cards=5)
    it.answer()
    assert it.answer().task.stream != "gold"


def test_repeats_come_later_in_the_other_order_and_are_no_new_answers(world):
    it = world(items=0, repeat_share=0.5, groups=60)
    said_of = [it.answer() for _ in range(REPEAT_AFTER + 30)]
    repeats = [one for one in said_of if one.task.stream == "repeat"]
    assert 3 <= len(repeats) <= 23
    for again in repeats:
        first = Annotation.objects.get(
            task__rollout_ids=again.task.rollout_ids, task__stream__in=["acquisition", "random"]
        )
        assert again.shown_order == first.shown_order[::-1]
        assert sum(one.pk > first.pk for one in said_of if one.pk < again.pk) >= REPEAT_AFTER - 1
    assert len({tuple(one.task.rollout_ids) for one in repeats}) == len(repeats)


def test_personal_cards_are_paid_from_the_reserve_and_end_with_it(world):
    it = world(gold_share=0.5, items=8, budget_labels=20, reserve_share=0.1, open_tasks=30)
    for _ in range(20):
        it.answer()
    it.campaign.refresh_from_db()
    assert GoldScore.objects.count() == 2
    assert it.claim() == []
    assert budget.balance(it.campaign).spent == 20


def test_a_skipped_gold_card_goes_to_nobody_else_and_costs_nothing(world):
    it = world(gold_share=0.5)
    while True:
        (card,) = it.claim()
        slot = Assignment.objects.get(id=card.assignment)
        kind = "skip" if slot.task.stream == "gold" else "left"
        submit(card.assignment, it.alice, card.lease_number, said(kind, str(card.assignment)))
        if kind == "skip":
            break
    assert not Assignment.objects.filter(task=slot.task, state="open").exists()
    assert not GoldScore.objects.exists()
    it.campaign.refresh_from_db()
    held = Assignment.objects.filter(task__stream="gold", state="leased")  # another one may follow it
    assert budget.balance(it.campaign).extra == held.count()


def test_held_cards_do_not_draw_more_gold_than_the_share(world):
    it = world(gold_share=0.1, items=12)
    it.claim(n=3)
    held = Assignment.objects.filter(annotator_id=it.alice)
    begun = set(held.values_list("id", flat=True))
    for _ in range(40):
        assert {card.assignment for card in it.claim(n=3)} <= begun
    assert set(held.values_list("id", flat=True)) == begun and len(begun) <= 3 + 1


def lapse(it):
    Assignment.objects.filter(state="leased").update(leased_until=timezone.now() - timedelta(minutes=1))
    expire_leases(now=timezone.now())


@pytest.mark.parametrize(("gold", "repeats"), [(0.1, 0.0), (0.2, 0.1), (0.5, 0.0), (0.0, 0.3), (0.3, 0.3)])
def test_over_many_cards_each_kind_has_its_share_of_all(gold, repeats):
    config = CampaignConfig(gold_share=gold, repeat_share=repeats, reserve_share=0.5)
    drawn = [stream for slot in range(20_000) for stream in following(config, f"helpful:7:{slot}")]
    cards = 20_000 + len(drawn)
    assert drawn.count("gold") / cards == pytest.approx(gold, abs=0.015)
    assert drawn.count("repeat") / cards == pytest.approx(repeats, abs=0.015)


def test_a_queue_that_ran_dry_gives_nobody_gold(world):
    it = world(gold_share=0.5, items=12, groups=4)
    while it.claim():
        it.answer()
    dealt = Assignment.objects.filter(task__stream="gold").count()
    assert [it.claim() for _ in range(20)] == [[]] * 20
    assert Assignment.objects.filter(task__stream="gold").count() == dealt


@pytest.mark.parametrize("gone", ["lapsed", "given back"])
def test_a_personal_card_stays_its_owners_and_is_paid_for_once(world, people, gone):
    it = world(use="training", items=3, training_cards=3)
    first = held = it.claim(n=3)
    for _ in range(3):
        if gone == "lapsed":
            lapse(it)
        else:
            for card in held:
                release(card.assignment, it.alice, card.lease_number)
        held = it.claim(n=3)
        assert {card.assignment for card in held} == {card.assignment for card in first}
    other = claim_with_personal(it.campaign, people["carol"].pk, n=10, now=timezone.now())
    assert not {card.assignment for card in other} & {card.assignment for card in first}
    it.campaign.refresh_from_db()
    assert budget.balance(it.campaign).extra == Assignment.objects.filter(extra=True).count()
    for card in it.claim(n=3):
        submit(card.assignment, it.alice, card.lease_number, said("left", str(card.assignment)))
    assert it.answer().task.stream != "gold"


def leave(it, hours):
    """Everybody's leases ended so many hours ago, and the sweeps have run."""
    Assignment.objects.filter(state="leased").update(leased_until=timezone.now() - timedelta(hours=hours))
    expire_leases(now=timezone.now())
    return withdraw_left_lying(now=timezone.now())


def test_who_never_comes_back_to_a_personal_card_keeps_no_label_reserved(world, people):
    it = world(use="training", items=3, training_cards=3)
    cards = it.claim(n=3)
    assert leave(it, 0.5) == 0
    assert {card.assignment for card in it.claim(n=3)} == {card.assignment for card in cards}
    assert leave(it, 2) == 3
    it.campaign.refresh_from_db()
    assert (it.campaign.extra_labels, budget.ledger(it.campaign).extra.labels) == (0, 0)
    others = claim_with_personal(it.campaign, people["bob"].pk, n=9, now=timezone.now())
    assert not {card.assignment for card in others} & {card.assignment for card in cards}
    assert leave(it, 2) == 3 and leave(it, 2) == 0


def test_who_is_removed_gives_back_at_once_what_they_hold(world, people):
    it = world(use="training", items=2, training_cards=2)
    it.claim(n=2)
    it.answer()
    bob = people["bob"].pk
    held = [card.assignment for card in claim_next(it.campaign, bob, n=3, now=timezone.now())]
    before = budget.ledger(it.campaign).extra.labels
    remove_member(it.campaign, it.alice, now=timezone.now())
    remove_member(it.campaign, bob, now=timezone.now())
    it.campaign.refresh_from_db()
    assert (it.campaign.extra_labels, budget.ledger(it.campaign).extra.labels) == (before - 1, before - 1)
    assert not Assignment.objects.filter(state="leased").exists()
    others = claim_next(it.campaign, people["carol"].pk, n=20, now=timezone.now())
    assert set(held) <= {card.assignment for card in others}


def test_what_somebody_was_answering_while_they_were_removed_is_given_back_by_the_next_sweep(world):
    it = world(use="training", items=2, training_cards=2)
    it.claim(n=2)
    remove(it.campaign, it.alice)
    assert withdraw_left_lying(now=timezone.now()) == 2
    it.campaign.refresh_from_db()
    assert it.campaign.extra_labels == 0


def test_who_comes_back_to_training_after_all_goes_on_where_they_were(world):
    it = world(use="training", items=3, training_cards=3)
    first = it.claim(n=2)
    for _ in range(3):
        assert leave(it, 2) == 2
        again = it.claim(n=2)
        assert {(one.assignment, one.lease_number) for one in again} == {
            (one.assignment, one.lease_number) for one in first
        }
    it.campaign.refresh_from_db()
    assert it.campaign.extra_labels == budget.ledger(it.campaign).extra.labels == 2
    for _ in range(3):
        assert it.answer().task.stream == "gold"
    assert it.answer().task.stream != "gold"


def test_what_is_said_of_a_personal_card_long_after_is_kept_paid_and_judged(world):
    it = world(use="training", items=1, training_cards=1, training_pass=0.5)
    (card,) = it.claim()
    leave(it, 2)
    slot = Assignment.objects.get(id=card.assignment)
    wrong = "right" if slot.shown_order[0] == 0 else "left"
    given, _ = submit(card.assignment, it.alice, card.lease_number, said(wrong, "late"))
    assert given.assignment.state == "surplus"
    assert budget.balance(it.campaign).spent == 1
    assert "0% of the last 1 training cards" in Membership.objects.get(user=it.alice).paused_because


def test_where_nothing_is_left_to_pay_for_training_nobody_waits_for_it(world, people):
    it = world(use="training", items=2, training_cards=2, budget_labels=20, reserve_share=0.1, open_tasks=18)
    assert len(it.claim(n=2)) == 2
    late = claim_with_personal(it.campaign, people["bob"].pk, n=2, now=timezone.now())
    assert [Assignment.objects.get(id=card.assignment).task.stream != "gold" for card in late] == [True, True]


def test_a_skipped_training_card_counts_as_missed(world):
    it = world(use="training", items=3, training_cards=3, training_pass=0.6)
    (card,) = it.claim()
    submit(card.assignment, it.alice, card.lease_number, said("skip", "s"))
    it.answer(right=True)
    it.answer(right=False)
    assert "33% of the last 3" in Membership.objects.get(user=it.alice).paused_because


def test_training_and_gold_start_no_training_of_a_model(world):
    it = world(use="training", items=5, training_cards=5, min_labels=5, retrain_every=5)
    for _ in range(5):
        it.answer()
    assert due.start_due_training(it.campaign) is None
    for _ in range(5):
        it.answer()
    assert due.start_due_training(it.campaign).label_set.size == 5


def test_nobody_gets_a_gold_card_they_have_judged_as_another_and_an_answer_is_known_once(world):
    it = world(items=0, gold_share=0.5, groups=8)
    stored = it.answer()
    gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    with pytest.raises(Conflict):
        gold_items.from_answer(it.campaign, stored.pk, use="training", explanation="", made_by=it.olga)
    while it.claim():
        assert it.answer().task.stream != "gold"


def test_nobody_gets_a_card_they_had_as_gold_as_another_while_it_waits_for_one_more_answer(world, people):
    it = world(items=0, gold_share=0.5, groups=8, overlap=2)
    stored = it.answer()
    gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    bob, gold_task = people["bob"].pk, GoldItem.objects.get().task
    lease(it.campaign, gold_task, bob, timezone.now(), "gold", shown_order=None)
    shown = []
    while cards := claim_with_personal(it.campaign, bob, n=1, now=timezone.now()):
        (card,) = cards
        shown.append(tuple(Assignment.objects.get(id=card.assignment).task.rollout_ids))
        submit(card.assignment, bob, card.lease_number, said("left", str(card.assignment)))
    assert tuple(stored.task.rollout_ids) in shown
    assert len(set(shown)) == len(shown) == 8


def test_personal_cards_keep_within_a_persons_cap(world):
    it = world(gold_share=0.5, items=12, person_labels=6)
    for _ in range(4):
        it.answer()
    assert len(it.claim(n=5)) == 2
    for _ in range(2):
        it.answer()
    assert it.claim(n=5) == []


def test_cards_that_nothing_could_pay_for_are_refused_when_a_campaign_is_made(world):
    with pytest.raises(InvalidConfig, match="reserve"):
        world(gold_share=0.1, reserve_share=0.0)


def test_a_retired_item_is_shown_to_nobody_and_its_scores_stay(world):
    it = world(gold_share=0.5, items=1)
    while not GoldScore.objects.exists():
        it.answer()
    gold_items.retire(it.campaign, it.items[0].pk, now=timezone.now() + timedelta(0))
    assert GoldScore.objects.count() == 1 and GoldItem.objects.get().retired_at is not None
    with pytest.raises(NotFound):
        gold_items.retire(it.campaign, 10**9, now=timezone.now())


def test_an_answer_may_be_taken_for_the_right_one(world):
    it = world(items=0)
    stored = it.answer()
    item = gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    assert (item.answer, item.task.rollout_ids) == (stored.answer, stored.task.rollout_ids)
    with pytest.raises(NotFound):
        gold_items.from_answer(it.campaign, 10**9, use="gold", explanation="", made_by=it.olga)


def test_gold_that_could_measure_nobody_is_refused(world):
    it = world(items=0)
    a, b = PromptGroup.objects.order_by("id")[:2]
    first, second = (list(Rollout.objects.filter(group=group).values_list("id", flat=True)) for group in (a, b))
    common = {"use": "gold", "explanation": "", "made_by": it.olga}
    for rollouts in ([first[0], second[0]], [first[0], first[0]], [first[0]], [first[0], 10**9]):
        with pytest.raises(InvalidInput):
            gold_items.from_rollouts(it.campaign, rollouts, prefer("first"), **common)
    with pytest.raises(InvalidAnswer):
        gold_items.from_rollouts(it.campaign, first, {"preference": {"choice": "left"}}, **common)
    assert not GoldItem.objects.exists()


def test_a_card_to_answer_has_no_item_yet_unless_it_is_asked_for(open_campaign, people):
    world = World(open_campaign, people, items=2, groups=3)
    last = PromptGroup.objects.latest("id")
    assert {gold_items.group_to_answer(world.campaign, None).pk for _ in range(20)} == {last.pk}
    taken = world.items[0].task.group
    assert gold_items.group_to_answer(world.campaign, taken.pk) == taken
    world.make(last, "gold")
    with pytest.raises(NotFound):
        gold_items.group_to_answer(world.campaign, None)


def test_a_card_to_answer_is_of_the_campaigns_own_runs(open_campaign, people):
    world = World(open_campaign, people, items=0, groups=1)
    elsewhere = make_run("elsewhere", groups=1).groups.get()
    with pytest.raises(NotFound):
        gold_items.group_to_answer(world.campaign, elsewhere.pk)
