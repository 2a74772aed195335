"""What an answer, a skip or a correction does to its task: settle it, ask one more person, call an adjudicator, or
withdraw it.

Slots of one task finish under the task's lock, so that the last one sees all the others. How many may answer is kept by
the database: one live slot per seat, a seat per person asked for, and one seat more for whom disagreement calls.
"""

from __future__ import annotations

import functools
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from annotator.campaigns import budget
from annotator.campaigns.forms.form import Form
from annotator.campaigns.limits import Prices
from annotator.errors import BudgetExhausted, CampaignClosed
from annotator.tasks.models import PERSONAL, AnnotationTask, Assignment
from annotator.tasks.withdrawing import give_back

from .agreement import Adjudicate, AskAnother, Choices, conclude, contested, decide
from .choices import choices
from .models import Annotation

State, TaskState = Assignment.State, AnnotationTask.State
MILLISECOND = timedelta(milliseconds=1)
LIVE = (State.OPEN, State.LEASED)
SUBMITTED = "UPDATE tasks_assignment SET state = 'submitted', leased_until = NULL WHERE id = %s"
SETTLED = "UPDATE tasks_annotationtask SET state = 'settled' WHERE id = %s"


@functools.lru_cache(maxsize=256)
def form_of(raw: str, completions: int) -> Form:
    """A campaign's form is frozen with its config, so it is read once."""
    return Form.from_json(json.loads(raw), completions)


def prices_of(slot: Any) -> Prices:
    return Prices(slot.pay_per_label or Decimal(0), slot.pay_per_hour or Decimal(0), slot.paid_seconds_cap or 0)


def count(slot: Any, annotation: Annotation) -> None:
    """The slot is answered: spend its label, and see what its task needs now."""
    with connection.cursor() as cursor:
        cursor.execute(SUBMITTED, [slot.id])
    pay(slot, annotation, extra=slot.extra)
    if slot.overlap > 1 and slot.stream not in PERSONAL:
        _settle(slot)
        return
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [slot.task_id])


def pay(slot: Any, annotation: Annotation, *, extra: bool) -> None:
    """What the person's page measured stands with the answer; the ledger says how much of it was paid."""
    cost = prices_of(slot).real(annotation.active_ms, _had_ms(slot, annotation))
    budget.spend(slot.campaign_id, key=f"assignment:{slot.id}", cost=cost, extra=extra)


def _had_ms(slot: Any, annotation: Annotation) -> int | None:
    """How long its author had the card: since it was first given to them, so that who was without a network is paid
    for that time. None where nobody lent it: an adjudicator takes a card by deciding.
    """
    if slot.leased_at is None:
        return None
    return max(0, int((annotation.at - slot.leased_at) // MILLISECOND))


def skip(slot: Any) -> None:
    """Pass the slot on to somebody else, or withdraw the task when enough people have passed on it."""
    Assignment.objects.filter(id=slot.id).update(state=State.SKIPPED, leased_until=None)
    if slot.stream in PERSONAL:
        give_back(slot.campaign_id, [(slot.extra, slot.stratum)], key=f"skipped:{slot.id}")
        return
    _lock(slot)
    if _still_asked(slot):
        pass_on(slot)
        return
    # What somebody claims this instant is theirs, and not waited for: locks go slot, task, campaign.
    waiting = Assignment.objects.filter(task_id=slot.task_id, state=State.OPEN)
    withdrawn = dict(waiting.select_for_update(skip_locked=True, no_key=True).values_list("id", "extra"))
    Assignment.objects.filter(id__in=withdrawn).update(state=State.CANCELLED)
    given_back = [(extra, slot.stratum) for extra in (slot.extra, *withdrawn.values())]
    give_back(slot.campaign_id, given_back, key=f"withdrawn:{slot.id}")
    _finish(slot)


def _still_asked(slot: Any) -> bool:
    """Not where too many have passed on it, nor the one more person about what nobody contradicts any more."""
    skipped = Assignment.objects.filter(task_id=slot.task_id, state=State.SKIPPED).count()
    if skipped >= slot.campaign.config.max_skips:
        return False
    return bool(slot.slot < slot.overlap or contested(answers_of(slot)))


def pass_on(slot: Any) -> None:
    """The seat is free for somebody else; its budget goes with it."""
    Assignment.objects.create(
        task_id=slot.task_id,
        campaign_id=slot.campaign_id,
        slot=slot.slot,
        priority=slot.priority / 2,
        extra=slot.extra,
    )


def _lock(slot: Any) -> None:
    AnnotationTask.objects.select_for_update(no_key=True).get(id=slot.task_id)


def _settle(slot: Any) -> None:
    _lock(slot)
    decision = decide(answers_of(slot), overlap=slot.overlap, extra_on_disagreement=bool(slot.extra_on_disagreement))
    if isinstance(decision, AskAnother) and decision.extra:
        if not _ask_one_more(slot):
            _finish(slot)
    elif isinstance(decision, AskAnother):
        _finish(slot)  # nobody else is asked where skips withdrew the rest
    else:
        _end(slot, TaskState.DISPUTED if isinstance(decision, Adjudicate) else TaskState.SETTLED)


def settle_again(slot: Any) -> None:
    """A corrected answer is heard like a new one: it may call one more person or a dispute, or end either.

    The seat of the one more person is withdrawn while nobody has begun it; what an adjudicator decided stays.
    """
    if slot.stream in PERSONAL:
        return
    # Locks go slot, task, campaign: who is just taking that seat is waited for now, and never while holding the task.
    list(_one_more(slot).filter(state=State.OPEN).select_for_update(no_key=True))
    _lock(slot)
    if Assignment.objects.filter(task_id=slot.task_id, slot__gt=slot.overlap).exists():
        return
    answers = answers_of(slot)
    decision = decide(answers, overlap=slot.overlap, extra_on_disagreement=bool(slot.extra_on_disagreement))
    if isinstance(decision, AskAnother) and decision.extra and _ask_one_more(slot):
        _end(slot, TaskState.OPEN)
        return
    if not contested(answers):
        _withdraw_one_more(slot)
    _finish(slot)


def _one_more(slot: Any) -> Any:
    return Assignment.objects.filter(task_id=slot.task_id, slot=slot.overlap)


def _withdraw_one_more(slot: Any) -> None:
    unbegun = _one_more(slot).filter(state=State.OPEN).select_for_update(skip_locked=True, no_key=True)
    for seat in unbegun:
        Assignment.objects.filter(pk=seat.pk).update(state=State.CANCELLED)
        give_back(slot.campaign_id, [(seat.extra, slot.stratum)], key=f"unneeded:{seat.pk}")


def answers_of(slot: Any) -> list[Choices]:
    """What everybody says now who was asked; surplus answers are kept, but were not asked for."""
    given = Annotation.objects.filter(task_id=slot.task_id, revised_by__isnull=True, skip="")
    said = given.exclude(assignment__state=State.SURPLUS).values_list("answer", flat=True)
    form = form_of(slot.form, slot.completions)
    return [choices(form, answer) for answer in said if answer is not None]


def _ask_one_more(slot: Any) -> bool:
    """Open the one seat beyond the overlap; False where it has been taken, or nothing is left to pay for it."""
    if _one_more(slot).exclude(state=State.CANCELLED).exists():
        return False
    strata = {slot.stratum: 1} if slot.stratum else None
    try:
        with transaction.atomic():
            seat = Assignment.objects.create(
                task_id=slot.task_id, campaign_id=slot.campaign_id, slot=slot.overlap, priority=1.0, extra=True
            )
            # Of the seat, as corrections may open it more than once: a key that was written before reserves nothing.
            budget.reserve(slot.campaign_id, 1, key=f"extra:{seat.pk}", purpose="extra", strata=strata)
    except (BudgetExhausted, CampaignClosed):
        return False
    return True


def _finish(slot: Any) -> None:
    """A task nobody is asked about any more ends with the answers it has; while somebody is, it stays open."""
    if Assignment.objects.filter(task_id=slot.task_id, state__in=LIVE).exists():
        return
    answers = answers_of(slot)
    if not answers:
        _end(slot, TaskState.CANCELLED)
    elif slot.extra_on_disagreement and isinstance(conclude(answers), Adjudicate):
        _end(slot, TaskState.DISPUTED)
    else:
        _end(slot, TaskState.SETTLED)


def _end(slot: Any, state: str) -> None:
    AnnotationTask.objects.filter(id=slot.task_id).update(state=state)
