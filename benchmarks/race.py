"""Whether anything slips through when everybody does everything at once: over HTTP, on a real server and database.

    python -m benchmarks.race --annotators 200 --overlap 3 --budget 5000 --json race.json

Leases last some seconds. People answer late, never, twice, in two windows, skip, and forge lease numbers; rounds
open in three places at once, lapsed leases are swept, contradictions call one more person, hours and money run out near
where the labels do; then the campaign closes under everybody's hands, and what they still hold is posted after that.

The first four keys must be exactly 0: tasks answered by more people than was asked for; caps passed, or a ledger that
says something else than the answers; answers acknowledged and gone, or refused to who was lent the card; answers
doubled.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
from tqdm import tqdm

from annotator.local.programs import base_folder
from benchmarks.harness import Place, arguments, finish, product

PAID_SECONDS = 1  # little enough that most cards are held for longer: nobody is paid for more than that


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--annotators", type=int, default=200)
    parser.add_argument("--overlap", type=int, default=3)
    parser.add_argument("--budget", type=int, default=5000, help="labels")
    parser.add_argument("--lease-seconds", type=float, default=8.0)
    parser.add_argument("--seconds", type=float, default=900.0, help="the campaign is closed after this, if not before")
    options = parser.parse_args()
    with product() as place:
        from benchmarks.crowd import world

        people = world.make_annotators(options.annotators)
        campaign = open_campaign(options)
        seen = race(place, campaign, people, options)
        figures = measure(place, campaign, seen, options)
    finish(
        {"annotators": options.annotators, "overlap": options.overlap, "budget": options.budget, **figures},
        options.json,
    )
    if any(figures[key] for key in ("over_overlap", "over_budget", "lost", "duplicates", "errors")):
        sys.exit("Something that must never happen did: see the figures and first_errors above.")


def open_campaign(options: Any) -> Any:
    """A campaign over enough groups, with every rule of budgets in force."""
    from django.utils import timezone

    from annotator.campaigns import lifecycle
    from annotator.campaigns.models import Campaign
    from annotator.people.models import Role, User
    from benchmarks.crowd.world import make_groups

    run = make_groups("race", options.budget // options.overlap + 200)
    campaign = lifecycle.create(
        slug="race",
        name="Race",
        question="Which answer is better?",
        budget_labels=options.budget,
        budget_hours=round(Decimal(options.budget * PAID_SECONDS) / 3600 * Decimal("0.82"), 2),
        budget_money=Decimal(options.budget) * Decimal("0.92"),
        currency="EUR",
        pay_per_label=Decimal("0.10"),
        pay_per_hour=Decimal(3600),
        paid_seconds_cap=PAID_SECONDS,
        runs=[run.name],
        created_by=User.objects.create_user("olga", role=Role.MANAGER),
        config={
            "overlap": options.overlap,
            "extra_on_disagreement": True,
            "reserve_share": 0.1,
            "open_tasks": 2 * options.annotators // options.overlap + 20,
            "lease_minutes": options.lease_seconds / 60,
            "acquisition": "random",
            "person_labels": max(20, 4 * options.budget // options.annotators),
            "strata": {"by": "meta.language", "caps": {"de": {"share": 0.2}}},
        },
    )
    return lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())


def race(place: Place, campaign: Any, people: list[dict[str, str]], options: Any) -> dict[str, Any]:
    """Let them loose, and close the campaign under their hands; returns what they saw."""
    plan = {
        "url": place.url,
        "claim": f"/api/v1/campaigns/{campaign.slug}/claim",
        "people": people,
        "lease_seconds": options.lease_seconds,
        "paid_ms": 1000 * PAID_SECONDS,
        "seed": 0,
    }
    olga = {"Authorization": f"Bearer {place.token('manager')}"}
    command = [sys.executable, "-m", "benchmarks.crowd.racers"]
    to_and_fro: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    began, closed, seen = time.time(), False, {}
    with subprocess.Popen(command, cwd=base_folder(), **to_and_fro) as crowd, sweeping(campaign.pk):
        assert crowd.stdin is not None and crowd.stdout is not None
        crowd.stdin.write(json.dumps(plan) + "\n")
        crowd.stdin.flush()
        with tqdm(desc="answers", unit="") as bar:
            for line in crowd.stdout:
                if line.startswith("{"):
                    seen = json.loads(line)
                    break
                bar.update(int(line) - bar.n)
                if not closed and (time.time() - began > options.seconds or used_up(campaign)):
                    closed = True
                    httpx.post(
                        f"{place.url}/api/v1/campaigns/{campaign.slug}/close", headers=olga, timeout=60
                    ).raise_for_status()
                    crowd.stdin.write("closed\n")
                    crowd.stdin.flush()
        crowd.stdin.close()
    return seen


def used_up(campaign: Any) -> bool:
    """Whether nothing more can be opened and little is left to answer, so that closing meets people at work."""
    from annotator.campaigns import budget

    campaign.refresh_from_db()
    live = campaign.assignments.filter(state__in=["open", "leased"]).count()
    overlap = campaign.config.overlap
    return bool(campaign.selections.exists() and budget.affordable(campaign, overlap) < overlap and live < 30)


@contextlib.contextmanager
def sweeping(campaign_id: int) -> Iterator[None]:
    """Rounds in three threads at once, lapsed leases and withdrawals in a fourth, as keepers and workers would."""
    over = threading.Event()

    def rounds() -> None:
        from annotator.tasks.opening import open_due_tasks

        while not over.is_set():
            if not open_due_tasks(campaign_id):
                over.wait(0.05)

    def sweeps() -> None:
        from django.utils import timezone

        from annotator.tasks import leasing, withdrawing

        while not over.wait(0.3):
            leasing.expire_leases(now=timezone.now())
            withdrawing.clear_closed()

    threads = [threading.Thread(target=_alone, args=(job,)) for job in (rounds, rounds, rounds, sweeps)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _alone(job: Any) -> None:
    from django.db import connection

    try:
        job()
    finally:
        connection.close()


def measure(place: Place, campaign: Any, seen: dict[str, Any], options: Any) -> dict[str, Any]:
    from annotator.campaigns import budget
    from annotator.tasks import withdrawing
    from benchmarks.crowd.race_audit import audit

    withdrawing.clear_closed()
    campaign.refresh_from_db()
    budget.settle(campaign)
    campaign.refresh_from_db()
    found = audit(place.database_url, campaign, overlap=options.overlap, seen=seen)
    told = {f"told_{code.replace(' ', '_')}": n for code, n in sorted(seen["codes"].items())}
    states = dict.fromkeys(("settled", "disputed", "cancelled"), 0)
    for state in campaign.tasks.values_list("state", flat=True):
        states[state] += 1
    return {
        **found,
        "errors": len(seen["errors"]),
        "first_errors": seen["errors"][:5],
        "labels_per_s": found["labels"] / seen["seconds"],
        "duration_s": seen["seconds"],
        **told,
        **{f"tasks_{state}": n for state, n in states.items()},
    }


if __name__ == "__main__":
    main()
