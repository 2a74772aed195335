"""How much there is, without counting it: the triggers' tallies, and how they are made anew from the rows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Sum

from .models import PolicyRun, RewardModelVersion, RunTally, ScoreTally

RECOUNT = """
LOCK TABLE rollouts_promptgroup, rollouts_rollout, rollouts_score IN SHARE MODE;
DELETE FROM rollouts_runtally;
INSERT INTO rollouts_runtally (run_id, groups, rollouts)
SELECT run.id, (SELECT count(*) FROM rollouts_promptgroup WHERE run_id = run.id),
       (SELECT count(*) FROM rollouts_rollout WHERE run_id = run.id) FROM rollouts_policyrun run;
DELETE FROM rollouts_scoretally;
INSERT INTO rollouts_scoretally (version_id, run_id, scores)
SELECT score.version_id, rollout.run_id, count(*) FROM rollouts_score score
JOIN rollouts_rollout rollout ON rollout.id = score.rollout_id GROUP BY 1, 2;
"""


def of_run(run: PolicyRun) -> RunTally:
    """How many groups and rollouts a run wrote."""
    return getattr(run, "tally", None) or RunTally(run=run)


def written(runs: Iterable[int]) -> int:
    """How many rollouts these runs wrote."""
    return RunTally.objects.filter(run__in=runs).aggregate(n=Sum("rollouts"))["n"] or 0


def scored(version: RewardModelVersion, runs: Iterable[int]) -> int:
    """How many of these runs' rollouts a version has scored."""
    return ScoreTally.objects.filter(version=version, run__in=runs).aggregate(n=Sum("scores"))["n"] or 0


def recount() -> None:
    """Make the tallies from the rows, for whoever loaded rows past the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RECOUNT)
