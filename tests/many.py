"""Thousands of cards by one statement, for tests of what a long queue or a long history costs."""

from __future__ import annotations

# `n` groups of two completions in a run, and a task about each in a campaign. What follows takes `tasks` further.
MANY_TASKS = """
WITH
groups AS (
    INSERT INTO rollouts_promptgroup (run_id, external_id, step, prompt, prompt_digest, meta, created_at)
    SELECT %(run)s, 'many' || i, 0, '"Why?"', sha256(i::text::bytea), '{}', now() FROM generate_series(1, %(n)s) i
    RETURNING id, run_id),
rollouts AS (
    INSERT INTO rollouts_rollout (run_id, group_id, external_id, ordinal, completion, reward_parts, generator, meta,
                                  content_digest, text_digest, created_at)
    SELECT run_id, id, id || '/' || side, side, '"Because."', '{}', '', '{}', '', '', now()
    FROM groups CROSS JOIN generate_series(0, 1) side
    RETURNING id, group_id),
tasks AS (
    INSERT INTO tasks_annotationtask (campaign_id, group_id, rollout_ids, stream, propensity, state, created_at)
    SELECT %(campaign)s, group_id, array_agg(id ORDER BY id), 'acquisition', 1, %(state)s, now()
    FROM rollouts GROUP BY group_id
    RETURNING id, campaign_id)"""
