"""A campaign's current answers as arrays: who was compared, what was said, on which prompt, by chance or by choice."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotator.annotations.label_sets import is_heldout
from annotator.annotations.models import Annotation
from annotator.campaigns.models import Campaign
from annotator.tasks.models import AnnotationTask

OUTCOMES = {
    Annotation.Choice.A: 1.0,
    Annotation.Choice.B: 0.0,
    Annotation.Choice.TIE: 0.5,
    Annotation.Choice.BOTH_BAD: 0.5,  # it ranks neither
}
COLUMNS = (
    "id",
    "task__rollout_a_id",
    "task__rollout_b_id",
    "choice",
    "task__group__prompt_digest",
    "task__stream",
    "task__group_id",
    "active_ms",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Answers:
    """M answers in order of id; skips, and answers that were corrected later, are not among them."""

    ids_M: np.ndarray
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
    """The answers with ids above `after`, as they stand now."""
    share = campaign.config.heldout_share
    rows = list(
        Annotation.objects.filter(campaign=campaign, revised_by__isnull=True, id__gt=after)
        .exclude(choice=Annotation.Choice.SKIP)
        .order_by("id")
        .values_list(*COLUMNS)
    )
    ids, a, b, choices, prompts, streams, groups, active = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    return Answers(
        ids_M=np.array(ids, dtype=np.int64),
        rollout_a_M=np.array(a, dtype=np.int64),
        rollout_b_M=np.array(b, dtype=np.int64),
        outcome_M=np.array([OUTCOMES[Annotation.Choice(choice)] for choice in choices], dtype=float),
        prompt_M=np.array([prompt_number(bytes(prompt)) for prompt in prompts], dtype=np.int64),
        from_random_M=np.array([stream == AnnotationTask.Stream.RANDOM for stream in streams], dtype=bool),
        heldout_M=np.array([is_heldout(bytes(prompt), share) for prompt in prompts], dtype=bool),
        group_M=np.array(groups, dtype=np.int64),
        active_ms_M=np.array([np.nan if ms is None else ms for ms in active], dtype=float),
    )


def prompt_number(digest: bytes) -> int:
    """The same for the same prompt text, from one label set to the next."""
    return int.from_bytes(digest[:8], "big") >> 1
