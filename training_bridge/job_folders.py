"""What a training subprocess is given and what it leaves: plain files in a job's folder, no database.

A job's folder outlives its attempts, so a restarted attempt goes on from checkpoints and never repeats a finished one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Max

from annotator.annotations.label_sets import is_heldout
from annotator.annotations.models import Comparison
from annotator.campaigns.machine_labels import NO_PAIRS, MachinePairs, machine_pairs
from annotator.campaigns.models import Campaign
from annotator.campaigns.ranking import production_version
from annotator.errors import InvalidConfig
from annotator.learning.answers import prompt_number
from annotator.rollouts.models import PromptGroup, RewardModelVersion, Rollout
from annotator.tasks.models import AnnotationTask
from annotator.training.models import TrainingJob
from annotator.training.promotion import TrainedModel
from annotator.training.quality import annotator_weights
from annotator.training.retrain_policy import HeldOut
from training_bridge.errors import ArtifactMissing

Beat = Callable[[], None]
MACHINE_ROWS = 10_000  # newest labels of a machine that a training is given; more cost minutes and teach little


def folder_of(job: TrainingJob) -> Path:
    return Path(settings.ARTIFACTS) / "jobs" / str(job.pk)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1))
    part.replace(path)


def read_result(job: TrainingJob) -> dict[str, Any]:
    try:
        found = json.loads((folder_of(job) / "result.json").read_text())
    except FileNotFoundError as error:
        raise ArtifactMissing("The training ended without a result.", boundary="subprocess", job=job.pk) from error
    return dict(found)


# ---- reward model


def backbone_of(job: TrainingJob) -> str:
    return str(job.config.get("backbone", settings.BACKBONE))


def prepare_reward_model(job: TrainingJob, beat: Beat) -> None:
    """Write features and answers of the frozen label set, and where production's artifact lies, if it has one."""
    from training_bridge.scoring import backbone, features  # loads torch; only a worker gets here

    folder = folder_of(job)
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "result.json").exists():
        return
    assert job.label_set is not None
    assert job.campaign is not None
    encoder = backbone(backbone_of(job))
    told = list(
        Comparison.objects.filter(annotation__labelsetitem__label_set=job.label_set)
        .order_by("annotation_id", "rollout_a_id", "rollout_b_id")
        .values_list(
            "rollout_a_id",
            "rollout_b_id",
            "outcome",
            "strength",
            "annotation__task__group__prompt_digest",
            "annotation__annotator_id",
            "annotation__labelsetitem__heldout",
            "annotation__task__stream",
            "annotation__task__rollout_ids__len",
        )
    )
    newest = job.label_set.items.aggregate(newest=Max("annotation_id"))["newest"]
    relied_on = annotator_weights(job.campaign, up_to=newest, at=job.label_set.created_at) if newest else {}
    machine, machine_prompts = machine_rows(job.campaign)
    ids = sorted({rollout for item in told for rollout in item[:2]} | {*machine.a_M.tolist(), *machine.b_M.tolist()})
    rollouts = list(Rollout.objects.filter(id__in=ids).select_related("group").order_by("id"))
    row = {rollout.pk: n for n, rollout in enumerate(rollouts)}
    data = folder / "data.npz.part"
    with data.open("wb") as file:
        np.savez(
            file,
            features_N_D=features(rollouts, encoder, beat),
            left_M=np.array([row[item[0]] for item in told], dtype=np.int64),
            right_M=np.array([row[item[1]] for item in told], dtype=np.int64),
            outcome_M=np.array([item[2] for item in told], dtype=float),
            strength_M=np.array([item[3] or 0 for item in told], dtype=np.int64),
            # All pairs of k completions say no more than k - 1 pairs that share none would; who is relied on says more.
            weight_M=np.array([2.0 / item[8] * relied_on.get(item[5], 1.0) for item in told], dtype=float),
            prompt_M=np.array([prompt_number(bytes(item[4])) for item in told], dtype=np.int64),
            annotator_M=np.array([item[5] for item in told], dtype=np.int64),
            heldout_M=np.array([item[6] for item in told], dtype=bool),
            random_M=np.array([item[7] == AnnotationTask.Stream.RANDOM for item in told], dtype=bool),
            machine_left_M=np.array([row[rollout] for rollout in machine.a_M.tolist()], dtype=np.int64),
            machine_right_M=np.array([row[rollout] for rollout in machine.b_M.tolist()], dtype=np.int64),
            machine_outcome_M=machine.label_M,
            machine_prompt_M=machine_prompts,
        )
    data.replace(folder / "data.npz")
    config = {key: value for key, value in job.config.items() if key != "backbone"}
    production = production_version(job.campaign.reward_model)
    comparable = production is not None and production.backbone_digest == encoder.digest
    _write_json(
        folder / "config.json",
        {
            "training": {"threads": settings.TORCH_THREADS, **config},
            "production": str(Path(settings.ARTIFACTS) / production.artifact) if production and comparable else None,
            "production_digest": production.artifact_digest if production and comparable else None,
            "production_id": production.pk if production else None,
            "production_number": production.number if production else None,
            "backbone": backbone_of(job),
            "backbone_digest": encoder.digest,
            "machine": _round(job),
        },
    )


def machine_rows(campaign: Campaign) -> tuple[MachinePairs, np.ndarray]:
    """(the newest pairs a machine has an opinion about, on prompts that are not held out; their prompts' numbers)."""
    found = machine_pairs(campaign)
    found = found.where(~np.isnan(found.label_M))
    if not len(found):
        return NO_PAIRS, np.empty(0, dtype=np.int64)
    groups = PromptGroup.objects.filter(id__in=np.unique(found.groups_M).tolist())
    digests = {pk: bytes(digest) for pk, digest in groups.values_list("id", "prompt_digest")}
    share = campaign.config.heldout_share
    held = {pk for pk, digest in digests.items() if is_heldout(digest, share)}
    learnt = np.flatnonzero([group not in held for group in found.groups_M.tolist()])[:MACHINE_ROWS]
    chosen = found.where(np.isin(np.arange(len(found)), learnt))
    return chosen, np.array([prompt_number(digests[pk]) for pk in chosen.groups_M.tolist()], dtype=np.int64)


def _round(job: TrainingJob) -> dict[str, int]:
    """Which of a campaign's trainings this is, of about how many: controls of a machine's labels loosen over them."""
    assert job.campaign is not None
    earlier = job.campaign.jobs.filter(kind=job.kind, id__lt=job.pk).exclude(state=TrainingJob.State.CANCELLED).count()
    config = job.campaign.config
    return {"round": earlier + 1, "rounds": max(-(-job.campaign.budget_labels // config.retrain_every), 1)}


def read_reward_model(job: TrainingJob) -> TrainedModel:
    """What the finished training is to be registered as."""
    result, given = read_result(job), json.loads((folder_of(job) / "config.json").read_text())
    metrics, against = result["metrics"], result.get("production_metrics")
    return TrainedModel(
        backbone=given["backbone"],
        backbone_digest=given["backbone_digest"],
        artifact=f"jobs/{job.pk}/artifact",
        artifact_digest=result["digest"],
        ensemble_draws=result["ensemble_draws"],
        dropout_draws=result["dropout_draws"],
        metrics=metrics,
        heldout=_heldout(metrics),
        production_heldout=_heldout(against) if against else None,
        production_id=given["production_id"],
    )


def _heldout(metrics: dict[str, Any]) -> HeldOut:
    n = int(metrics.get("n_heldout") or 0)
    nll = metrics.get("heldout_nll")
    return HeldOut(nll=float(nll) if nll is not None else float("nan"), n=n if nll is not None else 0)


# ---- policy


def prepare_policy(job: TrainingJob) -> None:
    """Write the policy's config: against exactly one promoted version, from where the previous policy job ended."""
    folder = folder_of(job)
    folder.mkdir(parents=True, exist_ok=True)
    version = job.version
    if not isinstance(version, RewardModelVersion):
        raise InvalidConfig("A policy job needs a reward model version.", field="version", job=job.pk)
    config = {
        "api": settings.PUBLIC_URL,
        "reward_url": settings.REWARD_SERVER_URL,
        "output": str(folder / "policy"),
        "journal": str(folder / "acknowledged.ndjson"),
        "threads": settings.TORCH_THREADS,
        **job.config,
        "reward_model": version.name,
        "version": version.number,
    }
    before = (
        TrainingJob.objects.filter(
            campaign=job.campaign, kind=job.kind, state=TrainingJob.State.SUCCEEDED, id__lt=job.pk
        )
        .order_by("-id")
        .first()
    )
    if before is not None:
        config["policy"] = before.metrics["policy"]
        config["step_offset"] = before.metrics["step_offset"] + before.metrics["steps"]
    _write_json(folder / "config.json", config)


def read_policy(job: TrainingJob) -> dict[str, Any]:
    given = json.loads((folder_of(job) / "config.json").read_text())
    result = read_result(job)
    return {
        **result["metrics"],
        "policy": result["policy"],
        "steps": result["steps"],
        "step_offset": given.get("step_offset", 0),
    }
