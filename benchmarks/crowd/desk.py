"""A busy site after some weeks: rollouts of three runs with their scores, and a campaign that people have answered.

Loaded by COPY and SQL, what nobody measures here: foreign keys are not checked, every id is the database's own. Words
are as frequent as in prose (the tenth one a tenth as often as the first), and every thousandth completion holds a
needle that some twenty others hold too.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from annotator.campaigns import lifecycle
from annotator.campaigns.models import Campaign
from annotator.people.models import Role, User
from annotator.rollouts import tallies, words
from annotator.rollouts.models import CompletionWords, PolicyRun, RewardModelVersion

from .world import copy_rows, digest, first_id

COMPLETIONS = 8
GROUPS_PER_STEP = 64
VOCABULARY = 30_000
PROMPT_CHARACTERS, COMPLETION_CHARACTERS = 250, 800
RUNS = {"large": 0.7, "middling": 0.2, "small": 0.1}
OVERLAP = 3
DAYS = 10
NEEDLES = 20  # completions that hold one needle, about


class Prose:
    """Texts whose words are as frequent as those of a language: windows of one long text."""

    def __init__(self, seed: int, characters: int = 8_000_000) -> None:
        rng = random.Random(seed)
        made = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(VOCABULARY)]
        self.words = list(dict.fromkeys(made))
        weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        self._long = " ".join(self.words[bisect(weights, rng.random() * weights[-1])] for _ in range(characters // 6))
        self._random = rng

    def text(self, characters: int) -> str:
        start = int(self._random.random() * (len(self._long) - characters))
        return self._long[start : start + characters]


def fill(url: str, rollouts: int, prose: Prose) -> None:
    """The runs, what they wrote, its words, and the scores of two versions; the newer one is in production."""
    groups = rollouts // COMPLETIONS
    runs = [run for name, share in RUNS.items() for run in [PolicyRun.objects.create(name=name)] * int(groups * share)]
    with psycopg.connect(url) as loading:
        loading.execute("SET session_replication_role = replica")
        loading.execute("SET synchronous_commit = off")
        group, rollout = (first_id(loading, table) for table in ("rollouts_promptgroup", "rollouts_rollout"))
        copy_rows(
            loading,
            "rollouts_promptgroup (id, run_id, external_id, step, prompt, prompt_digest, meta, created_at)",
            (
                f'{group + i}\t{run.pk}\tg{i}\t{i // GROUPS_PER_STEP}\t"{prose.text(PROMPT_CHARACTERS)}"'
                f"\t{digest('p', i)}\t{{}}\tnow\n"
                for i, run in enumerate(runs)
            ),
            len(runs),
        )
        copy_rows(
            loading,
            "rollouts_rollout (id, run_id, group_id, external_id, ordinal, completion, reward, reward_parts, generator,"
            " meta, content_digest, text_digest, created_at)",
            _rollouts(prose, [run.pk for run in runs], group, rollout),
            len(runs) * COMPLETIONS,
        )
        for table in ("rollouts_promptgroup", "rollouts_rollout"):
            loading.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    make_searchable()
    for number, state in ((1, "retired"), (2, "production")):
        _score(number, state)
    tallies.recount()


def _rollouts(prose: Prose, runs: list[int], group: int, rollout: int) -> Iterator[str]:
    rng = random.Random(1)
    needles = max(1, len(runs) * COMPLETIONS // 1000 // NEEDLES)
    for i, run in enumerate(runs):
        for k in range(COMPLETIONS):
            at = i * COMPLETIONS + k
            needle = f" needle{at // 1000 % needles}" if at % 1000 == 7 else ""
            reward = "\\N" if rng.random() < 0.01 else f"{rng.gauss(i / len(runs), 1):.4f}"
            yield (
                f'{rollout + at}\t{run}\t{group + i}\tg{i}/{k}\t{k}\t"{prose.text(COMPLETION_CHARACTERS)}{needle}"'
                f"\t{reward}\t{{}}\tpolicy\t{{}}\t{digest('c', at)}\t{digest('t', at)}\tnow\n"
            )


def make_searchable() -> None:
    """As the sweep does; the index is built at the end, which takes a fraction of the time."""
    index = CompletionWords._meta.indexes[0]
    with connection.schema_editor() as editor:
        editor.remove_index(CompletionWords, index)
    while words.index_next(20_000):
        pass
    with connection.schema_editor() as editor:
        editor.add_index(CompletionWords, index)


def _score(number: int, state: str) -> None:
    version = RewardModelVersion.objects.create(
        name="desk", number=number, state=state, backbone="bench", backbone_digest="0" * 64, artifact=f"desk/{number}",
        artifact_digest=f"{number:064d}", ensemble_draws=20, dropout_draws=20, promoted_at=timezone.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SCORED, [version.pk])
    version.scored_through = 2**62
    version.save(update_fields=["scored_through"])


SCORED = """
INSERT INTO rollouts_score (version_id, rollout_id, mean, spread, "rewards_S")
SELECT %s, id, random() - 0.5, exp(random() + random() + random() - 3), decode(repeat('3f', 160), 'hex')
FROM rollouts_rollout"""


def answered_campaign(answers: int, people: int, *, slug: str = "desk", run: str = "large") -> Campaign:
    """An open campaign in its second week: answers, corrections, reviews, disputes, gold, repeats, and its ledger."""
    olga, _ = User.objects.get_or_create(username="olga", defaults={"role": Role.MANAGER})
    known = User.objects.filter(role=Role.ANNOTATOR).count()
    User.objects.bulk_create(User(username=f"person-{n:03d}", role=Role.ANNOTATOR) for n in range(known, people))
    campaign = lifecycle.create(
        slug=slug, name=slug.title(), question="Which answer is better?", budget_labels=4 * answers, runs=[run],
        created_by=olga, budget_hours=Decimal(answers), paid_seconds_cap=120, reward_model="desk",
        config={"overlap": OVERLAP, "reserve_share": 0.1, "gold_share": 0.05, "repeat_share": 0.02},
    )  # fmt: skip
    lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())
    of = {
        "campaign": campaign.pk, "run": campaign.runs.get().pk, "tasks": answers // OVERLAP, "overlap": OVERLAP,
        "olga": olga.pk, "days": DAYS, "gold": 40, "repeats": answers // 50, "people": people,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in ANSWERED:
            cursor.execute(statement, of)
    campaign.refresh_from_db()
    return campaign


PERSON = """(SELECT array_agg(id ORDER BY id) FROM people_user WHERE role = 'annotator')"""
SLOT = "task_id, campaign_id, slot, priority, state, annotator_id, lease_number, shown_order, extra"
SHOWN = "CASE WHEN random() < 0.5 THEN '{0,1}'::smallint[] ELSE '{1,0}' END"
ANSWERED = (
    # Cards of two completions of a random group: most are settled, some in dispute, the last ones still asked.
    """
    INSERT INTO tasks_annotationtask (campaign_id, group_id, rollout_ids, stream, propensity, value, state, created_at)
    SELECT %(campaign)s, chosen.id, (SELECT array_agg(id ORDER BY id) FROM (
               SELECT id FROM rollouts_rollout WHERE group_id = chosen.id ORDER BY id LIMIT 2) r),
           CASE WHEN at %% 10 = 0 THEN 'random' ELSE 'acquisition' END, 0.5, random(),
           CASE WHEN at %% 50 = 1 THEN 'disputed' WHEN at > %(tasks)s THEN 'open' ELSE 'settled' END, now()
    FROM (SELECT id, row_number() OVER () AS at FROM (
        SELECT id FROM rollouts_promptgroup WHERE run_id = %(run)s ORDER BY random() LIMIT %(tasks)s + 64) g) chosen""",
    f"""
    INSERT INTO tasks_assignment ({SLOT})
    SELECT task.id, task.campaign_id, seat, random(), CASE task.state WHEN 'open' THEN 'open' ELSE 'submitted' END,
           CASE WHEN task.state <> 'open' THEN ({PERSON})[1 + (task.id * 7 + seat * 37) %% %(people)s] END, 1,
           CASE WHEN task.state <> 'open' THEN {SHOWN} END, false
    FROM tasks_annotationtask task, generate_series(0, %(overlap)s - 1) seat WHERE task.campaign_id = %(campaign)s
    ORDER BY task.id, seat""",
    # Gold cards, each answered by every fourth person or so; and repeats of what somebody answered.
    """
    INSERT INTO tasks_annotationtask (campaign_id, group_id, rollout_ids, stream, propensity, state, created_at)
    SELECT campaign_id, group_id, rollout_ids, 'gold', 1, 'settled', now()
    FROM tasks_annotationtask WHERE campaign_id = %(campaign)s ORDER BY id LIMIT %(gold)s""",
    """
    INSERT INTO annotations_golditem (campaign_id, task_id, use, answer, explanation, made_by_id, at)
    SELECT campaign_id, id, 'gold', '{"preference": {"choice": "first", "strength": null}}', '', %(olga)s, now()
    FROM tasks_annotationtask WHERE campaign_id = %(campaign)s AND stream = 'gold'""",
    f"""
    INSERT INTO tasks_assignment ({SLOT})
    SELECT task.id, task.campaign_id, person.at - 1, 1, 'submitted', person.id, 1, {SHOWN}, true
    FROM tasks_annotationtask task CROSS JOIN unnest({PERSON}) WITH ORDINALITY AS person(id, at)
    WHERE task.campaign_id = %(campaign)s AND task.stream = 'gold' AND (task.id + person.at) %% 4 = 0""",
    f"""
    WITH again AS (
        INSERT INTO tasks_annotationtask (campaign_id, group_id, rollout_ids, stream, propensity, state, created_at)
        SELECT campaign_id, group_id, rollout_ids, 'repeat', 1, 'settled', now()
        FROM tasks_annotationtask WHERE campaign_id = %(campaign)s AND stream = 'acquisition' AND state = 'settled'
        ORDER BY id LIMIT %(repeats)s
        RETURNING id, campaign_id, rollout_ids)
    INSERT INTO tasks_assignment ({SLOT})
    SELECT again.id, again.campaign_id, 0, 1, 'submitted', first.annotator_id, 1, {SHOWN}, true
    FROM again JOIN tasks_annotationtask task ON task.rollout_ids = again.rollout_ids AND task.stream = 'acquisition'
        AND task.campaign_id = again.campaign_id
    JOIN tasks_assignment first ON first.task_id = task.id AND first.slot = 0""",
    # People mostly agree on which is better; some lean to the left; a few pass, and a few flag.
    """
    INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
        shown_order, active_ms, comment, lease_number, idempotency_key, at)
    SELECT id, task_id, campaign_id, annotator_id,
           CASE WHEN NOT passes THEN jsonb_build_object('preference', jsonb_build_object('choice',
               CASE WHEN tie < 0.05 THEN 'tie' WHEN (task_id %% 2 = 0) = (doubt < 0.75) THEN 'first' ELSE 'second' END,
               'strength', CASE WHEN tie >= 0.05 THEN 1 + task_id %% 3 END)) END,
           CASE WHEN passes THEN 'other' ELSE '' END, random() < 0.01, shown_order, (exp(8 + 2 * random()))::int,
           CASE WHEN random() < 0.02 THEN 'A word about this one.' ELSE '' END, 1, 'a' || id,
           now() - make_interval(secs => %(days)s * 86400 * (1 - rank))
    FROM (SELECT *, random() < 0.02 AS passes, random() AS tie, random() AS doubt, percent_rank() OVER (ORDER BY id)
              AS rank
          FROM tasks_assignment WHERE campaign_id = %(campaign)s AND state = 'submitted') slot ORDER BY id""",
    """
    INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
        shown_order, active_ms, comment, lease_number, idempotency_key, revises_id, at)
    SELECT assignment_id, task_id, campaign_id, annotator_id,
           '{"preference": {"choice": "second", "strength": 1}}', '', false, shown_order, 900, '', 1, 'r' || id, id,
           at + interval '1 minute'
    FROM annotations_annotation WHERE campaign_id = %(campaign)s AND skip = '' AND id %% 50 = 0""",
    """
    INSERT INTO annotations_comparison (annotation_id, rollout_a_id, rollout_b_id, outcome, strength)
    SELECT said.id, task.rollout_ids[1], task.rollout_ids[2],
           CASE said.answer #>> '{preference,choice}' WHEN 'first' THEN 1 WHEN 'second' THEN 0 ELSE 0.5 END,
           (said.answer #>> '{preference,strength}')::int
    FROM annotations_annotation said JOIN tasks_annotationtask task ON task.id = said.task_id
    WHERE said.campaign_id = %(campaign)s AND said.skip = ''""",
    """
    INSERT INTO annotations_goldscore (annotation_id, item_id, score, led_to_pause)
    SELECT said.id, item.id, (said.answer #>> '{preference,choice}' = 'first')::int, false
    FROM annotations_annotation said JOIN annotations_golditem item ON item.task_id = said.task_id
    WHERE said.campaign_id = %(campaign)s AND said.skip = '' AND said.revises_id IS NULL""",
    """
    INSERT INTO annotations_review (annotation_id, reviewer_id, verdict, note, at)
    SELECT id, %(olga)s, CASE WHEN id %% 3 = 0 THEN 'returned' ELSE 'accepted' END, 'Read again.', now()
    FROM annotations_annotation WHERE campaign_id = %(campaign)s AND id %% 60 = 0""",
    """
    INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, ms, money, extra, key, at)
    SELECT %(campaign)s, 'reserve', count(*), count(*) * 120000, 0, extra, 'load:' || extra, now()
    FROM tasks_assignment WHERE campaign_id = %(campaign)s GROUP BY extra""",
    """
    INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, ms, money, extra, key, at)
    SELECT said.campaign_id, 'spend', 1, least(said.active_ms, 120000), 0, slot.extra, 'spend:' || slot.id, said.at
    FROM annotations_annotation said JOIN tasks_assignment slot ON slot.id = said.assignment_id
    WHERE said.campaign_id = %(campaign)s AND said.skip = '' AND said.revises_id IS NULL""",
    """
    UPDATE campaigns_campaign SET opened_at = now() - make_interval(days => %(days)s),
        committed_labels = (SELECT count(*) FROM tasks_assignment WHERE campaign_id = %(campaign)s),
        committed_ms = (SELECT sum(ms) FROM campaigns_budgetentry
                        WHERE campaign_id = %(campaign)s AND kind = 'reserve'),
        extra_labels = (SELECT count(*) FROM tasks_assignment WHERE campaign_id = %(campaign)s AND extra)
    WHERE id = %(campaign)s""",
)


def answer_once_more(campaign: Campaign) -> None:
    """One more answer than before, copied: whatever was worked out from all of them is worked out anew."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, {"campaign": campaign.pk})


ONE_MORE: Any = """
WITH like_this AS (
    SELECT * FROM annotations_annotation WHERE campaign_id = %(campaign)s AND skip = '' ORDER BY id DESC LIMIT 1),
seat AS (
    INSERT INTO tasks_assignment (task_id, campaign_id, slot, priority, state, annotator_id, lease_number, shown_order,
        extra)
    SELECT task_id, campaign_id, 30000, 1, 'surplus', (SELECT id FROM people_user other WHERE NOT EXISTS (
        SELECT FROM tasks_assignment taken WHERE taken.task_id = like_this.task_id AND taken.annotator_id = other.id)
        LIMIT 1), 1, shown_order, true FROM like_this RETURNING id, annotator_id)
INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
    shown_order, active_ms, comment, lease_number, idempotency_key, at)
SELECT seat.id, task_id, campaign_id, seat.annotator_id, answer, '', false, shown_order, active_ms, '', 1,
       'm' || seat.id, now() FROM like_this, seat"""
