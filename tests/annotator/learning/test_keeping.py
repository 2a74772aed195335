"""What is asked follows what was said: within a look of the queue keeper, and without a retrain."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from annotator.annotations.label_sets import is_heldout
from annotator.annotations.models import Annotation
from annotator.annotations.submission import revise, submit
from annotator.campaigns.pool import askable, nothing_asked
from annotator.campaigns.ranking import rank
from annotator.campaigns.strategies import STRATEGIES
from annotator.learning import keeping
from annotator.learning.belief import Believer
from annotator.learning.keeping import QueueKeeper
from annotator.learning.models import KeptQueue
from annotator.rollouts.models import CompletionFeature, KnownBackbone
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.tasks.opening import open_due_tasks
from annotator.tasks.ordering import waiting
from tests.factories import encode_all, make_run, make_version, said, score_all
from tests.races import at_once
from uncertainty import gauss
from uncertainty.errors import EmptyPool
from uncertainty.view import damped

pytestmark = pytest.mark.django_db


class World:
    """A campaign about completions whose first feature is what its only annotator likes."""

    def __init__(self, open_campaign, people, *, groups=60, **config):
        self.run = make_run("rollouts", groups=groups)
        self.features = encode_all(self.run)
        given = {"open_tasks": 20, "cold_answers": 8, "budget_labels": 200, "heldout_share": 0.2, **config}
        self.campaign = open_campaign(run=self.run, start=False, **given)
        self.alice = people["alice"].pk
        self.keeper = QueueKeeper()

    def better(self, assignment_id: int) -> str:
        slot = Assignment.objects.select_related("task").get(id=assignment_id)
        a, b = (self.features[rollout][0] for rollout in (slot.task.rollout_ids[0], slot.task.rollout_ids[1]))
        return "left" if (a > b) == (slot.shown_order[0] == 0) else "right"

    def answer(self, n: int) -> list[Annotation]:
        stored = []
        for card in claim_next(self.campaign, self.alice, n=n, now=timezone.now()):
            answer = said(self.better(card.assignment), str(card.assignment), active_ms=1000)
            stored.append(submit(card.assignment, self.alice, card.lease_number, answer)[0])
        return stored

    def pool(self):
        return askable(self.campaign, nothing_asked, None, 0)

    def priorities(self, **of):
        return dict(Assignment.objects.filter(state="open", **of).values_list("task_id", "priority"))


@pytest.fixture
def world(open_campaign, people):
    return lambda **options: World(open_campaign, people, **options)


def test_an_answer_changes_what_is_asked_next_without_a_retrain(world):
    it = world(acquisition="v_optimal", random_share=0.0)
    it.keeper.step()
    it.answer(14)
    assert it.keeper.step() > 0
    before = it.priorities()
    it.answer(1)
    assert it.keeper.step() > 0
    after = it.priorities()
    assert {task: after[task] for task in after if task in before} != {task: before[task] for task in after}
    assert it.campaign.label_sets.count() == 0


def test_the_queue_says_which_answers_its_order_knows(world):
    it = world(acquisition="v_optimal")
    it.keeper.step()
    assert not KeptQueue.objects.exists()
    stored = it.answer(3)
    it.keeper.step()
    assert it.campaign.kept_queue.newest_annotation == stored[-1].pk


def test_nothing_said_moves_nothing(world):
    it = world(acquisition="v_optimal")
    it.keeper.step()
    it.answer(9)
    it.keeper.step()
    before = it.priorities()
    assert it.keeper.step() == 0
    assert it.priorities() == before


def test_leased_work_and_the_random_stream_keep_their_places(world):
    it = world(acquisition="v_optimal", random_share=0.4)
    it.keeper.step()
    it.answer(9)
    (held,) = claim_next(it.campaign, it.alice, n=1, now=timezone.now())
    kept = dict(Assignment.objects.filter(task__stream="random").values_list("id", "priority"))
    kept[held.assignment] = Assignment.objects.get(id=held.assignment).priority
    it.keeper.step()
    assert kept == dict(Assignment.objects.filter(id__in=kept).values_list("id", "priority"))


def test_however_often_the_queue_is_put_in_order_chance_keeps_its_share_of_the_answers(world):
    it = world(acquisition="v_optimal", random_share=0.25, open_tasks=24, groups=150, budget_labels=240)
    for _ in range(120):
        it.keeper.step()
        it.answer(1)
    said = Annotation.objects.filter(campaign=it.campaign)
    by_chance = [said.order_by("id")[start : start + 60].values_list("task__stream", flat=True) for start in (0, 60)]
    assert all(7 <= list(streams).count("random") <= 24 for streams in by_chance)


def test_a_keeper_that_finds_tasks_opened_by_somebody_else_learns_from_the_next_answer_on(world):
    it = world(acquisition="v_optimal", open_tasks=200, groups=40)
    it.keeper.step()
    it.answer(20)
    another = QueueKeeper()
    assert another.step() > 0
    before = it.priorities()
    it.answer(1)
    assert another.step() > 0
    after = it.priorities()
    assert any(after[task] != before[task] for task in after.keys() & before.keys())


def test_a_campaign_with_nothing_left_to_ask_is_not_looked_through_again_at_once(open_campaign, monkeypatch):
    campaign = open_campaign(groups=1, size=2, start=False)
    keeper, looks = QueueKeeper(), []
    monkeypatch.setattr(keeping, "open_due_tasks", lambda *of, **how: looks.append(1) or open_due_tasks(*of, **how))
    assert [keeper.step() for _ in range(5)] == [1, 0, 0, 0, 0]
    assert len(looks) == 2
    assert campaign.tasks.count() == 1


def test_other_features_are_other_places(world):
    it = world(acquisition="bald")
    believer, pool = Believer(it.campaign), it.pool()
    first = believer(pool)
    KnownBackbone.objects.update(digest="c" * 64)
    assert believer(pool) is None and not believer.formed
    for feature in CompletionFeature.objects.all():
        values = np.frombuffer(feature.features, dtype="<f4")[::-1].astype("<f4")
        CompletionFeature.objects.create(
            backbone_digest="c" * 64, text_digest=feature.text_digest, features=(values**2).tobytes()
        )
    second = believer(pool)
    assert not np.allclose(first.points_N_W, second.points_N_W)


def test_a_campaign_begins_by_spreading_its_questions_and_then_asks_by_its_strategy(world):
    it = world(acquisition="bald", open_tasks=10)
    it.keeper.step()
    it.answer(10)
    it.keeper.step()
    used = list(it.campaign.selections.order_by("id").values_list("acquisition", flat=True))
    assert used == ["stratified_random", "bald"]
    assert it.campaign.tasks.values("group").distinct().count() > 15


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_can_be_asked_by_from_the_first_answer_on(world, name):
    it = world(acquisition=name, machine="reward", cold_answers=1)
    version = make_version("helpful")
    score_all(version, it.run)
    it.keeper.step()
    it.answer(12)
    it.keeper.step()
    assert [selection.acquisition for selection in it.campaign.selections.order_by("id")] == [name, name]
    assert set(it.campaign.tasks.values_list("stream", flat=True)) == {"random", "acquisition"}


def test_without_features_everything_is_drawn_at_random_and_says_so(open_campaign):
    campaign = open_campaign(groups=30, acquisition="v_optimal", start=False)
    QueueKeeper().step()
    assert campaign.selections.get().acquisition == "random"
    assert set(campaign.tasks.values_list("value", flat=True)) == {None}


def test_learning_one_by_one_is_learning_all_at_once(world):
    it = world(acquisition="bald", heldout_share=0.01)
    it.keeper.step()
    believer = Believer(it.campaign)
    pool = it.pool()
    believer(pool)
    it.answer(15)
    assert believer.catch_up() == 15
    step_by_step, at_once = believer._over(pool), Believer(it.campaign)(pool)
    deltas = damped(at_once.points_N_W[pool.i_M] - at_once.points_N_W[pool.j_M])
    one, all_ = (side.head.margins(deltas)[0] for side in (step_by_step, at_once))
    # Not equal: a fit of all chooses its prior anew. But they say the same.
    assert np.corrcoef(one, all_)[0, 1] > 0.9


def test_a_correction_is_learnt_as_if_it_had_been_the_answer(world):
    it = world(acquisition="bald", heldout_share=0.01)
    it.keeper.step()
    believer, pool = Believer(it.campaign), it.pool()
    believer(pool)
    stored = it.answer(10)
    believer.catch_up()
    for annotation in stored:
        was_first = annotation.answer["preference"]["choice"] == "first"
        side = "right" if was_first == (annotation.shown_order[0] == 0) else "left"
        revise(annotation.pk, it.alice, said(side, f"revised-{annotation.pk}"))
    assert believer.catch_up() == 10
    learnt, fresh = believer._over(pool), Believer(it.campaign)(pool)
    np.testing.assert_allclose(learnt.head.mean_D, fresh.head.mean_D, atol=1e-6)


def test_answers_about_held_out_prompts_teach_nothing(world):
    it = world(acquisition="bald", heldout_share=0.5, groups=40)
    it.keeper.step()
    believer, pool = Believer(it.campaign), it.pool()
    prior = believer(pool)
    said = it.answer(10)
    held = sum(is_heldout(bytes(annotation.task.group.prompt_digest), 0.5) for annotation in said)
    assert 0 < held < 10
    believer.catch_up()
    assert believer._answers == 10 - held
    assert prior is not None and prior.cold


def test_a_belief_puts_what_it_knows_least_first(world):
    it = world(acquisition="bald", random_share=0.0)
    it.keeper.step()
    it.answer(12)
    it.keeper.step()
    believer, pool = Believer(it.campaign), it.pool()
    belief = believer(pool)
    tasks = waiting(it.campaign)
    row = {rollout: n for n, rollout in enumerate(pool.rollouts_N.tolist())}
    points = belief.points_N_W
    deltas = damped([points[row[task.rollouts[0]]] - points[row[task.rollouts[1]]] for task in tasks])
    worth = dict(zip([t.task for t in tasks], gauss.information(*belief.head.margins(deltas)), strict=True))
    priority = it.priorities(task__stream="acquisition")
    by_priority = sorted(priority, key=priority.get, reverse=True)
    assert (
        np.corrcoef(np.argsort(np.argsort([-worth[t] for t in by_priority])), np.arange(len(by_priority)))[0, 1] > 0.8
    )


def test_the_machines_taste_is_believed_before_anybody_has_answered(world):
    it = world(acquisition="bald_where_wrong", machine="reward")
    it.keeper.step()
    assert it.campaign.selections.get().acquisition == "bald_where_wrong"


def test_when_seconds_count_the_long_pairs_must_teach_more(world):
    it = world(acquisition="bald", random_share=0.0, per_second=True, cold_answers=1, groups=80)
    long = list(it.run.rollouts.filter(group_id__in=it.run.groups.values("id")[:40]))
    for rollout in long:
        rollout.completion = rollout.completion + " and so on" * 1000
    type(long[0]).objects.bulk_update(long, ["completion"])
    long_groups = {rollout.group_id for rollout in long}
    it.keeper.step()
    it.answer(12)
    opened = set(it.campaign.tasks.values_list("id", flat=True))
    it.keeper.step()
    chosen = list(it.campaign.tasks.exclude(id__in=opened).values_list("group_id", flat=True))
    assert len(chosen) > 8
    assert not long_groups & set(chosen)


def test_a_strategy_that_fell_back_asks_at_random_and_the_answers_are_of_the_random_stream(world):
    it = world(acquisition="bald")
    ranking = rank(it.campaign, 8, seed=1, believe=Believer(it.campaign), fallen_back=True)
    assert ranking.acquisition == "random"
    assert all(proposal.from_random and 0 < proposal.propensity < 1 for proposal in ranking.proposals)


def test_one_campaigns_trouble_is_not_the_others_and_does_not_fill_the_log(world, open_campaign, monkeypatch, caplog):
    it = world(acquisition="bald")
    other = open_campaign(slug="other", groups=5, start=False)
    real = QueueKeeper.keep

    def troubled(keeper, campaign):
        if campaign.pk == it.campaign.pk:
            raise EmptyPool("There is nothing to learn from.")
        return real(keeper, campaign)

    monkeypatch.setattr(QueueKeeper, "keep", troubled)
    assert sum(it.keeper.step() for _ in range(3)) == other.tasks.count() > 0
    assert [record.getMessage() for record in caplog.records if "could not be kept" in record.getMessage()] == [
        "The queue of campaign helpful could not be kept; next try in 30 s."
    ]


@pytest.mark.django_db(transaction=True)
def test_two_keepers_at_once_open_each_round_once(world):
    it = world(acquisition="v_optimal", open_tasks=16)

    def keep():
        keeper = QueueKeeper()
        for _ in range(3):
            keeper.step()

    at_once(keep, keep, keep)
    it.campaign.refresh_from_db()
    assert AnnotationTask.objects.count() == it.campaign.committed_labels == 16
