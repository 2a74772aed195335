"""Whether anything on a campaign's desk has changed, for the price of some looks at the ends of indexes. Only reads."""

from __future__ import annotations

from django.db import connection

from annotator.campaigns.models import Campaign

# One row; each column changes when its part of the desk does. Answers are only ever added: the newest one's number says
# whether any came. Reviews know their campaign by the answer alone: the newest of all are looked at, so that one of
# another campaign may at worst let this desk be read once in vain.
DIGEST = """
SELECT
    (SELECT concat_ws(' ', state, budget_labels, committed_labels, opened_at, closed_at)
     FROM campaigns_campaign WHERE id = %(campaign)s) AS campaign,
    (SELECT max(id)::text FROM annotations_annotation WHERE campaign_id = %(campaign)s) AS answers,
    (SELECT max(review.id)::text
     FROM (SELECT id, annotation_id FROM annotations_review ORDER BY id DESC LIMIT 50) review
     JOIN annotations_annotation answer ON answer.id = review.annotation_id
     WHERE answer.campaign_id = %(campaign)s) AS reviews,
    (SELECT md5(string_agg(concat_ws(' ', id, state, attempt, progress, message), '|' ORDER BY id))
     FROM (SELECT * FROM training_trainingjob WHERE campaign_id = %(campaign)s ORDER BY id DESC LIMIT 20) job) AS jobs,
    (SELECT md5(string_agg(concat_ws(' ', id, state, scored_through), '|' ORDER BY id))
     FROM (SELECT * FROM rollouts_rewardmodelversion
           WHERE name = %(model)s ORDER BY number DESC LIMIT 20) version) AS versions,
    (SELECT max(id)::text FROM learning_strategycheck WHERE campaign_id = %(campaign)s) AS checks
"""
PARTS = ("campaign", "answers", "reviews", "jobs", "versions", "checks")

Digest = dict[str, str | None]


def digest(campaign: Campaign) -> Digest:
    """A word per part of the desk; a part whose word is the same has not changed."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, {"campaign": campaign.pk, "model": campaign.reward_model})
        row = cursor.fetchone()
    assert row is not None
    return dict(zip(PARTS, row, strict=True))


def changed(before: Digest, after: Digest) -> list[str]:
    return [part for part in PARTS if before[part] != after[part]]
