"""What a manager should look at now. Decided by a pure function from counted facts; words are the page's own.

An alarm is about something that somebody can act on, and it goes away when the matter does: nothing is stored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Avg, Count

from annotator.annotations.models import Annotation, GoldItem, GoldScore
from annotator.annotations.reviews import Awaiting
from annotator.campaigns.models import Campaign
from annotator.campaigns.strategies import STRATEGIES, Reads
from annotator.learning.models import KeptQueue, StrategyCheck

from .models import TrainingJob

SERIOUS, WARNING = "serious", "warning"

BUDGET_NEARLY_OUT = 0.1  # share left
KNOWN_PRICE = 20  # paid answers after which what one costs is known well enough to look ahead
NOTHING_TO_READ = Awaiting()
LEFT_OVER = 0.1  # share of the labels that would stay unasked, because hours or money end before them
QUIET_FOR = timedelta(hours=1)
KEEPER_MAY_TAKE = timedelta(minutes=1)
UNSCORED_SHARE = 0.05
SCORING_MAY_TAKE = timedelta(minutes=15)
WAITING_LOOKED_AT = 1000
LOW_GOLD = 0.7  # where the campaign itself asks for nothing


@dataclasses.dataclass(frozen=True)
class Alarm:
    """`code` names the sentence, `about` fills it in."""

    code: str
    level: str
    about: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Left:
    """What one budget (labels, hours or money) still has to ask with: not answered yet, nor kept in reserve."""

    what: str
    cap: float
    left: float

    @property
    def share(self) -> float:
        return self.left / self.cap if self.cap else 0.0


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is known about a campaign now."""

    now: datetime
    open: bool
    verdict: str | None = None
    budgets: Sequence[Left] = ()  # whatever can run out, the labels first
    currency: str = ""
    buys: Mapping[str, float] = dataclasses.field(default_factory=dict)  # labels that what is left of each pays for
    paid_answers: int = 0
    used_up_by: str | None = None  # the budget that ended it: nothing is asked any more
    labels_kept: int = 0  # left over then
    unstated: Sequence[str] = ()  # training, gold: what it is to show, while no right answer is stated
    open_tasks: int = 0
    waiting_for_others: int = 0  # open cards, where everybody active has had each of them
    opened_at: datetime | None = None
    newest_answer_at: datetime | None = None
    failed_job: tuple[int, str] | None = None  # the job, and what kind of training it was
    unheard_since: datetime | None = None
    unscored: int = 0
    rollouts: int = 0
    promoted_at: datetime | None = None
    leaning: Sequence[tuple[str, str]] = ()  # people and the side they lean to, beyond doubt
    low_gold: Sequence[tuple[str, float]] = ()  # people and their share of gold answered rightly
    to_read: Awaiting = NOTHING_TO_READ


def alarms(facts: Facts) -> list[Alarm]:
    """The most serious first."""
    found = [*_learning(facts), *_asking(facts), *_people(facts)]
    return sorted(found, key=lambda alarm: alarm.level != SERIOUS)


def _learning(facts: Facts) -> Iterator[Alarm]:
    if facts.verdict == StrategyCheck.Verdict.WORSE:
        yield Alarm("strategy_worse", WARNING, {})
    if facts.failed_job is not None:
        job, kind = facts.failed_job
        yield Alarm("job_failed", SERIOUS, {"job": job, "kind": kind})
    late = facts.promoted_at is not None and facts.now - facts.promoted_at > SCORING_MAY_TAKE
    if late and facts.unscored > UNSCORED_SHARE * facts.rollouts:
        yield Alarm("rollouts_unscored", WARNING, {"n": facts.unscored, "of": facts.rollouts})


def _asking(facts: Facts) -> Iterator[Alarm]:
    if not facts.open:
        return
    yield from _budget(facts)
    for use in facts.unstated:
        yield Alarm("none_stated", WARNING, {"use": use})
    if facts.waiting_for_others:
        yield Alarm("waits_for_others", WARNING, {"n": facts.waiting_for_others})
    if facts.unheard_since is not None and facts.now - facts.unheard_since > KEEPER_MAY_TAKE:
        yield Alarm("keeper_silent", SERIOUS, {"minutes": _minutes(facts.now - facts.unheard_since)})
    last = max((at for at in (facts.newest_answer_at, facts.opened_at) if at is not None), default=None)
    if facts.open_tasks and last is not None and facts.now - last > QUIET_FOR:
        yield Alarm("nobody_active", WARNING, {"minutes": _minutes(facts.now - last)})


def _budget(facts: Facts) -> Iterator[Alarm]:
    """One alarm at most: of what is used up, of what is least, or of what will end before the labels do."""
    scarcest = min(facts.budgets, key=lambda one: one.share, default=None)
    if facts.used_up_by is not None:
        yield Alarm("budget_out", SERIOUS, {"what": facts.used_up_by, "kept": facts.labels_kept})
    elif scarcest is not None and scarcest.left <= 0:
        if facts.open_tasks:
            yield Alarm("budget_given_out", WARNING, {"n": facts.open_tasks})
    elif scarcest is not None and scarcest.share <= BUDGET_NEARLY_OUT:
        yield Alarm("budget_nearly_out", WARNING, {**dataclasses.asdict(scarcest), "currency": facts.currency})
    elif facts.paid_answers >= KNOWN_PRICE:
        yield from _ends_early(facts)


def _ends_early(facts: Facts) -> Iterator[Alarm]:
    """Hours or money that will be gone, at what an answer costs, while many labels are still to be asked for."""
    first = min(facts.buys, key=facts.buys.__getitem__)
    unasked = facts.buys["labels"] - facts.buys[first]
    if unasked > LEFT_OVER * facts.budgets[0].cap:
        yield Alarm("budget_ends_early", WARNING, {"what": first, "n": int(facts.buys[first]), "unasked": int(unasked)})


def _people(facts: Facts) -> Iterator[Alarm]:
    for name, side in facts.leaning:
        yield Alarm("side_bias", WARNING, {"name": name, "side": side})
    for name, share in facts.low_gold:
        yield Alarm("gold_low", SERIOUS, {"name": name, "share": share})
    if facts.to_read.n:
        yield Alarm("to_read", WARNING, {**dataclasses.asdict(facts.to_read), "n": facts.to_read.n})


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


WAITING = """
WITH waiting AS (SELECT task_id FROM tasks_assignment
                 WHERE campaign_id = %(campaign)s AND state = 'open' ORDER BY priority DESC, id LIMIT %(most)s),
active AS (SELECT user_id AS annotator_id FROM campaigns_campaign_annotators member
           WHERE member.campaign_id = %(campaign)s AND member.paused_at IS NULL AND EXISTS (
               SELECT FROM annotations_annotation said
               WHERE said.campaign_id = %(campaign)s AND said.annotator_id = member.user_id AND said.at > %(since)s))
SELECT CASE WHEN EXISTS (SELECT FROM active) AND NOT EXISTS (
    SELECT FROM active CROSS JOIN waiting WHERE NOT EXISTS (
        SELECT FROM tasks_assignment mine
        WHERE mine.task_id = waiting.task_id AND mine.annotator_id = active.annotator_id))
THEN (SELECT count(DISTINCT task_id) FROM waiting) ELSE 0 END"""


def waiting_for_others(campaign: Campaign, *, now: datetime) -> int:
    """How many cards wait for somebody who is not there: all who answered of late have had each of them."""
    if campaign.config.overlap == 1:
        return 0
    values: dict[str, Any] = {"campaign": campaign.pk, "since": now - QUIET_FOR, "most": WAITING_LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, values)
        return int(cursor.fetchone()[0])


def unheard_since(campaign: Campaign) -> datetime | None:
    """When the first answer came that the queue's keeper has not heard; None where it heard all, or nothing listens."""
    if STRATEGIES[campaign.config.acquisition].reads is not Reads.BELIEF:
        return None
    kept = KeptQueue.objects.filter(campaign=campaign).first()
    if kept is None:
        return None  # nothing learnt yet: features come first, and who is late with those the scoring says
    later = Annotation.objects.filter(campaign=campaign, id__gt=kept.newest_annotation).order_by("id")
    return later.values_list("at", flat=True).first()


def failed_job(campaign: Campaign) -> tuple[int, str] | None:
    """The newest failure that no later training of its kind made good, and its kind.

    Later is what ended later, whichever was begun first. What was cancelled made nothing good.
    """
    State = TrainingJob.State
    ended = campaign.jobs.filter(state__in=[State.SUCCEEDED, State.FAILED], finished_at__isnull=False)
    last = ended.order_by("kind", "-finished_at", "-id").distinct("kind")
    failed = [(job, kind) for job, kind, state in last.values_list("id", "kind", "state") if state == State.FAILED]
    return max(failed, default=None)


def unstated(campaign: Campaign) -> list[str]:
    """What the campaign promised to show and cannot: not one right answer was stated for it."""
    config, use = campaign.config, GoldItem.Use
    wanted = {use.TRAINING: config.training_cards > 0, use.GOLD: config.gold_share > 0}
    if not any(wanted.values()):
        return []
    stated = set(campaign.gold_items.filter(retired_at__isnull=True).values_list("use", flat=True).distinct())
    return [one.value for one, is_wanted in wanted.items() if is_wanted and one.value not in stated]


def low_gold(campaign: Campaign) -> list[tuple[str, float]]:
    """Who answers items with a known answer badly, and how well, of those who have met enough of them."""
    config = campaign.config
    met = GoldScore.objects.counting().filter(annotation__campaign=campaign).order_by()
    by_person = met.values_list("annotation__annotator__username").annotate(n=Count("id"), mean=Avg("score"))
    least = config.gold_pass or LOW_GOLD
    return sorted((name, mean) for name, n, mean in by_person if n >= config.gold_judged and mean < least)


def newest_answer_at(campaign: Campaign) -> datetime | None:
    return Annotation.objects.filter(campaign=campaign).order_by("-id").values_list("at", flat=True).first()
