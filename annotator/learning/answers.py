"""What a campaign's answers say, as arrays: who was compared, what was said, on which prompt, by chance or choice."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotator.annotations.label_sets import is_heldout, teaching
from annotator.annotations.models import Comparison
from annotator.campaigns.models import Campaign
from annotator.tasks.models import AnnotationTask

COLUMNS = (
    "annotation_id",
    "rollout_a_id",
    "rollout_b_id",
    "outcome",
    "annotation__task__group__prompt_digest",
    "annotation__task__stream",
    "annotation__task__group_id",
    "annotation__active_ms",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Answers:
    """M comparisons in order of their answers' ids; what was skipped, or corrected later, is not among them."""

    ids_M: np.ndarray  # of the annotations: one that ranks four completions compares six pairs
    rollout_a_M: np.ndarray
    rollout_b_M: np.ndarray
    outcome_M: np.ndarray  # 1 the first is better, 0 the second, 0.5 neither
    prompt_M: np.ndarray  # a number that stays with the prompt's text
    from_random_M: np.ndarray
    heldout_M: np.ndarray
    group_M: np.ndarray
    active_ms_M: np.ndarray  # NaN when not measured

    def __len__(self) -> int:
        return len(self.ids_M)

    def where(self, keep_M: np.ndarray) -> Answers:
        return Answers(**{field.name: getattr(self, field.name)[keep_M] for field in dataclasses.fields(self)})


def answers_of(campaign: Campaign, *, after: int = 0) -> Answers:
    """What the answers with ids above `after` say, as they stand now."""
    share = campaign.config.heldout_share
    rows = list(
        Comparison.objects.filter(annotation__in=teaching(campaign), annotation_id__gt=after)
        .order_by("annotation_id", "rollout_a_id", "rollout_b_id")
        .values_list(*COLUMNS)
    )
    ids, a, b, outcomes, prompts, streams, groups, active = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    return Answers(
        ids_M=np.array(ids, dtype=np.int64),
        rollout_a_M=np.array(a, dtype=np.int64),
        rollout_b_M=np.array(b, dtype=np.int64),
        outcome_M=np.array(outcomes, dtype=float),
        prompt_M=np.array([prompt_number(bytes(prompt)) for prompt in prompts], dtype=np.int64),
        from_random_M=np.array([stream == AnnotationTask.Stream.RANDOM for stream in streams], dtype=bool),
        heldout_M=np.array([is_heldout(bytes(prompt), share) for prompt in prompts], dtype=bool),
        group_M=np.array(groups, dtype=np.int64),
        active_ms_M=np.array([np.nan if ms is None else ms for ms in active], dtype=float),
    )


def prompt_number(digest: bytes) -> int:
    """The same for the same prompt text, from one label set to the next."""
    return int.from_bytes(digest[:8], "big") >> 1
