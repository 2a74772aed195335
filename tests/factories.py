"""Small worlds for tests: a run with groups, a campaign that asks about it, a version with scores."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone

from annotator.annotations.submission import Answer
from annotator.campaigns import lifecycle
from annotator.campaigns.means import Means
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import (
    CompletionFeature,
    KnownBackbone,
    PolicyRun,
    PromptGroup,
    RewardModelVersion,
    Rollout,
    Score,
)
from annotator.tasks.opening import open_due_tasks


def digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


SIDES = {"left": "first", "right": "second"}


def said(choice: str = "left", key: str = "k1", *, strength: int | None = None, **more: Any) -> Answer:
    """An answer to a form that asks for a preference: left, right, tie, both_bad, or skip."""
    if choice == "skip":
        return Answer(None, key, skip="other", **more)
    return Answer({"preference": {"choice": SIDES.get(choice, choice), "strength": strength}}, key, **more)


def make_run(name: str = "grpo-1", *, groups: int = 3, size: int = 4, step: int = 0) -> PolicyRun:
    """A run whose groups hold `size` different completions each."""
    run, _ = PolicyRun.objects.get_or_create(name=name)
    made = PromptGroup.objects.bulk_create(
        PromptGroup(
            run=run,
            external_id=f"{step}/{g}",
            step=step,
            prompt=f"Prompt {g}?",
            prompt_digest=digest(f"Prompt {g}?"),
        )
        for g in range(groups)
    )
    Rollout.objects.bulk_create(
        Rollout(
            run=run,
            group=group,
            external_id=f"{group.external_id}/{i}",
            ordinal=i,
            completion=f"Answer {i} to {group.external_id}",
            reward=float(i),
            content_digest=digest(group.external_id, str(i)),
            text_digest=digest(str(group.prompt), f"Answer {i} to {group.external_id}"),
        )
        for group in made
        for i in range(size)
    )
    return run


def make_open_campaign(
    people: dict[str, Any],
    *,
    slug: str = "helpful",
    groups: int = 3,
    size: int = 4,
    budget_labels: int = 100,
    run: PolicyRun | None = None,
    start: bool = True,
    reward_model_name: str = "",
    **config: Any,
) -> Campaign:
    run = run or make_run(f"run-of-{slug}", groups=groups, size=size)
    means = {field.name: config.pop(field.name) for field in dataclasses.fields(Means) if field.name in config}
    campaign = lifecycle.create(
        slug=slug,
        name=slug.title(),
        question="Which answer is better?",
        budget_labels=budget_labels,
        runs=[run.name],
        reward_model=reward_model_name,
        created_by=people["olga"],
        config=config,
        **means,
    )
    campaign = lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())
    if start:
        open_due_tasks(campaign.pk)
        campaign.refresh_from_db()
    return campaign


def make_version(
    name: str = "helpful", *, number: int = 1, draws: int = 4, state: str = "production"
) -> RewardModelVersion:
    return RewardModelVersion.objects.create(
        name=name,
        number=number,
        state=state,
        backbone="test",
        backbone_digest="0" * 64,
        artifact=f"{name}/{number}",
        artifact_digest=f"{number:064d}",
        ensemble_draws=draws,
        dropout_draws=draws,
    )


def score_all(version: RewardModelVersion, run: PolicyRun, *, seed: int = 0) -> None:
    """Score every rollout of a run with seeded joint draws."""
    rng = np.random.default_rng(seed)
    rollouts = list(run.rollouts.order_by("id"))
    S = version.ensemble_draws + version.dropout_draws
    rewards_S_N = rng.normal(size=(S, len(rollouts))).astype("<f4")
    Score.objects.bulk_create(
        Score(
            version=version,
            rollout=rollout,
            mean=float(rewards_S_N[: version.ensemble_draws, n].mean()),
            spread=1.0,
            rewards_S=rewards_S_N[:, n].tobytes(),
        )
        for n, rollout in enumerate(rollouts)
    )


def encode_all(run: PolicyRun, *, width: int = 12, seed: int = 0) -> dict[int, np.ndarray]:
    """Give every rollout of a run seeded features, as the scoring workers would; returns them by rollout id."""
    rng = np.random.default_rng(seed)
    KnownBackbone.objects.update_or_create(spec=settings.BACKBONE, defaults={"digest": "b" * 64})
    rows = {rollout.pk: rollout for rollout in run.rollouts.order_by("id")}
    features = {pk: rng.normal(size=width).astype("<f4") for pk in rows}
    CompletionFeature.objects.bulk_create(
        CompletionFeature(
            backbone_digest="b" * 64, text_digest=bytes(rows[pk].text_digest), features=features[pk].tobytes()
        )
        for pk in rows
    )
    return features
