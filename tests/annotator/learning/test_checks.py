"""A strategy is measured by the campaign's own random stream, gives way when it is not shown to pay, and returns."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from annotator.annotations.models import Annotation, Comparison
from annotator.annotations.submission import revise
from annotator.campaigns import lifecycle
from annotator.learning import checks
from annotator.learning.checks import check_strategy, fallen_back, strategy_in_force
from annotator.learning.cold import cold_start
from annotator.learning.keeping import QueueKeeper
from annotator.learning.measuring import measured
from annotator.learning.models import StrategyCheck
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import encode_all, make_run, make_version, said
from training_bridge import jobs
from uncertainty.lift import Bound, Lift, Measured, Saving

pytestmark = pytest.mark.django_db
BETTER, UNCLEAR, WORSE = (Lift(low + 0.05, low, low + 0.1, 60, 48) for low in (0.01, -0.05, -0.2))


class Answered:
    """A campaign in which Alice prefers what has more of three features; what the strategy asks may get lies."""

    def __init__(self, open_campaign, people, *, lies=False, groups=80, **config):
        self.run = make_run("rollouts", groups=groups)
        features = encode_all(self.run)
        given = {
            "acquisition": "v_optimal",
            "open_tasks": 400,
            "pairs_per_group": 6,
            "random_share": 0.5,
            "budget_labels": 2_000,
            **config,
        }
        self.campaign = open_campaign(run=self.run, start=False, **given)
        self.alice, self.features, self.lies = people["alice"].pk, features, lies
        self.keeper = QueueKeeper()

    def likes_a(self, task: AnnotationTask) -> bool:
        apart = self.features[task.rollout_ids[0]] - self.features[task.rollout_ids[1]]
        lied = self.lies and task.stream == AnnotationTask.Stream.ACQUISITION
        return bool((apart[:3].sum() > 0) != lied)

    def answer(self, n: int, choice: str = "") -> list[Annotation]:
        """Answers straight into the table: what is said matters here, not how."""
        slots = list(Assignment.objects.filter(campaign=self.campaign, state="open").select_related("task")[:n])
        if len(slots) < n:
            self.keeper.step()
            slots = list(Assignment.objects.filter(campaign=self.campaign, state="open").select_related("task")[:n])
        assert len(slots) == n
        Assignment.objects.filter(id__in=[slot.pk for slot in slots]).update(state="submitted", shown_order=[0, 1])
        choices = [choice or ("first" if self.likes_a(slot.task) else "second") for slot in slots]
        stored = Annotation.objects.bulk_create(
            Annotation(
                assignment=slot, task=slot.task, campaign=self.campaign, annotator_id=self.alice, lease_number=1,
                answer=None if said == "skip" else {"preference": {"choice": said}},
                skip="other" if said == "skip" else "", shown_order=[0, 1], idempotency_key=str(slot.pk),
            )
            for slot, said in zip(slots, choices, strict=True)
        )  # fmt: skip
        Comparison.objects.bulk_create(
            Comparison(
                annotation=annotation, rollout_a_id=slot.task.rollout_ids[0], rollout_b_id=slot.task.rollout_ids[1],
                outcome={"first": 1.0, "second": 0.0}.get(said, 0.5),
            )
            for annotation, slot, said in zip(stored, slots, choices, strict=True)
            if said != "skip"
        )  # fmt: skip
        return stored


@pytest.fixture
def answered(open_campaign, people):
    return lambda **options: Answered(open_campaign, people, **options)


@pytest.fixture
def says(monkeypatch):
    """`says(BETTER)`: what the next look at a strategy finds."""

    def say(lift: Lift | None, saving: Saving | None = None) -> None:
        monkeypatch.setattr(checks, "measured", lambda *_, **__: lift and Measured(lift, saving))

    return say


def rounds(campaign, n, acquisition="v_optimal"):
    for _ in range(n):
        campaign.selections.create(acquisition=acquisition, seed=0, pool_size=1, chosen=1)


# ---- when


def test_a_strategy_is_looked_at_every_twenty_answers_or_tenth_of_them(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(19)
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 20
    assert check_strategy(it.campaign) is None
    it.answer(19)
    assert check_strategy(it.campaign) is None
    it.answer(221)
    assert check_strategy(it.campaign).answers == 260
    it.answer(25)
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 286


def test_skips_are_no_answers_and_a_correction_is_no_new_one(answered, says):
    it = answered()
    says(UNCLEAR)
    first = it.answer(19)[0]
    it.answer(10, choice="skip")
    revise(first.pk, it.alice, said("right", "again"))
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 20


def test_the_last_answers_of_a_closed_campaign_are_looked_at_once(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(25)
    check_strategy(it.campaign)
    it.answer(3)
    closed = lifecycle.move(it.campaign, "closed", now=timezone.now())
    assert check_strategy(closed).answers == 28
    assert check_strategy(closed) is None


def test_chance_is_no_strategy(answered, says):
    it = answered(acquisition="random")
    says(WORSE)
    it.answer(40)
    assert check_strategy(it.campaign) is None
    assert strategy_in_force(it.campaign) == ("random", False)


def test_two_sweeps_at_once_write_one_check(answered, says, monkeypatch):
    it = answered()
    says(UNCLEAR)
    it.answer(20)
    assert check_strategy(it.campaign) is not None
    monkeypatch.setattr(checks, "_newest_check", lambda campaign: None)  # the other one began before it was written
    assert check_strategy(it.campaign) is None
    assert StrategyCheck.objects.count() == 1


# ---- what is found


def test_telling_the_truth_about_random_pairs_only_is_seen_and_ends_the_strategy_at_once(answered):
    it = answered(lies=True)
    it.answer(300)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("worse", True)
    assert check.lift_high < 0 < check.judged_by < 300
    assert check.saved_bound == "at_most" and check.saved_ratio <= 1.0
    assert strategy_in_force(it.campaign) == ("random", True)


def test_a_look_reads_what_was_said_by_chance_and_by_choice_with_its_newest_corrections(answered, monkeypatch):
    from annotator.learning import measuring

    it = answered()
    stored = it.answer(60)
    stored += it.answer(20, choice="tie") + it.answer(20, choice="both_bad")
    it.answer(20, choice="skip")
    for annotation in stored[:10]:
        revise(annotation.pk, it.alice, said("right", f"again-{annotation.pk}"))
    seen = {}
    monkeypatch.setattr(
        measuring, "measure", lambda deltas, outcomes, prompts, random, **_: seen.update(
            deltas=deltas, outcomes=outcomes, prompts=prompts, random=random)
    )  # fmt: skip
    measured(it.campaign, seed=0)
    chosen_by_chance = sum(annotation.task.stream == "random" for annotation in stored)
    assert len(seen["outcomes"]) == 100 and seen["random"].sum() == chosen_by_chance
    assert (seen["outcomes"] == 0.5).sum() == 40
    assert (seen["outcomes"][-10:] == 0.0).all()  # the left completion is a; "right" is b
    assert len(np.unique(seen["prompts"])) == len({annotation.task.group_id for annotation in stored})


def test_too_few_random_answers_are_too_early_to_tell_and_change_nothing(answered):
    it = answered(random_share=0.0, cold_answers=0)
    it.answer(40)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back, check.lift_mean, check.saved_ratio) == ("too_early", False, None, None)
    assert (check.judged_by, check.learnt_from) == (0, 0)


def test_a_campaign_without_features_cannot_be_measured_yet(open_campaign):
    campaign = open_campaign(groups=3)
    assert measured(campaign, seed=0) is None


def test_answers_that_correct_a_machine_are_measured_from_what_it_said(answered, monkeypatch):
    from annotator.learning import measuring

    it = answered(machine="reward", groups=40)
    it.answer(60)
    priors = []
    real = measuring.measure
    monkeypatch.setattr(
        measuring,
        "measure",
        lambda *told, machine, rng: priors.append(machine) or real(*told, machine=machine, rng=rng),
    )
    assert measured(it.campaign, seed=0) is not None
    assert priors[0] is not None and np.abs(priors[0].mean_D).max() > 0


# ---- what follows


def test_a_strategy_that_must_prove_itself_gives_way_after_five_rounds_and_comes_back_when_it_has(answered, says):
    it = answered(groups=300, open_tasks=30, must_prove=True)
    says(UNCLEAR)
    it.answer(20)
    rounds(it.campaign, 2)
    assert check_strategy(it.campaign).verdict == "too_early"
    assert strategy_in_force(it.campaign) == ("v_optimal", False)
    rounds(it.campaign, 3)
    it.answer(20)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("unproven", True)
    assert strategy_in_force(it.campaign) == ("random", True)

    it.answer(20)
    it.keeper.step()
    fresh = AnnotationTask.objects.filter(selection=it.campaign.selections.order_by("-id").first())
    assert {task.stream for task in fresh} == {"random"}
    assert it.campaign.selections.order_by("-id").first().acquisition == "random"

    says(BETTER)
    it.answer(20)
    assert not check_strategy(it.campaign).falls_back
    assert strategy_in_force(it.campaign) == ("v_optimal", False)
    it.answer(20)
    it.keeper.step()
    fresh = AnnotationTask.objects.filter(selection=it.campaign.selections.order_by("-id").first())
    assert {task.stream for task in fresh} == {"random", "acquisition"}


def test_a_strategy_that_is_neither_better_nor_worse_goes_on_unless_it_must_prove_itself(answered, says):
    it = answered()
    says(UNCLEAR)
    rounds(it.campaign, 5)
    it.answer(20)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("unproven", False)
    assert strategy_in_force(it.campaign) == ("v_optimal", False)


def test_rounds_that_chance_or_the_cold_start_chose_are_not_held_against_a_strategy(answered, says):
    it = answered()
    says(UNCLEAR)
    rounds(it.campaign, 5, "stratified_random")
    rounds(it.campaign, 5, "random")
    it.answer(20)
    assert check_strategy(it.campaign).rounds == 0
    assert not fallen_back(it.campaign)


def test_a_manager_may_forbid_the_fall_back_and_still_sees_the_verdict(answered, says):
    it = answered(fall_back=False)
    says(WORSE)
    it.answer(20)
    assert check_strategy(it.campaign).falls_back
    assert strategy_in_force(it.campaign) == ("v_optimal", False)


def test_what_was_found_stays_found(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(20)
    check = check_strategy(it.campaign)
    for change in (lambda: StrategyCheck.objects.update(falls_back=True), check.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert not StrategyCheck.objects.get().falls_back


def test_the_sweep_looks_at_every_campaign_and_one_in_trouble_does_not_hide_the_others(answered, monkeypatch):
    from uncertainty.errors import NonFiniteReward

    it = answered()
    make_run("other")
    lifecycle.create(
        slug="draft", name="Draft", question="?", budget_labels=1, runs=["other"], reward_model="",
        created_by=it.campaign.created_by, config={},
    )  # fmt: skip
    looked = []

    def look(campaign):
        looked.append(campaign.slug)
        raise NonFiniteReward("A feature is not a number.")

    monkeypatch.setattr(jobs, "check_strategy", look)
    jobs.check_strategies.run()
    assert looked == [it.campaign.slug]


# ---- the cold start


def test_the_cold_start_ends_with_enough_answers_about_prompts_that_are_not_held_out(answered):
    it = answered(cold_answers=30, heldout_share=0.5)
    assert cold_start(it.campaign).answers_to_go == 30
    it.answer(20)
    left = cold_start(it.campaign).answers_to_go
    assert 10 < left < 30
    it.answer(60)
    assert cold_start(it.campaign) is None


def test_a_strategy_of_draws_waits_for_a_version_and_one_that_corrects_a_machine_for_nothing(answered, open_campaign):
    draws = answered(acquisition="ensemble_std")
    assert cold_start(draws.campaign).answers_to_go is None
    make_version(draws.campaign.reward_model)
    assert cold_start(draws.campaign) is None
    assert cold_start(open_campaign(slug="corrects", machine="reward", cold_answers=12, start=False)) is None
    assert cold_start(open_campaign(slug="chance", acquisition="random", start=False)) is None


# ---- the desk


def test_the_desk_shows_the_strategy_and_every_look_at_it(answered, says, api):
    it = answered(cold_answers=10, must_prove=True)
    says(None)
    it.answer(20)
    check_strategy(it.campaign)
    says(UNCLEAR, Saving(2.0, 0.0, None, Bound.AT_LEAST, 40, 20))
    rounds(it.campaign, 5)
    it.answer(20)
    check_strategy(it.campaign)
    seen = api("olga").get(f"/api/v1/campaigns/{it.campaign.slug}/dashboard").json()
    told = seen["strategy"]
    assert {name: told[name] for name in ("acquisition", "in_force", "state", "answers_to_go")} == {
        "acquisition": "v_optimal", "in_force": "random", "state": "fallen_back", "answers_to_go": None,
    }  # fmt: skip
    early, late = told["checks"]
    assert (early["answers"], early["lift"], early["saved"], early["verdict"]) == (20, None, None, "too_early")
    assert late["lift"] == {"mean": UNCLEAR.mean, "low": UNCLEAR.low, "high": UNCLEAR.high}
    assert late["saved"] == {"ratio": 2.0, "low": 0.0, "high": None, "bound": "at_least"}
    assert (late["judged_by"], late["learnt_from"], late["verdict"], late["falls_back"]) == (60, 48, "unproven", True)
    assert (seen["calibration"], seen["machine"]) == (None, None)


def test_the_desk_shows_whose_labels_are_corrected_and_what_became_of_them(open_campaign, api):
    campaign = open_campaign(machine="reward")
    version = make_version(campaign.reward_model)
    curve = {"share": [0.0, 1.0], "agreement": [2.0, -1.0], "elbow": 1.0, "knee": -0.5, "reflection": None}
    told = {
        "labelled": 90, "curve": curve, "zones": {"keep": 60, "ask": 20, "flip": 10},
        "flips": {"audited": 5, "right": 4, "automatic": 0}, "round": 2, "amplify": 6.0, "back_off": 0.4,
    }  # fmt: skip
    version.metrics = {"machine": told}
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["machine"]
    assert seen == {"source": "reward", **told}


def test_the_desk_shows_what_a_campaign_in_its_cold_start_waits_for(answered, api):
    it = answered(cold_answers=30)
    told = api("olga").get(f"/api/v1/campaigns/{it.campaign.slug}/dashboard").json()["strategy"]
    assert (told["state"], told["answers_to_go"], told["in_force"], told["checks"]) == ("cold", 30, "v_optimal", [])


def test_the_desk_shows_how_far_the_production_version_can_be_trusted(open_campaign, api):
    campaign = open_campaign()
    version = make_version(campaign.reward_model)
    version.metrics = {
        "n_heldout": 40, "heldout_nll": 0.6, "heldout_accuracy": 0.7, "ece": 0.03, "ebce": 0.01, "auroc": 0.66,
        "aurc": 0.2, "temperature": 1.3, "risk_coverage": {"coverage": [0.5, 1.0], "risk": [0.1, 0.3]},
        "reliability": {"predicted": [0.6], "observed": [0.55], "count": [40]},
    }  # fmt: skip
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["calibration"]
    assert (seen["version"], seen["n_heldout"], seen["nll"], seen["accuracy"]) == (1, 40, 0.6, 0.7)
    assert (seen["ece"], seen["ebce"], seen["auroc"], seen["aurc"], seen["temperature"]) == (0.03, 0.01, 0.66, 0.2, 1.3)
    assert seen["risk_coverage"] == {"coverage": [0.5, 1.0], "risk": [0.1, 0.3]}
    assert seen["reliability"] == {"predicted": [0.6], "observed": [0.55], "count": [40]}
    version.metrics = {"n_heldout": 3, "heldout_nll": 0.6}
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["calibration"]
    assert (seen["auroc"], seen["risk_coverage"]) == (None, {"coverage": [], "risk": []})


def test_the_learning_curve_shows_each_version_on_random_answers_alone_too(open_campaign, api, people):
    from annotator.annotations.models import LabelSet
    from annotator.training.models import TrainingJob

    campaign = open_campaign()
    figures = [{"heldout_nll": 0.6, "heldout_random": {"nll": 0.65, "accuracy": 0.6, "n": 12}}, {"heldout_nll": 0.5}]
    for number, metrics in enumerate(figures, start=1):
        version = make_version(campaign.reward_model, number=number, state="retired")
        version.metrics = metrics
        version.save()
        labels = LabelSet.objects.create(campaign=campaign, digest=str(number), size=50 * number, heldout_size=10)
        TrainingJob.objects.create(
            kind="reward_model", campaign=campaign, label_set=labels, produced=version, state="succeeded",
            config_digest="", because="test",
        )  # fmt: skip
    curve = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["learning_curve"]
    assert [(p["heldout_nll"], p["random_nll"], p["random_accuracy"], p["random_n"]) for p in curve] == [
        (0.6, 0.65, 0.6, 12), (0.5, None, None, None),
    ]  # fmt: skip
