"""A manager says what the right answer to a card is; from then on it teaches newcomers or measures everybody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, Max, Min, Q, QuerySet

from annotator.campaigns import membership
from annotator.campaigns.forms.text import plain_text
from annotator.campaigns.models import Campaign, Membership
from annotator.errors import Conflict, InvalidInput, NotFound
from annotator.people import audit
from annotator.people.models import User
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.models import AnnotationTask

from . import gold
from .models import Annotation, GoldItem, GoldScore

TRAINING = GoldItem.Use.TRAINING


def from_answer(campaign: Campaign, annotation_id: int, *, use: str, explanation: str, made_by: User) -> GoldItem:
    """Take somebody's answer for the right one."""
    said = Annotation.objects.select_related("task").filter(campaign=campaign, pk=annotation_id, skip="").first()
    if said is None:
        raise NotFound("There is no such answer.", code="unknown_annotation", annotation=annotation_id)
    return _make(campaign, said.task.group_id, said.task.rollout_ids, said.answer or {}, use, explanation, made_by)


def from_rollouts(
    campaign: Campaign, rollouts: Sequence[int], answer: dict[str, Any], *, use: str, explanation: str, made_by: User
) -> GoldItem:
    """State the right answer about some completions of one group, in the order they are given here."""
    found = Rollout.objects.filter(id__in=rollouts, run__campaigns=campaign).in_bulk()
    if len(set(rollouts)) < len(rollouts) or len(found) < len(rollouts):
        raise InvalidInput("Name different rollouts of the campaign's runs.", field="rollouts")
    groups = {rollout.group_id for rollout in found.values()}
    if len(groups) > 1 or len(rollouts) != campaign.config.completions:
        raise InvalidInput(f"A card shows {campaign.config.completions} completions of one group.", field="rollouts")
    form = campaign.config.asks
    checked = form.check(answer, [plain_text(found[rollout].completion) for rollout in rollouts])
    canonical = sorted(rollouts)
    order = [canonical.index(rollout) for rollout in rollouts]
    return _make(campaign, groups.pop(), canonical, form.reorder(checked, order), use, explanation, made_by)


def with_scores(items: QuerySet[GoldItem]) -> QuerySet[Any]:
    """Each with how many answers count and how well they met it: those that stand; in training, the first ones."""
    counts = Q(use=TRAINING) | Q(scores__annotation__revised_by__isnull=True)
    return items.annotate(scored=Count("scores", filter=counts), mean_score=Avg("scores__score", filter=counts))


def group_to_answer(campaign: Campaign, group_id: int | None) -> PromptGroup:
    """The group that somebody wants to state the right answer about; without a wish one by chance that has none."""
    groups = PromptGroup.objects.filter(run__campaigns=campaign).annotate(size=Count("rollouts"))
    if group_id is not None:
        found = groups.filter(pk=group_id).first()
    else:
        fresh = groups.filter(size__gte=campaign.config.completions).exclude(
            annotationtask__gold_item__campaign=campaign
        )
        ends = PromptGroup.objects.filter(run__campaigns=campaign).aggregate(first=Min("pk"), last=Max("pk"))
        start = random.SystemRandom().randint(ends["first"] or 0, ends["last"] or 0)
        found = fresh.filter(pk__gte=start).order_by("pk").first() or fresh.order_by("pk").first()
    if found is None:
        raise NotFound("There is no such group in the campaign's runs.", code="unknown_group", group=group_id)
    return found


@transaction.atomic
def _make(
    campaign: Campaign, group: int, rollouts: list[int], answer: dict[str, Any], use: str, why: str, made_by: User
) -> GoldItem:
    known = GoldItem.objects.filter(campaign=campaign, retired_at__isnull=True, task__rollout_ids=rollouts)
    if known.exists():
        raise Conflict("The right answer to this card is known already; retire it first.", code="known_already")
    if gold.score(campaign.config.asks, answer, answer) is None:
        raise InvalidInput("This answer holds nothing that others could be measured by.", field="answer")
    task = AnnotationTask.objects.create(
        campaign=campaign,
        group_id=group,
        rollout_ids=rollouts,
        stream=AnnotationTask.Stream.GOLD,
        propensity=1.0,
        state=AnnotationTask.State.SETTLED,  # its answer is known; it waits for nobody
    )
    item = GoldItem.objects.create(
        campaign=campaign, task=task, use=use, answer=answer, explanation=why, made_by=made_by
    )
    audit.record("gold.made", campaign, new={"item": item.pk, "use": use})
    return item


@transaction.atomic
def take_along(source: Campaign, campaign: Campaign, *, made_by: User) -> int:
    """The known answers of another campaign, for one that asks the same of the same runs; their scores stay there."""
    known = source.gold_items.filter(retired_at__isnull=True).select_related("task").order_by("id")
    fitting = (source.config.form, source.config.completions) == (campaign.config.form, campaign.config.completions)
    if not fitting and known.exists():
        raise InvalidInput(f"The known answers of {source.slug} fit another form.", field="known_answers_of")
    taken = list(known.filter(task__group__run__campaigns=campaign))
    for item in taken:
        task = item.task
        _make(campaign, task.group_id, task.rollout_ids, item.answer, item.use, item.explanation, made_by)
    return len(taken)


def retire(campaign: Campaign, item_id: int, *, now: datetime) -> GoldItem:
    """No longer shown; the scores it gave stay."""
    item = GoldItem.objects.filter(campaign=campaign, pk=item_id).first()
    if item is None:
        raise NotFound("There is no such gold item.", code="unknown_gold_item", item=item_id)
    if item.retired_at is None:
        item.retired_at = now
        item.save(update_fields=["retired_at"])
        audit.record("gold.retired", campaign, old={"item": item.pk})
    return item


def judge(campaign: Campaign, annotation: Annotation, *, now: datetime) -> GoldScore | None:
    """Score an answer to a gold item, and pause who falls below the mark; a skip counts in training only.

    A correction has a score of its own, which counts instead of the first; whom the first one paused goes on if that
    is enough. In training the first answer counts: the right one has been told since.
    """
    item = GoldItem.objects.get(task_id=annotation.task_id)
    if item.use == TRAINING and annotation.revises_id is not None:
        return None
    if item.use != TRAINING and annotation.answer is None:
        return None
    found = gold.score(campaign.config.asks, annotation.answer or {}, item.answer)
    if found is None:
        return None
    earlier = GoldScore.objects.filter(annotation__assignment_id=annotation.assignment_id).order_by("-id").first()
    paused = _pause_by(campaign, earlier)
    # Who was let on since is forgiven what led to their pause, however that card is answered now.
    forgiven = earlier is not None and earlier.led_to_pause and paused is None
    given = GoldScore(annotation=annotation, item=item, score=found, led_to_pause=forgiven)
    reason = "" if forgiven else _below(campaign, annotation.annotator_id, given)
    given.led_to_pause = forgiven or bool(reason)
    given.save()
    if paused is not None:
        membership.resume(campaign, annotation.annotator_id, paused_at=paused)
    if reason:
        membership.pause(campaign, annotation.annotator_id, because=reason, now=now)
    return given


def _pause_by(campaign: Campaign, given: GoldScore | None) -> datetime | None:
    """Since when its author is paused because of this score and not by a manager; None where that is not so."""
    if given is None or not given.led_to_pause:
        return None
    said = given.annotation
    member = Membership.objects.filter(campaign=campaign, user_id=said.annotator_id, paused_at=said.at)
    return said.at if member.exists() else None


def feedback(annotation: Annotation) -> dict[str, Any] | None:
    """What a newcomer is told after a training card, in the order they saw it; None after any other card."""
    given = GoldScore.objects.select_related("item").filter(annotation=annotation, item__use=TRAINING).first()
    if given is None:
        return None
    right = annotation.campaign.config.asks.as_shown(given.item.answer, annotation.shown_order)
    return {"score": given.score, "answer": right, "explanation": given.item.explanation}


def _below(campaign: Campaign, annotator_id: int, given: GoldScore) -> str:
    """Why this person should pause, in words for them; empty when they go on."""
    config, use = campaign.config, given.item.use
    training = use == TRAINING
    needed, mark = config.gold_judged, config.gold_pass
    if training:
        there_are = GoldItem.objects.filter(campaign=campaign, use=TRAINING, retired_at__isnull=True).count()
        needed, mark = max(1, min(config.training_cards, there_are)), config.training_pass
    mine = GoldScore.objects.filter(annotation__annotator_id=annotator_id, item__campaign=campaign, item__use=use)
    # By card, in the order they were first answered; of a corrected one the newest score counts, if it still stands.
    cards: dict[int, tuple[float | None, bool]] = {}
    for card, met, led, revised in mine.order_by("id").values_list(
        "annotation__assignment_id", "score", "led_to_pause", "annotation__revised_by"
    ):
        cards[card] = (None if revised and not training else met, led)
    cards[given.annotation.assignment_id] = (given.score, given.led_to_pause)
    scores: list[float] = []
    for score, led in cards.values():
        if led:
            scores.clear()
        elif score is not None:
            scores.append(score)
    scores = scores[-needed:]
    if mark <= 0.0 or len(scores) < needed or sum(scores) / len(scores) >= mark:
        return ""
    share = round(100 * sum(scores) / len(scores))
    what = "training cards" if training else "cards whose answer is known"
    return f"your answers met {share}% of the last {len(scores)} {what}; {round(100 * mark)}% is the mark."
