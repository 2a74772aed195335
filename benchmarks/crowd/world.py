"""Fill a campaign with open tasks by COPY: what months of ingest and opening would leave, in minutes.

Foreign keys are not checked while loading (every id is made here), and the ledger gets the one reservation that
opening would have written. Texts are about 2 KB a task: a prompt and two completions of words in random order.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from annotator.annotations import gold_items
from annotator.campaigns import lifecycle
from annotator.campaigns.models import Campaign
from annotator.people.models import ApiToken, Role, User
from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout

PROMPT_CHARACTERS = 400
COMPLETION_CHARACTERS = 800
NUMBERED = ("rollouts_promptgroup", "rollouts_rollout", "tasks_annotationtask")  # we give these rows their ids
SYLLABLES = [
    "ka",
    "re",
    "mo",
    "ti",
    "sol",
    "ven",
    "da",
    "qui",
    "lor",
    "bas",
    "en",
    "ump",
    "tra",
    "fi",
    "os",
    "ne",
    "lu",
]


def make_annotators(n: int) -> list[dict[str, str]]:
    """`n` people who may only annotate, each with an API token."""
    people = [User.objects.create_user(f"annotator-{i:03d}", role=Role.ANNOTATOR) for i in range(n)]
    return [{"name": person.username, "token": ApiToken.issue(person, "benchmark")[1]} for person in people]


# Everybody passed on so many cards of one completion each: a history to look past that cost nothing.
HAD_BEFORE = """
WITH cards AS (
    INSERT INTO tasks_annotationtask (campaign_id, group_id, rollout_ids, stream, propensity, state, created_at)
    SELECT %(campaign)s, group_id, ARRAY[id], 'acquisition', 1, 'cancelled', now()
    FROM rollouts_rollout WHERE run_id = %(run)s ORDER BY id LIMIT %(n)s
    RETURNING id),
slots AS (
    INSERT INTO tasks_assignment (task_id, campaign_id, slot, priority, state, lease_number, annotator_id, shown_order)
    SELECT cards.id, %(campaign)s, 0, 0.5, 'skipped', 1,
           (%(people)s::bigint[])[1 + row_number() OVER () %% cardinality(%(people)s::bigint[])], '{0}' FROM cards
    RETURNING id, task_id, annotator_id)
INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, skip, flagged, shown_order,
                                    comment, lease_number, idempotency_key, at)
SELECT id, task_id, %(campaign)s, annotator_id, 'other', false, '{0}', '', 1, 'had-' || id, now() FROM slots"""
GOLD_ITEMS = 60


def had_before(campaign: Campaign, each: int) -> None:
    """Everybody of the campaign has had `each` cards before."""
    people = list(campaign.annotators.order_by("id").values_list("id", flat=True))
    run = campaign.runs.order_by("id")[0].pk
    with connection.cursor() as cursor:
        cursor.execute(HAD_BEFORE, {"campaign": campaign.pk, "run": run, "people": people, "n": each * len(people)})


def make_gold(campaign: Campaign, made_by: User, items: int) -> None:
    """Cards whose right answer is known, of a run of their own."""
    run = make_groups(f"gold-of-{campaign.slug}", items)
    campaign.runs.add(run)
    prefer = {"preference": {"choice": "first", "strength": None}}
    for group in run.groups.order_by("id"):
        rollouts = list(group.rollouts.order_by("id").values_list("id", flat=True))
        gold_items.from_rollouts(campaign, rollouts, prefer, use="gold", explanation="", made_by=made_by)


def open_campaign(
    url: str,
    tasks: int,
    *,
    overlap: int = 1,
    slug: str = "queue",
    gold: float = 0.0,
    repeats: float = 0.0,
    gold_items: int = GOLD_ITEMS,
) -> Campaign:
    """An open campaign with `tasks` open tasks, asked of everybody who annotates; what is not gold's is reserved."""
    kept = gold or repeats
    olga, _ = User.objects.get_or_create(username="olga", defaults={"role": Role.MANAGER})
    run = PolicyRun.objects.create(name=f"run-of-{slug}")
    campaign = lifecycle.create(
        slug=slug,
        name="Queue",
        question="Which answer is better?",
        budget_labels=2 * tasks * overlap if kept else tasks * overlap,
        runs=[run.name],
        created_by=olga,
        config={
            "overlap": overlap,
            "open_tasks": tasks,
            "gold_share": gold,
            "repeat_share": repeats,
            "reserve_share": 0.5 if kept else 0.0,
        },
    )
    if gold:
        make_gold(campaign, olga, gold_items)
    with psycopg.connect(url) as loading:
        # For this session only: no foreign-key triggers, and the load need not wait for the disk row by row.
        loading.execute("SET session_replication_role = replica")
        loading.execute("SET synchronous_commit = off")
        _copy_everything(loading, run.pk, campaign.pk, tasks, overlap)
    lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())
    campaign.refresh_from_db()
    return campaign


def make_groups(name: str, groups: int) -> PolicyRun:
    """A run with groups of two completions, a third of them in German."""
    run, words = PolicyRun.objects.create(name=name), Words(seed=0)
    made = PromptGroup.objects.bulk_create(
        PromptGroup(
            run=run,
            external_id=f"g{n}",
            prompt=words.text(PROMPT_CHARACTERS),
            prompt_digest=hashlib.sha256(f"p{n}".encode()).digest(),
            meta={"language": "de" if n % 3 == 0 else "en"},
        )
        for n in range(groups)
    )
    Rollout.objects.bulk_create(
        Rollout(
            run=run,
            group=group,
            external_id=f"{group.external_id}/{side}",
            ordinal=side,
            completion=words.text(COMPLETION_CHARACTERS),
            content_digest=hashlib.sha256(f"{group.external_id}/{side}".encode()).digest(),
            text_digest=hashlib.sha256(f"{group.external_id}/{side}".encode()).digest(),
        )
        for group in made
        for side in range(2)
    )
    return run


def _copy_everything(connection: psycopg.Connection[Any], run: int, campaign: int, tasks: int, overlap: int) -> None:
    words = Words(seed=campaign)
    group, rollout, task = (first_id(connection, table) for table in NUMBERED)
    copy_rows(
        connection,
        "rollouts_promptgroup (id, run_id, external_id, step, prompt, prompt_digest, meta, created_at)",
        (
            f'{group + i}\t{run}\tg{i}\t0\t"{words.text(PROMPT_CHARACTERS)}"\t{digest("p", i)}\t{{}}\tnow\n'
            for i in range(tasks)
        ),
        tasks,
    )
    copy_rows(
        connection,
        "rollouts_rollout (id, run_id, group_id, external_id, ordinal, completion, reward, reward_parts, generator,"
        " meta, content_digest, text_digest, created_at)",
        (
            f'{rollout + k}\t{run}\t{group + k // 2}\tg{k // 2}/{k % 2}\t{k % 2}\t"{words.text(COMPLETION_CHARACTERS)}"'
            f"\t{k % 7}\t{{}}\tpolicy\t{{}}\t{digest('c', k)}\t{digest('t', k)}\tnow\n"
            for k in range(2 * tasks)
        ),
        2 * tasks,
    )
    copy_rows(
        connection,
        "tasks_annotationtask (id, campaign_id, group_id, rollout_ids, stream, propensity, state, created_at)",
        (
            f"{task + i}\t{campaign}\t{group + i}\t{{{rollout + 2 * i},{rollout + 2 * i + 1}}}"
            "\tacquisition\t1\topen\tnow\n"
            for i in range(tasks)
        ),
        tasks,
    )
    # The order of asking has nothing to do with the order of arrival.
    rank = random.Random(campaign).random
    priorities = [rank() for _ in range(tasks)]
    copy_rows(
        connection,
        "tasks_assignment (task_id, campaign_id, slot, priority, state, lease_number)",
        (
            f"{task + i}\t{campaign}\t{slot}\t{priority}\topen\t0\n"
            for i, priority in enumerate(priorities)
            for slot in range(overlap)
        ),
        tasks * overlap,
    )
    for table in NUMBERED:
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    labels = tasks * overlap
    connection.execute(
        "INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, key, at)"
        " VALUES (%s, 'reserve', %s, 'load', now())",
        [campaign, labels],
    )
    connection.execute("UPDATE campaigns_campaign SET committed_labels = %s WHERE id = %s", [labels, campaign])


def first_id(connection: psycopg.Connection[Any], table: str) -> int:
    """The first one that is free."""
    ((free,),) = connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchall()
    return int(free)


def copy_rows(connection: psycopg.Connection[Any], target: str, lines: Iterable[str], n: int) -> None:
    bar = tqdm(lines, total=n, desc=target.partition(" ")[0], unit=" rows", mininterval=1)
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for line in bar:
            copy.write(line)


def digest(kind: str, number: int) -> str:
    """A 32-byte digest in COPY's text form."""
    return "\\\\x" + hashlib.sha256(f"{kind}{number}".encode()).hexdigest()


class Words:
    """Cheap texts that compress like prose, no two the same in practice: random windows of one long random text."""

    def __init__(self, *, seed: int, characters: int = 4_000_000) -> None:
        self._random = random.Random(seed)
        made = ["".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 4))) for _ in range(5000)]
        self._long = " ".join(self._random.choices(made, k=characters // 7))

    def text(self, characters: int) -> str:
        start = int(self._random.random() * (len(self._long) - characters))
        return self._long[start : start + characters]
