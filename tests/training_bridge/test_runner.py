"""The runner with small stand-in trainers: what they say is recorded, how they end decides what happens next."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from django.utils import timezone

from annotator.training import ownership
from annotator.training.models import TrainingJob
from training_bridge import job_folders, runner

pytestmark = pytest.mark.django_db(transaction=True)

PREAMBLE = "import json, sys, time, pathlib, os, threading\nfolder = pathlib.Path(sys.argv[1])\n"
SAY = "def say(**line): print(json.dumps(line), flush=True)\n"


@pytest.fixture
def trainer(monkeypatch, tmp_path, settings):
    """`trainer(code)` makes a job's subprocess run this code instead of a training."""
    settings.ARTIFACTS = tmp_path
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 0.2)
    prepare = lambda job, beat: job_folders.folder_of(job).mkdir(parents=True, exist_ok=True)  # noqa: E731
    monkeypatch.setattr(job_folders, "prepare_reward_model", prepare)
    real = runner.subprocess.Popen

    def use(code: str) -> None:
        script = tmp_path / "trainer.py"
        script.write_text(PREAMBLE + SAY + code)

        def start(command, **options):
            return real([sys.executable, str(script), command[-1]], **options)

        monkeypatch.setattr(runner.subprocess, "Popen", start)

    return use


@pytest.fixture
def job(open_campaign):
    campaign = open_campaign(start=False)
    return TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="0" * 64, because="test")


def finished(job):
    job.refresh_from_db()
    return job


def test_an_error_the_trainer_reports_fails_the_job_with_its_boundary(trainer, job):
    trainer('say(error={"boundary": "training", "type": "TrainingDiverged", "message": "loss is nan"}); sys.exit(1)')
    assert runner.run_job(job.pk, owner="t") == "failed"
    assert finished(job).error == {"boundary": "training", "type": "TrainingDiverged", "message": "loss is nan"}


def test_a_trainer_that_dies_without_a_word_is_tried_again(trainer, job):
    trainer("os.kill(os.getpid(), 9)")
    assert runner.run_job(job.pk, owner="t") == "queued"
    assert finished(job).attempt == 1
    assert "code -9" in job.message


def test_a_trainer_that_dies_over_and_over_fails_unless_it_got_further(trainer, job):
    trainer('say(progress=0.5, message="half way"); say(kept=True); os.kill(os.getpid(), 9)')
    for _ in range(ownership.MOST_IN_VAIN + 1):
        assert runner.run_job(job.pk, owner="t") == "queued"
    trainer("os.kill(os.getpid(), 9)")
    ends = [runner.run_job(job.pk, owner="t") for _ in range(ownership.MOST_IN_VAIN)]
    assert ends == ["queued"] * (ownership.MOST_IN_VAIN - 1) + ["failed"]
    assert finished(job).error["type"] == "SubprocessDied"


def test_the_last_words_of_a_trainer_are_in_its_log(trainer, job, monkeypatch):
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 60.0)
    trainer('print("out of memory", file=sys.stderr, flush=True); sys.exit(3)')
    runner.run_job(job.pk, owner="t")
    assert list(job.lines.values_list("text", flat=True))[-1:] == ["out of memory"]


def test_what_the_trainer_prints_is_its_log_and_its_progress_is_live(trainer, job):
    trainer(
        'say(progress=0.5, message="half way"); print("plain \\x00 text", flush=True);'
        'print("to stderr", file=sys.stderr, flush=True); time.sleep(0.6); sys.exit(3)'
    )
    runner.run_job(job.pk, owner="t")
    finished(job)
    assert job.progress == 0.5
    said = list(job.lines.values_list("text", flat=True))
    assert {"half way", "plain \ufffd text", "to stderr"} <= set(said)


def test_a_preparation_longer_than_a_lease_keeps_its_job(trainer, job, monkeypatch):
    taken = []

    def prepare(job, beat) -> None:
        job_folders.folder_of(job).mkdir(parents=True, exist_ok=True)
        time.sleep(2 * ownership.LEASE_SECONDS)
        taken.append(ownership.claim(job.pk, "impatient", now=timezone.now()))

    monkeypatch.setattr(ownership, "LEASE_SECONDS", 2.0)
    monkeypatch.setattr(job_folders, "prepare_reward_model", prepare)
    trainer("os.kill(os.getpid(), 9)")
    assert runner.run_job(job.pk, owner="t") == "queued"
    assert taken == [None]


def test_cancelling_kills_the_whole_process_group(trainer, job, tmp_path):
    trainer(
        'import subprocess; child = subprocess.Popen(["sleep", "60"]);'
        '(folder / "child").write_text(str(child.pid)); say(progress=0.1, message="on"); time.sleep(60)'
    )

    def cancel() -> None:
        from django.db import connection

        while not (job_folders.folder_of(job) / "child").exists():
            time.sleep(0.05)
        ownership.request_cancel(job.pk, now=timezone.now())
        connection.close()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    assert runner.run_job(job.pk, owner="t") == "cancelled"
    canceller.join()
    import psutil

    child = int((job_folders.folder_of(job) / "child").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_an_attempt_that_lost_its_fence_stops_its_trainer_and_writes_nothing(trainer, job):
    trainer('say(progress=0.1, message="on"); time.sleep(60)')

    def steal() -> None:
        from django.db import connection

        while not TrainingJob.objects.filter(pk=job.pk, progress=0.1).exists():
            time.sleep(0.05)
        TrainingJob.objects.filter(pk=job.pk).update(fence=99, message="mine now")
        connection.close()

    thief = threading.Thread(target=steal)
    thief.start()
    assert runner.run_job(job.pk, owner="t") is None
    thief.join()
    assert (finished(job).state, job.message) == ("running", "mine now")


def test_a_trainer_whose_supervisor_dies_ends_itself(tmp_path):
    import subprocess

    code = (
        "from training_bridge.supervised import end_with_supervisor\n"
        "import time; end_with_supervisor(); print('on', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"on\n"
    child.stdin.close()
    assert child.wait(timeout=120) == 75
    child.stdout.close()
