"""How well people agree, and how far each of them can be relied on. Only reads; every formula is in `uncertainty`.

Agreement and reliability are measured on the answers that teach: items whose answer is known are easier than the rest,
a repeat is no second opinion, and what was returned to its author is waited for. What answers weigh in training follows
from reliability, and nobody's answer is ever replaced by a majority's.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db.models import Count, Exists, OuterRef, Sum

from annotator.annotations import reviews
from annotator.annotations.models import Annotation, GoldScore
from annotator.campaigns.forms import Form
from annotator.campaigns.models import Campaign
from annotator.people.models import User
from annotator.tasks.models import AnnotationTask
from uncertainty.agreement import LEAST_ITEMS, Together, alpha, alpha_of_sets, together, together_of_sets
from uncertainty.annotators import Reliability
from uncertainty.crowd_bt import TIE, crowd_bt
from uncertainty.dawid_skene import dawid_skene
from uncertainty.errors import UncertaintyError
from uncertainty.intervals import share_interval
from uncertainty.notices import Notice, of_haste, of_sides, of_skill

from .desk import annotator_rows
from .said import Column, Preferences, Said, columns, hasty, preferences, repeated

NEWEST = 10_000  # answers looked at: a page must come at once, and old habits say little of today's
FINEST = 1_000  # a smaller part of the answers than one of so many changes no figure that anybody could tell apart
WEIGHED = 50_000  # answers that weights follow from: whoever stopped long ago is still weighed in the label set
DRAWS = 300  # for intervals of agreement
MATRIX_PEOPLE = 25
MOST_CLASSES = 10
Stream = AnnotationTask.Stream
LEARNT_FROM = frozenset({Stream.ACQUISITION, Stream.RANDOM})
Counts = Mapping[int, tuple[float, int]]  # by person: so much, of so many


@dataclasses.dataclass(frozen=True)
class Skill:
    """Reliability of each annotator, by what it was measured, or the code of why it could not be."""

    by: str | None  # "preferences", "classes"
    chance: float
    why: str | None
    found: Reliability | None
    notices: list[Notice] = dataclasses.field(default_factory=list)


def quality(campaign: Campaign) -> dict[str, Any]:
    """Agreement by question, everybody with everybody, and every annotator's figures.

    Worked out with every answer at first, and with every tenth one when there are many: people who answer while a
    manager looks on would keep the server busy with it.
    """
    return _quality_of(campaign.pk, _as_of(campaign), reviews.newest(campaign))


def _as_of(campaign: Campaign) -> int:
    """The newest answer that the page counts; the same one in every process."""
    given = Annotation.objects.filter(campaign=campaign).order_by("-id").values_list("id", flat=True)
    count = given.count()
    beyond = count % max(1, min(count, NEWEST) // FINEST)
    return given[beyond] if count else 0


@lru_cache(maxsize=32)
def _quality_of(campaign_id: int, newest_answer: int, newest_review: int) -> dict[str, Any]:
    campaign = Campaign.objects.get(pk=campaign_id)
    form = campaign.config.asks
    answers = standing(campaign, newest_answer, newest_review)
    taught = teaching(answers)
    by_question, judged = columns(form, taught), skill(form, taught)
    return {
        "answers": len(answers),
        "looked_at_most": NEWEST,
        "agreement": [_agreement(column) for column in by_question],
        "matrix": _matrix(by_question[0]) if by_question else None,
        "reliability": {"by": judged.by, "chance": judged.chance, "why": judged.why},
        "annotators": _people(form, answers, taught, judged, _gold(campaign), _left(campaign)),
    }


def annotator_weights(campaign: Campaign, *, up_to: int | None = None, at: datetime | None = None) -> dict[int, float]:
    """What each annotator's answers weigh in training, 1 on average; nobody is named while nothing can be said.

    As it stood when answer number `up_to` was the newest, and as answers had been read at that time: who trains on a
    frozen label set again weighs as before.
    """
    read = reviews.newest(campaign, at=at)
    answers = standing(campaign, newest(campaign) if up_to is None else up_to, read, WEIGHED)
    found = skill(campaign.config.asks, teaching(answers)).found
    if found is None:
        return {}
    return dict(zip(found.annotators_A.tolist(), found.weight_A.tolist(), strict=True))


def newest(campaign: Campaign) -> int:
    """Answers are only ever added: the newest one's number says whether anything changed."""
    return Annotation.objects.filter(campaign=campaign).order_by("-id").values_list("id", flat=True).first() or 0


def teaching(answers: list[Said]) -> list[Said]:
    return [said for said in answers if said.stream in LEARNT_FROM and not said.returned]


def standing(campaign: Campaign, up_to: int, read: int, looked_at_most: int = NEWEST) -> list[Said]:
    """The newest answers that stood when answer `up_to` and review `read` were the newest, oldest first."""
    corrected = Annotation.objects.filter(revises=OuterRef("pk"), id__lte=up_to)
    rows = (
        Annotation.objects.filter(~Exists(corrected), campaign=campaign, id__lte=up_to)
        .annotate(sent_back=reviews.returned(by=read))
        .order_by("-id")
        .values_list(
            "annotator_id", "task_id", "task__rollout_ids", "task__stream", "answer", "shown_order", "active_ms",
            "sent_back",
        )[:looked_at_most]
    )  # fmt: skip
    return [
        Said(who, card, tuple(rollouts), stream, answer, tuple(order), active_ms, sent_back)
        for who, card, rollouts, stream, answer, order, active_ms, sent_back in reversed(rows)
    ]


def skill(form: Form, answers: list[Said]) -> Skill:
    """From preferences where the form asks for them, else from the question of few classes that was answered most.

    Of a card of steps that is each step's mark, and not how the marking ended, which is said once.
    """
    asks_for_classes = form.ordering is None or form.ordering.kind == "binary"
    try:
        if not asks_for_classes:
            told = preferences(form, answers)
            if _only_ties_in_company(told):
                return Skill(None, 0.0, "ties", None)
            judged = crowd_bt(told.outcomes, told.pairs, told.annotators, told.first_left, cards_L=told.cards)
            notices = of_skill(judged.reliability, judged.residuals, chance=0.5)
            return Skill("preferences", 0.5, None, judged.reliability, notices)
        asked = [one for one in columns(form, answers) if one.level in ("nominal", "ordinal")]
        few = [one for one in asked if len(set(one.values)) <= MOST_CLASSES]
        if not few:
            return Skill(None, 0.0, "no_classes", None)
        classes = max(few, key=lambda one: len(one.values))
        found = dawid_skene(
            [str(one) for one in classes.values], classes.items, classes.annotators, cards_L=classes.cards,
            one_coin=True, errors_alike=False,
        )  # fmt: skip
        chance = 1.0 / len(found.classes_C)
        notices = of_skill(found.reliability, found.residuals, chance=chance)
        return Skill("classes", chance, None, found.reliability, notices)
    except UncertaintyError as error:
        return Skill(None, 0.0, error.code, None)


def _only_ties_in_company(told: Preferences) -> bool:
    """Whether people met, but never two on one pair who both preferred one side: then ties hide how well they judge."""
    met = Counter(pair for pair, _ in set(zip(told.pairs, told.annotators, strict=True)))
    sides = zip(told.pairs, told.annotators, told.outcomes, strict=True)
    preferring = Counter(pair for pair, _ in {(pair, who) for pair, who, outcome in sides if outcome != TIE})
    return max(met.values(), default=0) > 1 and max(preferring.values(), default=0) <= 1


def _agreement(column: Column) -> dict[str, Any]:
    rng = np.random.default_rng(0)  # the same answers have the same interval
    told = {"question": column.question, "level": column.level, "distance": column.distance}
    measure: Any = alpha_of_sets if column.level == "set" else alpha
    try:
        found = measure(
            column.comparable(), column.items, cards_L=column.cards, distance=column.distance, rng=rng, draws=DRAWS
        )
    except UncertaintyError as error:
        nothing = {"alpha": None, "low": None, "high": None, "items": 0, "answers": len(column.values)}
        return told | nothing | {"why": error.code}
    return told | dataclasses.asdict(found) | {"why": None}


def _matrix(column: Column) -> dict[str, Any]:
    """Everybody with everybody on one question; of many people, those with most answers."""
    kept = [who for who, _ in Counter(column.annotators).most_common(MATRIX_PEOPLE)]
    rows = [at for at, who in enumerate(column.annotators) if who in set(kept)]
    said = column.comparable()
    measure: Any = together_of_sets if column.level == "set" else together
    found = measure(
        [said[at] for at in rows],
        [column.items[at] for at in rows],
        [column.annotators[at] for at in rows],
        cards_L=[column.cards[at] for at in rows],
        distance=column.distance,
    )
    names = _names(found.annotators_A.tolist())
    people = range(len(found.annotators_A))
    return {
        "question": column.question,
        "annotators": [names[who] for who in found.annotators_A.tolist()],
        "left_out": len(set(column.annotators)) - len(kept),
        "rows": [
            [
                {
                    "items": int(found.items_A_A[a, b]),
                    "cards": int(found.cards_A_A[a, b]),
                    "few": bool(found.cards_A_A[a, b] < LEAST_ITEMS),
                    "share": _known(found.share_A_A[a, b]),
                    **_kappa(found, a, b),
                }
                for b in people
            ]
            for a in people
        ],
    }


def _kappa(found: Together, a: int, b: int) -> dict[str, float | None]:
    figures = {"kappa": found.kappa_A_A, "low": found.low_A_A, "high": found.high_A_A}
    return {name: _known(figure_A_A[a, b]) for name, figure_A_A in figures.items()}


def _gold(campaign: Campaign) -> Counts:
    """Per person, the sum of their scores on items whose answer is known, and how many; training does not count."""
    scores = GoldScore.objects.counting().filter(annotation__campaign=campaign)
    found = scores.values_list("annotation__annotator_id").annotate(total=Sum("score"), of=Count("id"))
    return {who: (total, of) for who, total, of in found.order_by()}


def _left(campaign: Campaign) -> Counts:
    """Per person, how often the left one of two was preferred, of all preferences: a bet counts from its start."""
    return {row["user"]: (row["left"], row["strict"]) for row in annotator_rows(campaign) if row["strict"]}


def _noticed(skill: Skill, left: Counts, hasty: Counts) -> dict[int, list[Notice]]:
    """What to talk about with whom."""
    found = list(skill.notices)
    for of_counts, counts in ((of_sides, left), (of_haste, hasty)):
        if counts:
            hits, of = zip(*counts.values(), strict=True)
            found += of_counts(list(counts), hits, of)
    by_person: dict[int, list[Notice]] = defaultdict(list)
    for one in found:
        by_person[one.annotator].append(one)
    return by_person


def _people(
    form: Form, answers: list[Said], taught: list[Said], skill: Skill, gold: Counts, left: Counts
) -> list[dict[str, Any]]:
    given = Counter(said.annotator for said in answers if said.answer is not None)
    skipped = Counter(said.annotator for said in answers if said.answer is None)
    again = [said for said in answers if said.stream == Stream.REPEAT]
    same, noticed = repeated(form, taught, again), _noticed(skill, left, hasty(taught))
    skills, times = _by_person(skill.found), defaultdict(list)
    for said in answers:
        if said.active_ms is not None:
            times[said.annotator].append(said.active_ms)
    names = _names({said.annotator for said in answers})
    order = sorted(names, key=lambda who: (-given[who], names[who]))
    return [
        {
            "user": who,
            "username": names[who],
            "answers": given[who],
            "skips": skipped[who],
            "median_active_ms": float(np.median(times[who])) if who in times else None,
            "left": _share(left.get(who)),
            "reliability": skills.get(who),
            "repeats": _share(same.get(who)),
            "gold": _share(gold.get(who)),
            "notices": [
                {
                    "kind": one.kind,
                    "answers": one.answers,
                    "seen": one.seen,
                    "expected": one.expected,
                    "other": None if one.other is None else names.get(one.other),
                }
                for one in noticed[who]
            ],
        }
        for who in order
    ]


def _by_person(found: Reliability | None) -> dict[int, dict[str, float]]:
    if found is None:
        return {}
    figures = zip(found.right_A, found.low_A, found.high_A, found.weight_A, strict=True)
    return {
        int(who): {"right": float(right), "low": float(low), "high": float(high), "weight": float(weight)}
        for who, (right, low, high, weight) in zip(found.annotators_A, figures, strict=True)
    }


def _share(counted: tuple[float, int] | None) -> dict[str, float | int] | None:
    if counted is None or counted[1] == 0:
        return None
    hits, of = counted
    low, high = share_interval(hits, of)
    return {"share": hits / of, "low": low, "high": high, "of": of}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _names(users: Any) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=users).values_list("id", "username"))
