"""The Celery application: two queues, and a beat that sweeps. Every job may run twice and finds nothing to do then.

`default` holds short sweeps. `train` holds work that loads torch or waits for a training subprocess.
"""

from __future__ import annotations

import os
from typing import Any

import django
from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first

from training_bridge import broker  # noqa: E402


def every(seconds: float, job: str, queue: str = "default") -> dict[str, Any]:
    # A sweep nobody ran before the next one came is worthless; expiring keeps a stopped worker from drowning later.
    return {
        "task": f"training_bridge.jobs.{job}",
        "schedule": seconds,
        "options": {"queue": queue, "expires": seconds * 3},
    }


app = Celery("tiebreak")
app.conf.update(
    **broker.settings_for(settings.DATABASE_URL, settings.CELERY_BROKER_URL),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue="default",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=2_000_000,  # KiB; a process that encoded very long texts starts afresh after its job
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    task_routes={"training_bridge.jobs.run_training_job": {"queue": "train"}},
    imports=["training_bridge.jobs"],
    beat_schedule={
        "expire leases": every(5, "expire_leases"),
        "withdraw": every(5, "withdraw"),
        "check strategies": every(5, "check_strategies"),
        "start due training": every(2, "start_due_training"),
        "hand off promoted versions": every(3, "hand_off_promoted"),
        "wake waiting jobs": every(3, "wake_jobs"),
        "score unscored rollouts": every(3, "score_unscored", queue="train"),
        "make new words searchable": every(10, "index_words"),
        "forget old audit entries": every(3600, "forget_old_audit"),
        # Waits for somebody else's machine: not in the queue of the short sweeps.
        "judge pairs": every(5, "judge_pairs", queue="train"),
    },
)


def _install_broker(**_: Any) -> None:
    if not settings.CELERY_BROKER_URL:
        broker.install(settings.DATABASE_URL)


signals.worker_init.connect(_install_broker)
signals.beat_init.connect(_install_broker)
