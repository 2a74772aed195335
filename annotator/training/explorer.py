"""Rollouts found by their words and their figures, one page after another. Only reads.

A page costs what it shows, not what there is: every order has an index that gives it, and the next page begins after
the last row of this one. What no index serves ends at a time limit with advice, and never holds the desk up.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from annotator.errors import InvalidInput, SearchTooWide
from annotator.rollouts import tallies

from .explorer_wanted import Wanted, place_name, place_of

LONGEST_SECONDS = 4.0
# A frequent word is looked for among the next rollouts of the order, so many that they hold ENOUGH pages of it, but
# never among more than NEAREST; a rare one is found by the index of words alone.
ENOUGH = 2
NEAREST = 20_000
# What people answered is looked for in so many groups, the next of the order, before it is looked for everywhere.
NEAREST_GROUPS = 1_000
# Rollouts are wide and lie where they came: one looked up by itself costs as much as so many in their order.
APART = 3

SOUGHT = "words_of(to_jsonb(%s::text))"
HOLDING = f"SELECT FROM rollouts_completionwords WHERE words @> {SOUGHT}"
IN_PROMPT = f"words_of(g.prompt) @> {SOUGHT}"
WITHIN_REACH = "said.campaign_id = ANY(coalesce(%s::bigint[], ARRAY[said.campaign_id]))"
UNANSWERED = f"""NOT EXISTS (SELECT 1 FROM tasks_annotationtask task
     JOIN annotations_annotation said ON said.task_id = task.id
     WHERE task.group_id = r.group_id AND r.id = ANY(task.rollout_ids) AND said.skip = '' AND {WITHIN_REACH})"""
# What people answered is little beside what was written, and may be far down the list: it is found first, and the
# rollouts themselves are looked at only where something is asked of them.
ANSWERED = f"""(SELECT DISTINCT unnest(task.rollout_ids) AS id, task.group_id FROM tasks_annotationtask task
     WHERE EXISTS (SELECT 1 FROM annotations_annotation said
                   WHERE said.task_id = task.id AND said.skip = '' AND {WITHIN_REACH}) OFFSET 0)"""

ANSWERED_OF_GROUP = f"""SELECT DISTINCT unnest(task.rollout_ids) AS id FROM tasks_annotationtask task
     WHERE task.group_id = g.id AND EXISTS (SELECT 1 FROM annotations_annotation said
                   WHERE said.task_id = task.id AND said.skip = '' AND {WITHIN_REACH})"""
SEARCHABLE = """(SELECT rollout_id AS id, group_id, run_id, step, reward FROM rollouts_completionwords) r
     CROSS JOIN LATERAL (SELECT r.group_id AS id, r.run_id, r.step) g"""
ONE_SCORE = "SELECT spread, version_id FROM rollouts_score WHERE rollout_id = r.id AND version_id = %s OFFSET 0"

# Of some runs among many: group by group, since the newest rollouts may all be of others.
BY_GROUP = """rollouts_promptgroup g CROSS JOIN LATERAL (
     SELECT id, group_id FROM rollouts_rollout WHERE group_id = g.id OFFSET 0) r"""


@dataclasses.dataclass(frozen=True)
class Found:
    """One page: rollout ids in order, and where the next page begins (None: there is none)."""

    ids: list[int]
    next: str | None


def find(wanted: Wanted, *, limit: int, after: str | None = None) -> Found:
    """A page. A word that many rollouts hold is looked for in the nearest of them first, any other where it is."""
    words = _words(wanted.words) if wanted.within == "completion" else None
    rows = None
    if words is not None:
        rows = _nearest_with(words, wanted, limit + 1, after)
    elif wanted.is_labelled_in_order:
        rows = _nearest_labelled(wanted, limit + 1, after)
    if rows is None:
        rows = _run(*_statement(wanted, limit + 1, after, words=words))
    page = rows[:limit]
    more = place_name(page[-1][1:]) if len(rows) > limit else None
    return Found([row[0] for row in page], more)


def _statement(
    wanted: Wanted,
    limit: int,
    after: str | None,
    *,
    words: str | None = None,
    among: Sequence[int] | None = None,
    near: bool = False,
) -> tuple[str, list[Any]]:
    columns, falling = wanted.order
    clauses, values = _conditions(wanted)
    if after is not None:
        clauses.append(_beyond(columns, falling))
        values += place_of(after, len(columns))
    tables, sought = _tables(wanted, near=near) if words is None else _tables_with(words, wanted, among)
    if wanted.needs_doubt and words is not None:
        assert wanted.version is not None
        tables += f" CROSS JOIN LATERAL ({ONE_SCORE}) s"  # of few: never all scores there are
        sought.append(wanted.version.pk)
    elif wanted.needs_doubt:
        tables += " JOIN rollouts_score s ON s.rollout_id = r.id"
    names = [f"key{n}" for n in range(len(columns))]
    chosen = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    # What is rare is found first and put in order then: following the order until enough of it came may take long.
    first = bool(sought) or (wanted.narrowed_aside and _few_fit(wanted, tables, clauses, values, limit))
    materialized = "MATERIALIZED" if first else "NOT MATERIALIZED"
    down = " DESC" if falling else ""
    statement = (
        f"WITH held AS {materialized} (SELECT r.id, {chosen} FROM {tables} WHERE {' AND '.join(clauses)})"
        f" SELECT * FROM held ORDER BY {', '.join(name + down for name in names)} LIMIT %s"
    )
    return statement, [*sought, *values, limit]


def _beyond(columns: Sequence[str], falling: bool) -> str:
    """After the last row of a page, in its order."""
    return f"({', '.join(columns)}) {'<' if falling else '>'} ({', '.join(['%s'] * len(columns))})"


def _tables(wanted: Wanted, *, near: bool = False) -> tuple[str, list[Any]]:
    """Rollouts `r`, with their groups `g` where these are looked at; no words are sought.

    `near`: those that are searchable at all, which are read from the narrow table where the order comes from elsewhere.
    """
    if near and wanted.sort.endswith("doubted"):
        return SEARCHABLE, []
    if wanted.reach.runs is not None and wanted.run is None and not wanted.labelled:
        return BY_GROUP, []
    source, values = "rollouts_rollout r", list[Any]()
    if wanted.labelled:
        source, values = f"{ANSWERED} r", [wanted.reach.campaign_ids]
    if wanted.labelled and wanted.needs_reward:
        source = f"{ANSWERED} answered JOIN rollouts_rollout r ON r.id = answered.id"
    return f"{source} JOIN rollouts_promptgroup g ON g.id = r.group_id" if wanted.needs_group else source, values


def _tables_with(words: str, wanted: Wanted, among: Sequence[int] | None) -> tuple[str, list[Any]]:
    """The same of those with these words, read from the table of words alone: rollouts and groups are wide."""
    source, values = "rollouts_completionwords known", list[Any]()
    if wanted.labelled:
        source = f"{ANSWERED} answered JOIN {source} ON known.rollout_id = answered.id"
        values = [wanted.reach.campaign_ids]
    near = "" if among is None else " AND known.rollout_id = ANY(%s)"
    values += [words] if among is None else [words, list(among)]
    found = (
        "SELECT known.rollout_id AS id, known.group_id, known.run_id, known.step, known.reward"
        f" FROM {source} WHERE known.words @> {SOUGHT}{near} OFFSET 0"
    )
    return f"({found}) r CROSS JOIN LATERAL (SELECT r.group_id AS id, r.run_id, r.step) g", values


def _nearest_with(words: str, wanted: Wanted, limit: int, after: str | None) -> list[tuple[Any, ...]] | None:
    """The first rollouts with these words, when they are frequent enough to be among the next of the order; else None.

    Frequent means by the database's own statistics. They may be wrong here (a word of early steps only): then a few
    looks were in vain, and the words are looked for everywhere.
    """
    if wanted.labelled and (wanted.needs_reward or wanted.needs_doubt):
        return None  # what was labelled is found whole in any case, and the words leave few of it to be looked up
    holding, everything = _guess(words)
    if _rare(holding, everything, limit):
        return None
    nearest = int(ENOUGH * limit * everything / holding)
    while nearest <= NEAREST:
        near = [row[0] for row in _run(*_statement(wanted, nearest, after, near=True))]
        found = _run(*_statement(wanted, limit, after, words=words, among=near))
        if len(found) == limit or len(near) < nearest:
            return found
        nearest *= 8
    return None


def _nearest_labelled(wanted: Wanted, limit: int, after: str | None) -> list[tuple[Any, ...]] | None:
    """A page of what people answered, when the next groups of the order hold one; else None."""
    columns, falling = wanted.order
    clauses, values = _conditions(wanted)
    beyond, down = "true", " DESC" if falling else ""
    if after is not None:
        *of_group, of_rollout = place_of(after, len(columns))
        clauses.append(f"({', '.join(columns[:-1])}) {'<=' if falling else '>='} ({', '.join(['%s'] * len(of_group))})")
        values += of_group
        beyond, after_values = _beyond(columns, falling), [*of_group, of_rollout]
    else:
        after_values = []
    chosen = ", ".join(f"{column} AS key{n}" for n, column in enumerate(columns))
    statement = (
        f"WITH near AS MATERIALIZED (SELECT g.id, g.step FROM rollouts_promptgroup g WHERE {' AND '.join(clauses)}"
        f" ORDER BY {', '.join(column + down for column in columns[:-1])} LIMIT {NEAREST_GROUPS})"
        f" SELECT r.id, {chosen} FROM near g CROSS JOIN LATERAL ({ANSWERED_OF_GROUP}) r WHERE {beyond}"
        f" ORDER BY {', '.join(column + down for column in columns)} LIMIT %s"
    )
    found = _run(statement, [*values, wanted.reach.campaign_ids, *after_values, limit])
    return found if len(found) == limit else None


def _rare(fitting: float, everything: float, limit: int) -> bool:
    """Whether to look up all that fits is less than to follow the order until there is a page of it.

    The one looks at all that fits, the other at `limit / (fitting / everything)` rollouts.
    """
    return fitting**2 <= ENOUGH * limit * everything


def _guess(words: str) -> tuple[float, float]:
    """How many completions hold the words, and of how many, as the planner guesses: it reads statistics, no rows."""
    return _guessed(HOLDING, [words]), _guessed("SELECT FROM rollouts_completionwords", [])


def _few_fit(wanted: Wanted, tables: str, clauses: Sequence[str], values: Sequence[Any], limit: int) -> bool:
    assert wanted.run is not None  # rewards and doubts are compared within one
    fitting = _guessed(f"SELECT FROM {tables} WHERE {' AND '.join(clauses)}", values)
    return _rare(APART * fitting, tallies.of_run(wanted.run).rollouts, limit)


def _guessed(statement: str, values: Sequence[Any]) -> float:
    ((explained,),) = _run(f"EXPLAIN (FORMAT JSON) {statement}", values)
    return float(explained[0]["Plan"]["Plan Rows"])


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """The clauses of a search with their values; none of the text comes from outside."""
    pairs: list[tuple[str, Any]] = [
        ("g.run_id = %s", wanted.run.pk if wanted.run and wanted.needs_group else None),
        ("r.run_id = %s", wanted.run.pk if wanted.run and (wanted.needs_reward or not wanted.labelled) else None),
        ("g.run_id = ANY(%s)", _runs_within(wanted)),
        ("g.step >= %s", wanted.step_min),
        ("g.step <= %s", wanted.step_max),
        ("r.reward >= %s", wanted.reward_min),
        ("r.reward <= %s", wanted.reward_max),
        ("s.spread >= %s", wanted.doubt_min),
        ("s.spread <= %s", wanted.doubt_max),
        ("s.version_id = %s", wanted.version.pk if wanted.needs_doubt and wanted.version else None),
        (IN_PROMPT, _words(wanted.words) if wanted.within == "prompt" else None),
    ]
    clauses = [clause for clause, value in pairs if value is not None]
    values = [value for _, value in pairs if value is not None]
    if wanted.labelled is False:
        clauses.append(UNANSWERED)
        values.append(wanted.reach.campaign_ids)
    if wanted.sort.endswith("reward"):
        clauses.append("r.reward IS NOT NULL")
    return clauses or ["true"], values


def _runs_within(wanted: Wanted) -> list[int] | None:
    """The runs that a search over all runs is held to."""
    return None if wanted.run is not None or wanted.reach.runs is None else list(wanted.reach.runs)


def _words(words: str) -> str | None:
    if not words:
        return None
    if not re.search(r"\w", words):
        raise InvalidInput("There is no word to search for.", field="q")
    return words


def _run(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a search, within its time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(LONGEST_SECONDS * 1000)}")
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTooWide(
                "This search would look at too much; choose a run, fewer steps or a rarer word."
            ) from error
        raise
