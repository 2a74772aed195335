"""Every address of the product, who goes there, and what tells that the page is there: in English, or as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from annotator.annotations import gold_items
from annotator.annotations.models import Annotation
from annotator.campaigns import invitations
from annotator.people.models import Role, User
from annotator.rollouts.models import PromptGroup
from annotator.training.models import TrainingJob, TrainingJobLine
from tests.factories import make_open_campaign, make_run, make_version, score_all

from .findings import corrected, found, judged, judged_together
from .kinds import CRITERIA, TYPES
from .seeing import FRONTEND

EVERY_KIND = [
    {"kind": "pair", "name": "pair"},
    {"kind": "best_worst", "name": "best"},
    {"kind": "ranking", "name": "order"},
    {"kind": "rating", "name": "quality", "criteria": CRITERIA},
    {"kind": "binary", "name": "safe"},
    {"kind": "steps", "name": "steps"},
    {"kind": "spans", "name": "spans", "types": TYPES},
    {"kind": "critique", "name": "why"},
    {"kind": "edit", "name": "corrected"},
]

NO_DISPUTE = "Nothing waits for a decision. New disputes appear here by themselves."


@dataclass(frozen=True)
class Place:
    """`route` as App.tsx has it; `who` is nobody where no account is needed; `sign` is on the page when it is ready."""

    route: str
    who: str | None
    path: str
    sign: str


def routes() -> set[str]:
    """The routes that the application has."""
    return set(re.findall(r'path="([^"*]+)"', (FRONTEND / "src" / "App.tsx").read_text()))


def furnished(people: dict[str, Any], campaign: Any) -> list[Place]:
    """Something of everything that a page can show, and where it is shown."""
    job = _watched(campaign)
    draft = make_open_campaign(people, slug="draft", run=make_run("grpo-2"))
    type(draft).objects.filter(pk=draft.pk).update(state="draft")
    make_open_campaign(people, slug="by-machine", run=make_run("grpo-3"), machine="reward")
    corrected(make_version("corrected"))
    make_open_campaign(people, slug="every-kind", run=make_run("grpo-4"), form=EVERY_KIND, completions=2)
    judged_twice = make_open_campaign(people, slug="judged", run=make_run("grpo-5", groups=8, size=2), overlap=2)
    judged_together(people, judged_twice)
    gold_items.from_answer(
        judged_twice,
        Annotation.objects.filter(campaign=judged_twice).earliest("pk").pk,
        use="gold",
        explanation="It *answers*.",
        made_by=people["olga"],
    )
    people["ada"] = User.objects.create_user("ada", password="ada-long-password", role=Role.ADMIN)
    group = PromptGroup.objects.filter(run__name="grpo-1").earliest("pk")
    link = f"/invite#{_invited(campaign, people['olga'])}"
    return [
        Place("accessibility", None, "/accessibility", "Known limits"),
        Place("", None, "/", "Sign in"),
        Place("invite", None, link, "Choose a username"),
        Place("invite", None, "/invite#forged", "Invitation"),
        Place("judge", "alice", "/judge", "Helpful"),
        Place("invite", "alice", link, "Which answer is better?"),
        Place("account", "alice", "/account", "API tokens"),
        Place("accessibility", "alice", "/accessibility", "Known limits"),
        Place("", "alice", "/nowhere", "Nothing here"),
        Place("campaigns", "olga", "/campaigns", "Helpful"),
        Place("campaigns/new", "olga", "/campaigns/new", "grpo-1"),
        Place("campaigns/:slug", "olga", "/campaigns/helpful", "Budget"),
        Place("campaigns/:slug/learning", "olga", "/campaigns/helpful/learning", "Where the model is unsure"),
        Place("campaigns/:slug", "olga", "/campaigns/draft", "Would ask these first"),
        Place("campaigns/:slug/edit", "olga", "/campaigns/draft/edit", "grpo-2"),
        Place("campaigns/:slug/learning", "olga", "/campaigns/by-machine/learning", "Labels of a machine"),
        Place("campaigns/:slug/people", "olga", "/campaigns/helpful/people", "Invitations"),
        Place("campaigns/:slug/quality", "olga", "/campaigns/judged/quality", "Who agrees with whom"),
        Place("campaigns/:slug/review", "olga", "/campaigns/judged/review", "Accept"),
        Place("campaigns/:slug/review", "alice", "/campaigns/judged/review", "Nothing here"),
        Place("campaigns/:slug/gold", "olga", "/campaigns/judged/gold", "Measures everybody"),
        Place("campaigns/:slug/gold/new", "olga", "/campaigns/judged/gold/new", "State the right answer"),
        Place("campaigns/:slug/disputes", "carol", "/campaigns/judged/disputes", NO_DISPUTE),
        Place("explorer", "olga", "/explorer?run=grpo-1", "Answer 0"),
        Place("groups/:group", "olga", f"/groups/{group.pk}", "Answer 0"),
        Place("runs", "olga", "/runs", "grpo-1"),
        Place("runs/:run", "olga", "/runs/grpo-1", "Prompt 11?"),
        Place("jobs", "olga", "/jobs", "50 new labels"),
        Place("jobs/:id", "olga", f"/jobs/{job.pk}", "epoch 1"),
        Place("people", "ada", "/people", "alice"),
        Place("audit", "ada", "/audit", "olga"),
    ]


def _watched(campaign: Any) -> TrainingJob:
    """Something of everything a dashboard can show."""
    version = make_version("helpful")
    judged(version)
    found(campaign, 400, "better", (0.03, 0.01, 0.05), ratio=1.6, low=1.1, high=2.4)
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01), ratio=0.4, low=0.0, high=0.9, bound="at_most")
    score_all(version, campaign.runs.get())
    failed = TrainingJob.objects.create(
        kind="reward_model",
        campaign=campaign,
        config_digest="0" * 64,
        because="50 new labels",
        state="failed",
        error={"boundary": "trainer", "type": "TrainingDiverged", "message": "The loss became infinite."},
        finished_at=timezone.now(),
    )
    TrainingJobLine.objects.create(job=failed, attempt=1, text="epoch 1")
    return failed


def _invited(campaign: Any, by: User) -> str:
    """The secret of an invitation that anybody may use."""
    made = invitations.make(campaign, "annotator", by=by, days=7, max_uses=9, note="summer", now=timezone.now())
    return made[1]
