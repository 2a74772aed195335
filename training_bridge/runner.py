"""Supervises one training job: claims it, runs the trainer as a subprocess, reports, and ends it exactly once.

The subprocess knows no database; it says one JSON object per line and leaves files. It dies with us (its stdin ends).
If we die, our lease lapses and somebody else starts again from what is on disk. If the database goes away for a while,
the subprocess goes on and we report when it is back. Whoever lost the fence stops without writing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from annotator.errors import FenceLost, TiebreakError
from annotator.people.models import ApiToken, Role, Scope, User
from annotator.training import ownership, promotion
from annotator.training.models import TrainingJob
from annotator.training.ownership import Ownership
from training_bridge import job_folders
from training_bridge.errors import BridgeError

log = logging.getLogger(__name__)
T = TypeVar("T")

HEARTBEAT_SECONDS = 2.0
PATIENCE_SECONDS = 300.0  # how long a finished training waits for its database before giving up
MODULES = {
    TrainingJob.Kind.REWARD_MODEL: "training_bridge.reward_models.run",
    TrainingJob.Kind.POLICY: "training_bridge.policies.run",
}
State = TrainingJob.State


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class SubprocessFailed(BridgeError):
    """The trainer said what went wrong; `reported` is what it said."""

    code = "subprocess_failed"


class SubprocessDied(BridgeError):
    """The trainer ended without a word: killed, out of memory. Trying again may help."""

    code = "subprocess_died"
    retryable = True


def run_job(job_id: int, *, owner: str) -> str | None:
    """Run a job to its end; returns its final state, or None when there was nothing for us to do."""
    own = ownership.claim(job_id, owner, now=timezone.now())
    if own is None:
        return None
    job = TrainingJob.objects.select_related("campaign", "label_set", "version").get(id=job_id)
    try:
        _work(job, own)
    except FenceLost:
        log.warning("job %d attempt %d: another attempt took over", own.job_id, own.attempt)
        return None
    except Cancelled:
        _write(lambda: ownership.end(own, State.CANCELLED, now=timezone.now(), message="cancelled"))
    except (BridgeError, TiebreakError) as error:
        _failed(own, error)
    except Exception as error:
        # A bug of ours: recorded on the job, so that it is seen, and raised, so that it is loud.
        _failed(own, error)
        raise
    return str(TrainingJob.objects.values_list("state", flat=True).get(id=job_id))


def _work(job: TrainingJob, own: Ownership) -> None:
    report = Reporter(own)
    report.now(0.0, "preparing")
    if job.kind == TrainingJob.Kind.REWARD_MODEL:
        with report.alive():
            job_folders.prepare_reward_model(job, report.beat)
        _supervise(job, report, {})
        trained = job_folders.read_reward_model(job)
        _write(lambda: promotion.register(own, trained, now=timezone.now()))
    else:
        job_folders.prepare_policy(job)
        with _token(job) as raw:
            _supervise(job, report, {"TIEBREAK_TOKEN": raw})
        metrics = job_folders.read_policy(job)
        assert job.version is not None
        done = f"{metrics['steps']} steps against {job.version.name} version {job.version.number}"
        _write(lambda: ownership.end(own, State.SUCCEEDED, now=timezone.now(), message=done, metrics=metrics))


def _failed(own: Ownership, error: Exception) -> None:
    """Record a failure; one that may pass is queued again, unless too many attempts in a row got nowhere."""
    boundary = getattr(error, "boundary", "runner")
    kind = getattr(error, "context", {}).get("type") or type(error).__name__
    recorded = {"boundary": boundary, "type": kind, "message": str(error)[:2000]}
    with contextlib.suppress(FenceLost):
        if getattr(error, "retryable", False) and _write(
            lambda: ownership.try_again(own, message=f"trying again: {error}")
        ):
            return
        _write(lambda: ownership.end(own, State.FAILED, now=timezone.now(), message=str(error), error=recorded))


def _write(write: Callable[[], T]) -> T:
    """Write to the database, waiting for one that is restarting."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() > until:
                raise
            log.warning("the database is away (%s); waiting", str(error).strip())
            time.sleep(1.0)


class Reporter:
    """Heartbeats, progress and log lines of one attempt. A database that is away costs reports, not the training."""

    def __init__(self, own: Ownership) -> None:
        self.own = own
        self._progress: float | None = None
        self._message: str | None = None
        self._lines: list[str] = []
        self._kept = False
        self._last = 0.0

    def now(self, progress: float, message: str) -> None:
        self._progress, self._message = progress, message
        self.send()

    def beat(self) -> None:
        """Keep the lease during long work of our own; raises Cancelled or FenceLost when we should stop."""
        if time.monotonic() - self._last >= HEARTBEAT_SECONDS:
            self.send()

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        """Keep the lease from another thread, too: loading an encoder and encoding long texts may outlast it."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(HEARTBEAT_SECONDS):
                try:
                    ownership.heartbeat(self.own, now=timezone.now())
                except FenceLost:
                    break  # the next beat says so
                except (OperationalError, InterfaceError):
                    connection.close()
            connection.close()

        renewing = threading.Thread(target=renew, name="lease", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def heard(self, progress: float, message: str) -> None:
        if message != self._message:
            self._lines.append(message)
        self._progress, self._message = progress, message

    def line(self, text: str) -> None:
        self._lines.append(text)

    def kept(self) -> None:
        """Said at once: the next death may come before the next beat."""
        self._kept = True
        self.send()

    def send(self) -> None:
        self._last = time.monotonic()
        lines, self._lines = self._lines, []
        try:
            if lines:
                ownership.log(self.own, lines)
                lines = []
            cancel = ownership.heartbeat(
                self.own, now=timezone.now(), progress=self._progress, message=self._message, kept=self._kept
            )
        except (OperationalError, InterfaceError):
            self._lines = lines + self._lines
            connection.close()
            return
        self._kept = False
        if cancel:
            raise Cancelled


def _supervise(job: TrainingJob, report: Reporter, secrets: dict[str, str]) -> None:
    """Run the trainer until it ends; kill its whole process group when we have to stop."""
    if (job_folders.folder_of(job) / "result.json").exists():
        return  # an earlier attempt finished and died before it could say so
    command = [sys.executable, "-u", "-m", MODULES[TrainingJob.Kind(job.kind)], str(job_folders.folder_of(job))]
    environment = {**os.environ, **secrets, "OMP_NUM_THREADS": str(settings.TORCH_THREADS), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # held open while we live; its end tells the trainer that we died
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        _listen(process, report)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _listen(process: subprocess.Popen[str], report: Reporter) -> None:
    said: queue.Queue[tuple[str, str | None]] = queue.Queue()

    def pump(name: str, stream: Any) -> None:
        for text in stream:
            said.put((name, text.rstrip("\n")))
        said.put((name, None))

    for name, stream in (("out", process.stdout), ("err", process.stderr)):
        threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    open_streams, failure = 2, None
    while open_streams:
        report.beat()
        try:
            name, text = said.get(timeout=0.5)
        except queue.Empty:
            continue
        if text is None:
            open_streams -= 1
        elif name == "err":
            report.line(text[:2000])
        else:
            failure = _take(text, report) or failure
    code = process.wait()
    report.send()  # its last words say most about why it ended
    if failure is not None:
        raise SubprocessFailed(failure["message"], boundary=failure["boundary"], type=failure["type"])
    if code != 0:
        raise SubprocessDied(f"The training process ended with code {code}.", boundary="subprocess")


def _take(text: str, report: Reporter) -> dict[str, str] | None:
    """One line of the trainer's protocol; anything else it prints is log."""
    try:
        spoken = json.loads(text)
    except ValueError:
        spoken = None
    if not isinstance(spoken, dict):
        report.line(text[:2000])
    elif "error" in spoken:
        return {"boundary": "training", "type": "Error", "message": "unknown", **spoken["error"]}
    elif "kept" in spoken:
        report.kept()
    elif "progress" in spoken:
        report.heard(float(spoken["progress"]), str(spoken.get("message", "")))
    return None


@contextlib.contextmanager
def _token(job: TrainingJob) -> Iterator[str]:
    """A token that lives as long as this attempt, for a service account that can do nothing else."""
    account, new = User.objects.get_or_create(username="policy-jobs", defaults={"role": Role.TRAINER})
    if new:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    token, raw = ApiToken.issue(account, f"job {job.pk}", [Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ])
    try:
        yield raw
    finally:
        with contextlib.suppress(OperationalError, InterfaceError):
            ApiToken.objects.filter(id=token.pk).update(revoked_at=timezone.now())
