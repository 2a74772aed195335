"""From an answer to the queue in its new order: a real database, and the keeper of queues as a process of its own.

The campaign has 64 open tasks and a pool of some 20,000 pairs with features. One person answers, waits, and answers the
next; a second connection watches when the queue's order knows that answer. (Not when the order changes: late in a
round an answer may rightly leave it as it was.)
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import numpy as np
from tqdm import tqdm

from annotator.local.programs import base_folder
from benchmarks.harness import use_django

PATIENCE_S = 15.0  # after which an answer counts as not heard
PAUSE_S = 0.6  # between answers: the keeper is at rest when the next one comes
GROUP, WIDTH = 8, 388


def figures(*, groups: int, answers: int, seed: int = 0) -> dict[str, float | int | str]:
    """Percentiles in seconds over `answers` answers, after enough of them to leave the cold start behind."""
    from annotator.local.postgres import EmbeddedPostgres

    with EmbeddedPostgres.temporary() as database:
        use_django(database.home, database.url)
        campaign, person = _world(groups, seed)
        command = [sys.executable, "-m", "django", "keep_queues"]
        with (database.home / "keeper.log").open("wb") as log:
            keeper = subprocess.Popen(command, cwd=base_folder(), stdout=log, stderr=log)
        try:
            _until_full(campaign, keeper)
            colds = [_answer(campaign, person, f"cold-{k}", seed) for k in range(2 * campaign.config.cold_answers)]
            _until_heard(campaign, colds[-1])
            heard = [_measure(campaign, person, f"measured-{k}", seed) for k in tqdm(range(answers), unit="answer")]
        finally:
            keeper.terminate()
            keeper.wait(15)
            from django.db import connections

            connections.close_all()
    times = np.array(heard)
    return {
        "queue_rule": campaign.config.acquisition,
        "queue_pairs": groups * GROUP * (GROUP - 1) // 2,
        "queue_answers": answers,
        "label_to_queue_p50_s": float(np.percentile(times, 50)),
        "label_to_queue_p95_s": float(np.percentile(times, 95)),
        "label_to_queue_max_s": float(times.max()),
        "labels_not_heard": int((times >= PATIENCE_S).sum()),
    }


def _world(groups: int, seed: int) -> tuple[Any, Any]:
    """A run with features of every completion, an open campaign on it, and somebody to ask."""
    from django.conf import settings
    from django.utils import timezone

    from annotator.campaigns import lifecycle
    from annotator.campaigns.models import Campaign
    from annotator.people.models import Role, User
    from annotator.rollouts.models import CompletionFeature, KnownBackbone, PolicyRun, PromptGroup, Rollout
    from benchmarks.crowd.world import Words

    rng, words = np.random.default_rng(seed), Words(seed=seed, characters=400_000)
    run = PolicyRun.objects.create(name="latency")
    made = PromptGroup.objects.bulk_create(
        PromptGroup(run=run, external_id=f"g{g}", prompt=words.text(200), prompt_digest=rng.bytes(32))
        for g in range(groups)
    )
    rollouts = Rollout.objects.bulk_create(
        Rollout(
            run=run, group=group, external_id=f"{group.external_id}/{k}", ordinal=k, completion=words.text(400),
            content_digest=rng.bytes(32), text_digest=rng.bytes(32),
        )
        for group in made
        for k in range(GROUP)
    )  # fmt: skip
    digest = "b" * 64
    KnownBackbone.objects.create(spec=settings.BACKBONE, digest=digest)
    scale = np.linspace(2.0, 0.1, WIDTH)
    CompletionFeature.objects.bulk_create(
        CompletionFeature(
            backbone_digest=digest, text_digest=rollout.text_digest,
            features=(rng.normal(size=WIDTH) * scale).astype("<f4").tobytes(),
        )
        for rollout in rollouts
    )  # fmt: skip
    olga = User.objects.create_user("olga", role=Role.MANAGER)
    alice = User.objects.create_user("alice", role=Role.ANNOTATOR)
    campaign = lifecycle.create(
        slug="latency", name="Latency", question="Which is better?", budget_labels=10_000, runs=[run.name],
        created_by=olga,
        # Nearly all prompts teach: an answer about a held-out one rightly moves nothing.
        config={"fall_back": False, "heldout_share": 0.001},
    )  # fmt: skip
    return lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now()), alice


def _until_full(campaign: Any, keeper: subprocess.Popen[bytes], patience_s: float = 120.0) -> None:
    deadline = time.monotonic() + patience_s
    while not campaign.tasks.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            sys.exit("The keeper of queues opened no task.")
        time.sleep(0.2)


def _until_heard(campaign: Any, answer: int, patience_s: float = 60.0) -> None:
    """Wait until the keeper has caught up."""
    deadline = time.monotonic() + patience_s
    while _knows(campaign) < answer:
        if time.monotonic() > deadline:
            sys.exit("The keeper of queues did not catch up.")
        time.sleep(0.1)


def _measure(campaign: Any, person: Any, key: str, seed: int) -> float:
    """Seconds from handing an answer in until the open tasks stand in the order it led to."""
    time.sleep(PAUSE_S)
    began = time.perf_counter()
    answer = _answer(campaign, person, key, seed)
    while (waited := time.perf_counter() - began) < PATIENCE_S:
        if _knows(campaign) >= answer:
            return waited
        time.sleep(0.01)
    return PATIENCE_S


def _answer(campaign: Any, person: Any, key: str, seed: int) -> int:
    """Claim the head of the queue and answer it; returns the answer's id."""
    from django.utils import timezone

    from annotator.annotations.submission import Answer, submit
    from annotator.tasks.leasing import claim_next

    deadline = time.monotonic() + 60.0
    while not (cards := claim_next(campaign, person.pk, n=1, now=timezone.now())):
        if time.monotonic() > deadline:
            sys.exit("The queue stayed empty for a minute.")
        time.sleep(0.05)
    choice = ["first", "second"][np.random.default_rng([seed, cards[0].assignment]).integers(2)]
    said = Answer({"preference": {"choice": choice}}, idempotency_key=key, active_ms=5_000)
    return submit(cards[0].assignment, person.pk, cards[0].lease_number, said)[0].pk


def _knows(campaign: Any) -> int:
    from annotator.learning.models import KeptQueue

    return KeptQueue.objects.filter(campaign=campaign).values_list("newest_annotation", flat=True).first() or 0
