"""What a list of rollouts shows of each: its figures, and the part of its text that was looked for. Only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from annotator.rollouts.reasoning import NAMES, parted

from .explorer_wanted import Wanted

EXCERPT = 280
LOOKED_AT = 20_000  # characters of a text in which an excerpt is looked for

TEXT = """CASE jsonb_typeof({0}) WHEN 'string' THEN {0} #>> '{{}}'
     ELSE (SELECT string_agg(turn ->> 'content', E'\\x1e') FROM jsonb_array_elements({0}) turn) END"""
TURN = "\x1e"  # between turns: reasoning is told from the answer in each of them

# Of a long text its beginning is looked at; where that is all reasoning, half of it, and what follows the reasoning.
# The text is unpacked once (OFFSET 0), however often it is named.
LOOKED_AT_OF = """CASE WHEN thought_ends <= %(most)s THEN left(text, %(most)s)
     ELSE left(text, %(most)s / 2) || substr(text, thought_ends, %(most)s / 2) END"""
THOUGHT_ENDS = f"CASE WHEN length(text) > %(most)s THEN regexp_instr(text, '</({NAMES})>', 1, 1, 0, 'i') ELSE 0 END"

ROWS = f"""
SELECT r.id, run.name, g.id, g.external_id, g.step, r.ordinal, left({TEXT.format("g.prompt")}, %(most)s),
       {LOOKED_AT_OF}, length(body.text), r.reward, s.mean, s.spread,
       (SELECT count(*) FROM tasks_annotationtask task JOIN annotations_annotation said ON said.task_id = task.id
        WHERE task.group_id = r.group_id AND r.id = ANY(task.rollout_ids) AND said.skip = ''
          AND said.campaign_id = ANY(coalesce(%(campaigns)s::bigint[], ARRAY[said.campaign_id]))
          AND NOT EXISTS (SELECT 1 FROM annotations_annotation newer WHERE newer.revises_id = said.id))
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS asked(id, at)
JOIN rollouts_rollout r ON r.id = asked.id
JOIN rollouts_promptgroup g ON g.id = r.group_id
JOIN rollouts_policyrun run ON run.id = r.run_id
LEFT JOIN rollouts_score s ON s.rollout_id = r.id AND s.version_id = %(version)s
CROSS JOIN LATERAL (SELECT text, {THOUGHT_ENDS} AS thought_ends
                    FROM (SELECT {TEXT.format("r.completion")} AS text OFFSET 0) once OFFSET 0) body
ORDER BY asked.at"""


def rows(ids: Sequence[int], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """What a list shows of these rollouts, in their order."""
    version = wanted.version
    values: dict[str, Any] = {
        "ids": list(ids),
        "most": LOOKED_AT,
        "version": version.pk if version else None,
        "campaigns": wanted.reach.campaign_ids,
    }
    in_prompt = wanted.words if wanted.within == "prompt" else ""
    in_completion = wanted.words if wanted.within == "completion" else ""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, values)
        for pk, run, group, external, step, ordinal, prompt, text, length, reward, mean, spread, labels in cursor:
            completion, reasoning = line(text, in_completion)
            yield {
                "id": pk,
                "run": run,
                "group": group,
                "group_id": external,
                "step": step,
                "ordinal": ordinal,
                "prompt": excerpt(prompt, in_prompt),
                "completion": completion,
                "reasoning": reasoning,
                "length": length,
                "reward": reward,
                "score": {"version": version.number, "mean": mean, "spread": spread}
                if version and mean is not None
                else None,
                "labels": labels,
            }


def line(text: str, words: str) -> tuple[str, str]:
    """What a list shows of a completion: its answer, or its reasoning where nothing else is there or was looked for."""
    turns = [parted(turn) for turn in text.split(TURN)]
    answer = " ".join(turn.answer for turn in turns).strip()
    thought = " ".join(turn.thought for turn in turns).strip()
    if not thought:
        return excerpt(answer, words), "none"
    sought = _sought(words)
    elsewhere = sought is not None and not sought.search(answer) and sought.search(thought)
    return (excerpt(thought, words), "shown") if elsewhere or not answer else (excerpt(answer, words), "left_out")


def _sought(words: str) -> re.Pattern[str] | None:
    """Any of these words; None where there are none."""
    found = "|".join(re.escape(word) for word in re.findall(r"\w+", words))
    return re.compile(found, re.IGNORECASE) if found else None


def excerpt(text: str, words: str) -> str:
    """The part of a text around the first of these words; its beginning where none of them is."""
    flat = " ".join(text.split())
    sought = _sought(words)
    first = sought.search(flat) if sought else None
    start = max(0, first.start() - EXCERPT // 3) if first else 0
    end = start + EXCERPT
    return f"{'…' if start else ''}{flat[start:end]}{'…' if end < len(flat) else ''}"
