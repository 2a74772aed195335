"""One score per rollout per reward model version; each completion passes the backbone once and its features are kept.

A sweep looks at production versions only, takes whole groups (spread is centred inside the group), and first those that
wait in front of people. One process at a time sweeps, so that the other workers stay free for trainings: an advisory
lock, gone with its holder. Features come ahead of scores: those of the newest groups, which a belief chooses among, at
any time; before a reward model's first version all others, too, so that it can score within seconds.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from annotator.campaigns.models import Campaign
from annotator.campaigns.ranking import production_version
from annotator.campaigns.strategies import STRATEGIES, Reads
from annotator.learning.belief import BELIEF_GROUPS
from annotator.learning.features import backbone_digest
from annotator.rollouts.models import (
    CompletionFeature,
    KnownBackbone,
    PolicyRun,
    PromptGroup,
    RewardModelVersion,
    Rollout,
    Score,
)
from annotator.tasks.models import Assignment
from annotator.tasks.ordering import reorder
from training_bridge.features import Backbone
from training_bridge.reward_models.model import RewardModel
from training_bridge.turns import only_one
from uncertainty.reward_samples import RewardSamples

log = logging.getLogger(__name__)

BATCH = 256  # rollouts per transaction: some ten seconds of encoding that a kill may cost
TURN_SECONDS = 15.0  # then the next reward model has its turn, and beat starts the next sweep
SWEEP_LOCK = 7_105_119  # any fixed number
# Ids are given before rows are committed; rows younger than this may still have unseen neighbours with smaller ids.
# Ingest commits within a second or so.
SETTLED_AFTER = timedelta(minutes=2)

Beat = Callable[[], None]


@functools.lru_cache(maxsize=2)
def backbone(spec: str) -> Backbone:
    loaded = Backbone.load(spec, threads=settings.TORCH_THREADS)
    KnownBackbone.objects.update_or_create(spec=spec, defaults={"digest": loaded.digest})
    return loaded


@functools.lru_cache(maxsize=4)
def reward_model(artifact: str, digest: str) -> RewardModel:
    return RewardModel.load(Path(settings.ARTIFACTS) / artifact, digest)


def features(rollouts: Sequence[Rollout], encoder: Backbone, beat: Beat | None = None) -> np.ndarray:
    """The features (N, D) of rollouts (with their groups loaded), from the cache where it has them."""
    wanted = {bytes(rollout.text_digest): rollout for rollout in rollouts}
    cached = CompletionFeature.objects.filter(backbone_digest=encoder.digest, text_digest__in=list(wanted))
    known = {bytes(key): np.frombuffer(raw, dtype="<f4") for key, raw in cached.values_list("text_digest", "features")}
    missing = [key for key in wanted if key not in known]
    for start in range(0, len(missing), 64):
        keys = missing[start : start + 64]
        fresh_N_D = encoder.encode([(wanted[key].group.prompt, wanted[key].completion) for key in keys])
        CompletionFeature.objects.bulk_create(
            [
                CompletionFeature(backbone_digest=encoder.digest, text_digest=key, features=row.astype("<f4").tobytes())
                for key, row in zip(keys, fresh_N_D, strict=True)
            ],
            ignore_conflicts=True,
        )
        known.update(zip(keys, fresh_N_D, strict=True))
        if beat is not None:
            beat()
    if not rollouts:
        return np.empty((0, encoder.width), dtype=np.float32)
    return np.stack([known[bytes(rollout.text_digest)] for rollout in rollouts])


def score_groups(version: RewardModelVersion, group_ids: Sequence[int]) -> int:
    """Score every rollout of these groups under a version; those scored before keep their score. Returns how many."""
    rollouts = list(Rollout.objects.filter(group_id__in=group_ids).select_related("group").order_by("id"))
    if not rollouts:
        return 0
    model = reward_model(version.artifact, version.artifact_digest)
    features_N_D = features(rollouts, backbone(version.backbone))
    rewards_K_N, rewards_T_N = model.draw(features_N_D)
    groups_N = np.array([rollout.group_id for rollout in rollouts])
    samples = RewardSamples(rewards_K_N.astype(float))
    spread_N = samples.spread_N(groups_N)
    rewards_S_N = np.concatenate([rewards_K_N, rewards_T_N]).astype("<f4")
    Score.objects.bulk_create(
        [
            Score(
                version=version,
                rollout=rollout,
                mean=float(samples.mean_N[n]),
                spread=float(spread_N[n]),
                rewards_S=rewards_S_N[:, n].tobytes(),
            )
            for n, rollout in enumerate(rollouts)
        ],
        ignore_conflicts=True,
    )
    return len(rollouts)


def sweep() -> None:
    """Give every reward model a turn: tasks in front of people first, then everything new, oldest first."""
    with only_one(SWEEP_LOCK) as mine:
        if not mine:
            return
        asking = Campaign.objects.exclude(state=Campaign.State.DRAFT)
        for name in sorted(set(asking.values_list("reward_model", flat=True))):
            campaigns, version = list(asking.filter(reward_model=name)), production_version(name)
            until = time.monotonic() + TURN_SECONDS
            if version is not None:
                _reorder_stale(version, campaigns)
            _encode_for_belief(campaigns, until - TURN_SECONDS / 2)
            if version is None:
                _encode_ahead(campaigns, until)
            else:
                _score_new(version, campaigns, until)


def _reorder_stale(version: RewardModelVersion, campaigns: list[Campaign]) -> None:
    """Put the open tasks of every campaign in this version's order, once."""
    for campaign in campaigns:
        if campaign.ordered_by_id == version.pk or campaign.state == Campaign.State.CLOSED:
            continue
        waiting = campaign.assignments.filter(state=Assignment.State.OPEN)
        groups = sorted(set(waiting.values_list("task__group_id", flat=True)))
        for start in range(0, len(groups), 64):
            score_groups(version, groups[start : start + 64])
        moved = reorder(campaign, version)
        log.info("campaign %s: %d open tasks in the order of version %d", campaign.slug, moved, version.number)


def _unscored(version: RewardModelVersion, runs: list[int], after: int) -> list[Rollout]:
    """The next rollouts this version has not seen, in order of id."""
    return list(
        Rollout.objects.raw(
            """SELECT r.id, r.group_id FROM rollouts_rollout r
               WHERE r.id > %s AND r.run_id = ANY(%s)
                 AND NOT EXISTS (SELECT 1 FROM rollouts_score s WHERE s.version_id = %s AND s.rollout_id = r.id)
               ORDER BY r.id LIMIT %s""",
            [after, runs, version.pk, BATCH],
        )
    )


def _score_new(version: RewardModelVersion, campaigns: list[Campaign], until: float) -> None:
    runs = list(PolicyRun.objects.filter(campaigns__in=campaigns).distinct().values_list("id", flat=True))
    seen = version.scored_through
    while batch := _unscored(version, runs, seen):
        score_groups(version, sorted({rollout.group_id for rollout in batch}))
        seen = batch[-1].pk
        if time.monotonic() > until:
            _settle(version, runs, seen)
            return
    _settle(version, runs, None)


def _settle(version: RewardModelVersion, runs: list[int], seen: int | None) -> None:
    """Raise the watermark to the newest settled rollout up to `seen` (None: to any); none is looked at again.

    Only from where this sweep found it: a campaign that brought an older run has set it back to the beginning.
    """
    settled = Rollout.objects.filter(
        run_id__in=runs, id__gt=version.scored_through, created_at__lt=timezone.now() - SETTLED_AFTER
    )
    if seen is not None:
        settled = settled.filter(id__lte=seen)
    through = settled.aggregate(top=Max("id"))["top"]
    if through is not None:
        unmoved = RewardModelVersion.objects.filter(id=version.pk, scored_through=version.scored_through)
        unmoved.update(scored_through=through)


LACKING = """
SELECT r.id FROM rollouts_rollout r
WHERE r.group_id = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM rollouts_completionfeature f WHERE f.backbone_digest = %s AND f.text_digest = r.text_digest)
ORDER BY r.id DESC LIMIT %s
"""


def _lacking(campaign: Campaign) -> list[int]:
    """Rollouts a belief would choose among and has no features of, newest first."""
    newest = PromptGroup.objects.filter(run__campaigns=campaign).order_by("-id").values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(LACKING, [list(newest[:BELIEF_GROUPS]), backbone_digest(campaign) or "", BATCH])
        return [row[0] for row in cursor.fetchall()]


def _encode_for_belief(campaigns: list[Campaign], until: float) -> None:
    """The newest groups first, under the campaign's own backbone: whatever scores, a belief reads these."""
    for campaign in campaigns:
        closed = campaign.state == Campaign.State.CLOSED
        if closed or STRATEGIES[campaign.config.acquisition].reads is not Reads.BELIEF:
            continue
        spec, before = campaign.config.training.get("backbone", settings.BACKBONE), list[int]()
        # The same ones twice: they are there, under the name of another backbone.
        while time.monotonic() < until and (ids := _lacking(campaign)) and ids != before:
            features(list(Rollout.objects.filter(id__in=ids).select_related("group")), backbone(spec))
            before = ids


_encoded_through: dict[tuple[str, int], int] = {}  # a hint only: a restarted process looks at the cache again


def _encode_ahead(campaigns: list[Campaign], until: float) -> None:
    """Compute features before the first version exists; the first training then finds them ready."""
    for campaign in campaigns:
        spec = campaign.config.training.get("backbone", settings.BACKBONE)
        at = (spec, campaign.pk)
        while time.monotonic() < until:
            after = _encoded_through.get(at, 0)
            rollouts = Rollout.objects.filter(run__campaigns=campaign, id__gt=after).select_related("group")
            batch = list(rollouts.order_by("id")[:BATCH])
            if not batch:
                break
            features(batch, backbone(spec))
            _encoded_through[at] = batch[-1].pk
