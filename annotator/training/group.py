"""One group with everything known about it: rewards and their parts, scores, what people said. Only reads."""

from __future__ import annotations

from typing import Any

from annotator.annotations.models import Annotation
from annotator.campaigns.reach import EVERYTHING, Reach
from annotator.rollouts.models import PromptGroup, Rollout, Score


def whole_group(group: PromptGroup, within: Reach = EVERYTHING) -> dict[str, Any]:
    rollouts = list(group.rollouts.order_by("ordinal", "id"))
    scores = _scores([rollout.pk for rollout in rollouts], within)
    return {
        "id": group.pk,
        "run": group.run.name,
        "external_id": group.external_id,
        "step": group.step,
        "prompt": group.prompt,
        "meta": group.meta,
        "rollouts": [_rollout(rollout, scores.get(rollout.pk, [])) for rollout in rollouts],
        "labels": labels_of(group, within),
    }


def _scores(rollout_ids: list[int], within: Reach) -> dict[int, list[dict[str, Any]]]:
    """What every version thinks, newest version first."""
    by_rollout: dict[int, list[dict[str, Any]]] = {}
    scores = Score.objects.filter(rollout_id__in=rollout_ids).select_related("version").defer("rewards_S")
    if within.reward_models is not None:
        scores = scores.filter(version__name__in=within.reward_models)
    for score in scores.order_by("-version_id"):
        version = score.version
        told = {"model": version.name, "version": version.number, "state": version.state}
        by_rollout.setdefault(score.rollout_id, []).append({**told, "mean": score.mean, "spread": score.spread})
    return by_rollout


def _rollout(rollout: Rollout, scores: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": rollout.pk,
        "external_id": rollout.external_id,
        "ordinal": rollout.ordinal,
        "completion": rollout.completion,
        "reward": rollout.reward,
        "reward_parts": rollout.reward_parts,
        "generator": rollout.generator,
        "meta": rollout.meta,
        "scores": scores,
    }


def labels_of(group: PromptGroup, within: Reach) -> list[dict[str, Any]]:
    """Every answer about this group in canonical order, oldest first; revised ones say so."""
    given = Annotation.objects.filter(task__group=group).select_related("task", "campaign", "annotator", "revised_by")
    if within.campaigns is not None:
        given = given.filter(campaign__in=within.campaigns)
    return [
        {
            "annotation": one.pk,
            "campaign": one.campaign.slug,
            "annotator": one.annotator.username,
            "stream": one.task.stream,
            "rollouts": one.task.rollout_ids,
            "answer": one.answer,
            "skip": one.skip,
            "flagged": one.flagged,
            "comment": one.comment,
            "active_ms": one.active_ms,
            "revised": hasattr(one, "revised_by"),
            "at": one.at,
        }
        for one in given.order_by("id")
    ]
