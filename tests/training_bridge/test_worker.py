"""A job killed at any point is resumed or restarted once, never twice at a time: a real worker, really killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from annotator.annotations.submission import submit
from annotator.rollouts.models import RewardModelVersion, Score
from annotator.tasks.leasing import claim_next
from annotator.training.models import TrainingJob
from tests import conftest
from tests.factories import said

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """One Celery worker with its beat, in a process group of its own."""

    def __init__(self, artifacts: Path, broker_url: str = "") -> None:
        database = connection.settings_dict
        url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "annotator.settings",
            "DATABASE_URL": url,
            "TIEBREAK_ARTIFACTS": str(artifacts),
            "CELERY_BROKER_URL": broker_url,
        }
        self.log = artifacts / "worker.log"
        self.beat_file = artifacts / "beat"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "training_bridge.celery_app", "worker", "-B"]
        command += ["-Q", "default,train", "-c", "3", "-s", str(self.beat_file), "--loglevel", "INFO"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    running = Worker(tmp_path)
    yield running
    running.kill()


def wait_for(what: str, true: Callable[[], object], worker: Worker, seconds: float = 300.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OperationalError, InterfaceError):
            if true():
                return
        if connections["default"].connection is not None and connections["default"].errors_occurred:
            connection.close()
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen in {seconds} s.\n{worker.log.read_text()[-4000:]}")


def answered_campaign(open_campaign, people, answers: int = 30):
    campaign = open_campaign(
        groups=30,
        open_tasks=60,
        pairs_per_group=2,
        budget_labels=60,
        min_labels=answers,
        heldout_share=0.3,
        training={"steps": 3000, "heads": 8},
    )
    now = timezone.now()
    for n in range(answers):
        (card,) = claim_next(campaign, people["alice"].pk, n=1, now=now)
        first, second = card.completions
        submit(
            card.assignment, people["alice"].pk, card.lease_number, said("left" if first > second else "right", str(n))
        )
    return campaign


def one_job() -> TrainingJob:
    return TrainingJob.objects.get()


def under_way() -> bool:
    # Told every two seconds: on a quick machine that is once, and anywhere between the ends.
    return TrainingJob.objects.filter(state="running", progress__gt=0.0, progress__lt=1.0).exists()


def test_answers_become_a_version_and_scores_by_themselves(open_campaign, people, worker):
    campaign = answered_campaign(open_campaign, people)
    wait_for("a version in production", lambda: RewardModelVersion.objects.filter(state="production").exists(), worker)
    wait_for("every rollout scored", lambda: Score.objects.count() == 120, worker)
    campaign.refresh_from_db()
    assert (one_job().state, one_job().attempt) == ("succeeded", 1)


def test_a_worker_killed_in_the_middle_of_a_training_leaves_one_version_and_no_second_run(
    open_campaign, people, worker
):
    answered_campaign(open_campaign, people)
    wait_for("the training to be under way", under_way, worker)
    worker.kill()
    assert one_job().state == "running"  # as far as anybody can know
    worker.start()
    wait_for("the job to end", lambda: one_job().state == "succeeded", worker)
    assert one_job().attempt == 2
    assert RewardModelVersion.objects.count() == 1
    assert {line.attempt for line in one_job().lines.all()} == {1, 2}


def test_a_database_killed_in_the_middle_of_a_training_costs_nothing(open_campaign, people, worker):
    answered_campaign(open_campaign, people)
    wait_for("the training to be under way", under_way, worker)
    conftest.kill_database()
    connection.close()
    wait_for("the job to end", lambda: one_job().state == "succeeded", worker)
    assert one_job().attempt == 1
    assert RewardModelVersion.objects.count() == 1


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A real Redis of our own on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


def test_redis_is_a_broker_without_a_change_of_code(open_campaign, people, tmp_path, redis_url):
    worker = Worker(tmp_path, redis_url)
    try:
        answered_campaign(open_campaign, people)
        wait_for(
            "a version in production", lambda: RewardModelVersion.objects.filter(state="production").exists(), worker
        )
    finally:
        worker.kill()
    assert (one_job().state, one_job().attempt) == ("succeeded", 1)
