"""What a campaign shows beside its completions: the reference answer, and what reward parts say of each.

Off unless the campaign says so: who sees a verdict judges the verdict. Never the generator, never the reward itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from annotator.campaigns.models import Campaign
from annotator.rollouts.models import Rollout

from .models import AnnotationTask

Notes = dict[str, Any]
REFERENCE = ("reference", "reference_answer", "answer", "solution")  # keys of a group's meta, the first that is there
LONGEST = 100_000


def notes_of(campaign: Campaign, shown: Iterable[tuple[int, int, list[int] | None]]) -> Callable[[int], Notes]:
    """The notes of some cards, looked up by key; `shown` are rows of (key, task, order the completions are shown in).

    A campaign that shows none reads nothing, not even the rows.
    """
    config = campaign.config
    if not (config.show_reference or config.show_evidence):
        return lambda key: {}
    rows = list(shown)
    tasks = AnnotationTask.objects.select_related("group").in_bulk([task for _, task, _ in rows])
    ids = {rollout for task in tasks.values() for rollout in task.rollout_ids}
    parts = dict(Rollout.objects.filter(id__in=ids).values_list("id", "reward_parts"))
    found: dict[int, Notes] = {key: {} for key, _, _ in rows}
    for key, pk, order in rows:
        task = tasks[pk]
        if config.show_reference and (reference := _reference(task.group.meta)) is not None:
            found[key]["reference"] = reference
        if config.show_evidence:
            found[key]["evidence"] = [_evidence(parts[task.rollout_ids[place]]) for place in order or []]
    return found.__getitem__


def _reference(meta: Mapping[str, Any]) -> str | None:
    texts = (meta[key] for key in REFERENCE if isinstance(meta.get(key), str) and meta[key])
    return next((text[:LONGEST] for text in texts), None)


def _evidence(parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in sorted(parts.items()) if _plain(value)]


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
