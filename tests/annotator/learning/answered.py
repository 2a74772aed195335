"""A campaign whose answers are already there: what is said matters to what learns from it, not how it was given."""

from __future__ import annotations

from annotator.annotations.models import Annotation, Comparison
from annotator.learning.keeping import QueueKeeper
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import encode_all, make_run
from uncertainty.lift import Lift

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


def rounds(campaign, n, acquisition="v_optimal"):
    for _ in range(n):
        campaign.selections.create(acquisition=acquisition, seed=0, pool_size=1, chosen=1)
