"""What must hold after a race: nobody asked beyond the overlap, no cap passed, no answer lost or doubled."""

from __future__ import annotations

from typing import Any

import psycopg

ROOTS = """
WITH said AS (
    SELECT answer.*, slot.state = 'surplus' AS surplus,
           floor(1000 * extract(epoch FROM answer.at - slot.leased_at)) AS had_ms
    FROM annotations_annotation answer JOIN tasks_assignment slot ON slot.id = answer.assignment_id
    WHERE answer.campaign_id = %(campaign)s AND answer.revises_id IS NULL),
counted AS (SELECT * FROM said WHERE skip = '' AND NOT surplus)
"""
# More answers than the overlap and the one more person; or the one more person where nobody contradicted anybody.
OVER_OVERLAP = f"""{ROOTS}
SELECT count(*) FROM (
    SELECT task_id FROM counted GROUP BY task_id
    HAVING count(*) > %(overlap)s + 1 OR (count(*) > %(overlap)s AND count(DISTINCT nullif(
        (SELECT outcome FROM annotations_comparison WHERE annotation_id = counted.id), 0.5)) < 2)) AS too_many"""
DUPLICATES = f"""{ROOTS}
SELECT (SELECT count(*) - count(DISTINCT assignment_id) FROM said)
     + (SELECT count(*) - count(DISTINCT (task_id, annotator_id)) FROM said)
     + (SELECT count(*) - count(DISTINCT (annotator_id, idempotency_key)) FROM said)"""
# An answer that was asked for and has no ledger row, a row without an answer, or another cost than what was measured,
# at most while the card was theirs.
MISCOUNTED = f"""{ROOTS},
spent AS (SELECT * FROM campaigns_budgetentry WHERE campaign_id = %(campaign)s AND kind = 'spend')
SELECT (SELECT count(*) FROM counted WHERE NOT EXISTS (
           SELECT 1 FROM spent WHERE spent.key = 'assignment:' || counted.assignment_id
           AND spent.ms = least(counted.active_ms, counted.had_ms, %(paid_ms)s)))
     + (SELECT count(*) FROM spent WHERE NOT EXISTS (
           SELECT 1 FROM said WHERE skip = '' AND spent.key = 'assignment:' || said.assignment_id))"""
SPENT = """
SELECT count(*), coalesce(sum(ms), 0), coalesce(sum(money), 0), count(*) FILTER (WHERE extra)
FROM campaigns_budgetentry WHERE campaign_id = %(campaign)s AND kind = 'spend'"""
KINDS = f"""{ROOTS}
SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM said WHERE surplus),
       (SELECT count(*) FROM said WHERE skip <> '')"""
STORED = """
SELECT said.id, person.username, said.task_id FROM annotations_annotation said
JOIN people_user person ON person.id = said.annotator_id WHERE said.campaign_id = %(campaign)s"""
TASKS = "SELECT id, task_id FROM tasks_assignment WHERE campaign_id = %(campaign)s"
LEFT = """
SELECT (SELECT count(*) FROM tasks_assignment WHERE campaign_id = %(campaign)s AND state IN ('open', 'leased'))
     + (SELECT count(*) FROM tasks_annotationtask WHERE campaign_id = %(campaign)s AND state = 'open')"""


def audit(url: str, campaign: Any, *, overlap: int, seen: dict[str, Any]) -> dict[str, Any]:
    """The four counts that must be 0, and what the crowd's work amounted to."""
    paid_ms = 1000 * campaign.paid_seconds_cap
    values = {"campaign": campaign.pk, "overlap": overlap, "paid_ms": paid_ms}
    with psycopg.connect(url) as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql, values).fetchall()

        stored = {pk: (name, task) for pk, name, task in rows(STORED)}
        task_of = dict(rows(TASKS))
        labels, ms, money, extra = rows(SPENT)[0]
        counted, surplus, skips = map(int, rows(KINDS)[0])
        over_overlap, duplicates, miscounted, left = (
            int(rows(sql)[0][0]) for sql in (OVER_OVERLAP, DUPLICATES, MISCOUNTED, LEFT)
        )
    keep = 1 - campaign.config.reserve_share
    passed = [
        labels > campaign.budget_labels,
        labels - extra > campaign.budget_labels * keep,
        ms > campaign.budget_hours * 3_600_000,
        money > campaign.budget_money,
        campaign.committed_labels != labels,  # closed: nothing is reserved any more
        campaign.committed_ms != ms,
        campaign.committed_money != money,
    ]
    return {
        "over_overlap": over_overlap,
        "over_budget": sum(passed) + miscounted,
        # As the server has it: on a busy machine it closes long after it was told to.
        "lost": _lost(seen, stored, task_of, campaign.closed_at.timestamp()) + left,
        "duplicates": duplicates,
        "left_open": left,
        "labels": labels,
        "answers_counted": counted,
        "answers_surplus": surplus,
        "skips": skips,
        "labels_extra": extra,
        "hours": float(ms) / 3_600_000,
        "hours_cap": float(campaign.budget_hours),
        "money": float(money),
        "money_cap": float(campaign.budget_money),
    }


def _lost(seen: dict[str, Any], stored: dict[int, Any], task_of: dict[int, int], closed_at: float) -> int:
    """Answers that were acknowledged and are not there as that person's; and held cards whose answer was refused.

    Everybody in the race answers only cards they were lent. So their answer is there, or an earlier one of theirs about
    the same task is; only who lost their lease before the campaign closed may be told that it is closed.
    """
    from annotator.api import handles

    def task(card: int) -> int:
        return task_of[handles.meant(card)]

    gone: int = sum(stored.get(pk) != (name, task(card)) for name, card, pk, _ in seen["stored"])
    answered = set(stored.values())
    for name, card, code, begun in seen["refused"]:
        if (name, task(card)) not in answered:
            gone += not (code == "campaign_closed" and begun < closed_at)
    return gone
