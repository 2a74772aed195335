"""How long people wait for their next task, and for the thank-you after an answer, over HTTP.

    python -m benchmarks.next_task --tasks 1000000 --annotators 100 --pause 3 --json next_task.json

Every annotator has an account and a connection of their own and loops: claim one card, think for `--pause` seconds
(half to one and a half times that, so that nobody is in step; 0 is flat out), answer it. With `--gold 0.1` a tenth of
everybody's cards are gold; `--had 1000` lets everybody have had so many cards before. The load generator is one more
process on the same machine; its share of the processor is in the figures. The last three keys must be exactly 0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import psutil
from tqdm import tqdm

from annotator.local.programs import base_folder
from benchmarks.harness import Place, arguments, finish, product

WARM_UP_SECONDS = 3.0  # connections, plans and caches of a server that was started a moment ago


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--annotators", type=int, default=16)
    parser.add_argument("--overlap", type=int, default=1, help="people asked about each task")
    parser.add_argument("--gold", type=float, default=0.0, help="share of everybody's cards whose answer is known")
    parser.add_argument("--had", type=int, default=0, help="cards everybody has had before")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the measured part")
    parser.add_argument(
        "--pause", type=float, help="seconds of thought per card; default 3 for 100 people or more, else 0"
    )
    options = parser.parse_args()
    pause = options.pause if options.pause is not None else (3.0 if options.annotators >= 100 else 0.0)
    with product() as place:
        from benchmarks.crowd import world

        people = world.make_annotators(options.annotators)
        campaign = world.open_campaign(place.database_url, options.tasks, overlap=options.overlap, gold=options.gold)
        world.had_before(campaign, options.had)
        settle(place)
        seen = let_work(place, campaign.slug, people, pause=pause, seconds=options.seconds)
        figures = measure(place, campaign, seen, overlap=options.overlap)
    asked = {name: getattr(options, name) for name in ("tasks", "annotators", "gold", "had")}
    finish({**asked, "pause_s": pause, **figures}, options.json)
    if figures["double_assignments"] or figures["over_budget"] or figures["errors"]:
        sys.exit("Something that must never happen did: see the figures and first_errors above.")


def settle(place: Place) -> None:
    """What autovacuum would have done by the time people work: statistics, visibility, and the load on disk."""
    import psycopg

    with psycopg.connect(place.database_url, autocommit=True) as connection:
        for statement in ("VACUUM (ANALYZE, PARALLEL 0)", "CHECKPOINT"):
            connection.execute(statement)


def let_work(
    place: Place, slug: str, people: list[dict[str, str]], *, pause: float, seconds: float, seed: int = 0
) -> dict[str, Any]:
    """The crowd at work in its own process; returns what it saw, and the processor time of everybody involved."""
    plan = {
        "url": place.url,
        "claim": f"/api/v1/campaigns/{slug}/claim",
        "people": people,
        "pause": pause,
        "seconds": seconds,
        "warm_up": WARM_UP_SECONDS + pause,
        "seed": seed,
    }
    busy, since, loads = processor_seconds(place), time.monotonic(), [os.getloadavg()[0]]
    command = [sys.executable, "-m", "benchmarks.crowd.annotators"]
    to_and_fro: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=base_folder(), **to_and_fro) as crowd:
        assert crowd.stdin is not None and crowd.stdout is not None
        crowd.stdin.write(json.dumps(plan))
        crowd.stdin.close()
        with tqdm(desc="answers", unit="") as bar:
            for line in crowd.stdout:
                if line.startswith("{"):
                    seen: dict[str, Any] = json.loads(line)
                else:
                    bar.update(int(line) - bar.n)
    if crowd.returncode:
        sys.exit(f"The load generator ended with status {crowd.returncode}.")
    wall = time.monotonic() - since
    used = {name: _since(busy[name], now) for name, now in processor_seconds(place).items()}
    used["load_generator"] = seen["cpu_seconds"]
    seen["cores"] = {f"cores_{name}": seconds / wall for name, seconds in used.items()}
    seen["load_average"] = (loads[0], os.getloadavg()[0])
    return seen


def processor_seconds(place: Place) -> dict[str, dict[int, float]]:
    """What each process of the web server and of the database has used so far."""
    web = [process for server in place.servers for process in _family(psutil.Process(server.pid))]
    database = [process for process in _family(psutil.Process()) if process.name() == "postgres"]
    return {"web": _seconds(web), "database": _seconds(database)}


def _seconds(processes: list[psutil.Process]) -> dict[int, float]:
    times = {process.pid: process.cpu_times() for process in processes}
    return {pid: time.user + time.system for pid, time in times.items()}


def _since(before: dict[int, float], now: dict[int, float]) -> float:
    """What those that still run have used: a database process that ended meanwhile must not count backwards."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in now.items())


def _family(head: psutil.Process) -> list[psutil.Process]:
    return [head, *head.children(recursive=True)]


def measure(place: Place, campaign: Any, seen: dict[str, Any], *, overlap: int) -> dict[str, Any]:
    from benchmarks.crowd.audit import audit

    figures: dict[str, Any] = {}
    for call in ("next", "submit"):
        times = np.array(seen[f"{call}_ms"])
        for percent in (50, 95, 99):
            figures[f"{call}_p{percent}_ms"] = float(np.percentile(times, percent)) if len(times) else None
    figures["labels_per_s"] = seen["measured"] / seen["seconds"]
    figures["labels"] = len(seen["answers"])
    figures["gold_labels"] = campaign.annotations.filter(task__stream="gold").count()
    figures |= seen["cores"]
    figures["load_average_before"], figures["load_average_after"] = seen["load_average"]
    found = audit(place.database_url, campaign.pk, overlap=overlap, budget=campaign.budget_labels, seen=seen)
    return figures | found


if __name__ == "__main__":
    main()
