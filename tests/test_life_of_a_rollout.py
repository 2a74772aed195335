"""The whole line, once, with real parts: read this first.

Rollouts come in over HTTP; people answer over HTTP; a reward model is trained in a real subprocess, promoted, scores
everything; the queue is re-ordered; the label set goes out as rows TRL reads. No broker: jobs are called as functions.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotator.annotations.models import Annotation
from annotator.campaigns.models import Campaign
from annotator.learning.keeping import QueueKeeper
from annotator.rollouts.models import RewardModelVersion, Rollout, Score
from annotator.tasks.models import AnnotationTask
from annotator.training.models import TrainingJob
from training_bridge import jobs, scoring
from training_bridge.runner import run_job

pytestmark = pytest.mark.django_db(transaction=True)
GOOD, BAD = "Thank you for asking! The answer is {}.", "no idea, go away {}"


def send_rollouts(trainer: APIClient, step: int, groups: int) -> dict[str, Any]:
    rows = [
        {
            "group_id": f"{step}-{g}",
            "step": step,
            "prompt": f"Question {g} of step {step}?",
            "completions": [
                {"id": f"{step}-{g}-{i}", "text": (GOOD if i % 2 else BAD).format(f"{g}{'!' * i}"), "reward": i % 2}
                for i in range(4)
            ],
        }
        for g in range(groups)
    ]
    return trainer.post("/api/v1/runs/grpo/rollouts", rows, format="json").json()


def answer_everything(person: APIClient, limit: int) -> int:
    """Prefer the polite completion, like the person this campaign is about."""
    answered = 0
    while answered < limit:
        claimed = person.post("/api/v1/campaigns/polite/claim", {"n": 5}, format="json")
        if claimed.status_code == 204:
            break
        for card in claimed.json()["cards"][: limit - answered]:
            first, second = ("Thank" in completion["text"] for completion in card["completions"])
            choice = "tie" if first == second else "first" if first else "second"
            said = {
                "lease_number": card["lease_number"],
                "answer": {"preference": {"choice": choice}},
                "idempotency_key": f"{card['assignment']}",
                "active_ms": 900,
            }
            assert (
                person.post(f"/api/v1/assignments/{card['assignment']}/annotation", said, format="json").status_code
                == 201
            )
            answered += 1
    return answered


def test_a_rollout_lives_its_whole_life(api, settings, tmp_path, monkeypatch):
    settings.ARTIFACTS = tmp_path
    woken: list[int] = []
    monkeypatch.setattr(jobs, "_wake", woken.append)
    trainer, alice, olga = api("trainer"), api("alice"), api("olga")

    # 1. in: the trainer names its run and sends groups; sending them again changes nothing
    assert trainer.put("/api/v1/runs/grpo", {"trainer": "trl"}, format="json").status_code == 201
    assert send_rollouts(trainer, 0, 30)["rollouts"] == 120
    assert send_rollouts(trainer, 0, 30)["duplicate"] == 30
    assert Rollout.objects.count() == 120

    # 2. a campaign: drafted, previewed, opened; budget is reserved before anything is asked
    draft = {
        "slug": "polite",
        "name": "Polite",
        "question": "Which is more polite?",
        "budget_labels": 60,
        "runs": ["grpo"],
        "config": {"min_labels": 24, "retrain_every": 20, "open_tasks": 30, "heldout_share": 0.3, "random_share": 0.2},
    }
    assert olga.post("/api/v1/campaigns", draft, format="json").status_code == 201
    preview = olga.get("/api/v1/campaigns/polite/preview?n=3").json()
    assert len(preview["cards"]) == 3
    opened = olga.post("/api/v1/campaigns/polite/open").json()
    held = {what: opened["budget"][what] for what in ("labels", "committed", "spent", "reserved", "left")}
    assert held == {"labels": 60, "committed": 30, "spent": 0, "reserved": 30, "left": 30}

    # 3. people answer; the rule says when to retrain, and why
    scoring.sweep()  # nothing learned yet: features are computed ahead, nothing is scored
    assert not Score.objects.exists()
    assert answer_everything(alice, 24) == 24
    jobs.start_due_training.run()
    job = TrainingJob.objects.get()
    assert job.because == "24 new answers since the last training"
    assert woken == [job.pk]

    # 4. a real training in a subprocess; its result is a numbered version, promoted because it is the first
    assert run_job(job.pk, owner="test") == TrainingJob.State.SUCCEEDED
    assert run_job(job.pk, owner="test") is None  # run twice, done once
    version = RewardModelVersion.objects.get()
    assert (version.number, version.state) == (1, "production")
    job.refresh_from_db()
    assert (job.progress, job.produced) == (1.0, version)
    assert job.lines.exists()

    # 5. everything is scored once, and the open tasks follow the new version
    scoring.sweep()
    scoring.sweep()
    assert Score.objects.filter(version=version).count() == 120
    means = {s.rollout.completion: s.mean for s in Score.objects.select_related("rollout")}
    polite = [mean for text, mean in means.items() if "Thank" in text]
    assert min(polite) > max(mean for text, mean in means.items() if "Thank" not in text)
    campaign = Campaign.objects.get()
    assert campaign.ordered_by == version

    # 6. new rollouts are ranked by uncertainty, with a random share, and every choice has its propensity
    send_rollouts(trainer, 1, 30)
    scoring.sweep()
    assert answer_everything(alice, 100) == 6
    QueueKeeper().step()
    assert answer_everything(alice, 100) == 30
    QueueKeeper().step()
    assert answer_everything(alice, 100) == 0  # the budget is spent
    asked = AnnotationTask.objects.filter(selection__version=version)
    assert {t.stream for t in asked} == {"acquisition", "random"}
    assert all(0 < t.propensity <= 1 for t in asked)

    # 7. the second version is compared with the first on the same held-out answers
    jobs.start_due_training.run()
    second = TrainingJob.objects.order_by("-id").first()
    assert run_job(second.pk, owner="test") == "succeeded"
    assert RewardModelVersion.objects.filter(state="production").count() == 1
    second.refresh_from_db()
    assert "held-out" in second.message

    # 8. out: the frozen label set as TRL preference rows
    label_set = olga.post("/api/v1/campaigns/polite/label-sets").json()
    assert label_set["size"] == Annotation.objects.count() == 60
    download = olga.get(f"/api/v1/label-sets/{label_set['id']}/export?split=all")
    rows = [json.loads(line) for line in b"".join(download.streaming_content).splitlines()]
    assert rows
    assert all("Thank" in row["chosen"] and "Thank" not in row["rejected"] for row in rows)

    # 9. the budget held, and the desk shows it
    scoring.sweep()
    assert olga.get("/api/v1/campaigns/polite").json()["budget"]["spent"] == 60
    seen = olga.get("/api/v1/campaigns/polite/dashboard").json()
    assert [point["version"] for point in seen["learning_curve"]] == [1, 2]
    assert seen["annotators"][0]["answers"] == 60
    assert sum(seen["uncertainty_histogram"]["counts"]) > 0
