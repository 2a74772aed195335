"""Answers are frozen for training: ordered, digested, split by prompt, never edited.

A prompt returns at many policy steps, so the split goes by prompt text: a hash decides, once and for every version,
whether a prompt is held out. The same answers always give the same label set.
"""

from __future__ import annotations

import hashlib
from array import array

from django.db import connection, transaction
from django.db.models import QuerySet

from annotator.campaigns.models import Campaign
from annotator.errors import NothingToLearn
from annotator.people import audit
from annotator.tasks.models import AnnotationTask

from .models import Annotation, LabelSet
from .reviews import returned

TEACHES = (AnnotationTask.Stream.ACQUISITION, AnnotationTask.Stream.RANDOM)
AT_ONCE = 10_000
ITEMS = """
INSERT INTO annotations_labelsetitem (label_set_id, annotation_id, heldout)
SELECT %s, * FROM unnest(%s::bigint[], %s::boolean[])"""


def is_heldout(prompt_digest: bytes, share: float) -> bool:
    """Whether a prompt is held out: a fixed hash of its text, so that no version ever trains on it."""
    return int.from_bytes(hashlib.sha256(b"heldout:" + prompt_digest).digest()[:8], "big") < share * 2**64


def teaching(campaign: Campaign) -> QuerySet[Annotation]:
    """The answers that stand and teach: not skipped, corrected or returned, nor known beforehand or asked twice."""
    said = Annotation.objects.filter(campaign=campaign, skip="", task__stream__in=TEACHES)
    return said.standing().filter(~returned())


@transaction.atomic
def freeze(campaign: Campaign) -> LabelSet:
    """Freeze the campaign's current answers; returns the existing label set when nothing has changed since.

    No answers make a label set only where a machine labels pairs: its labels alone can be trained on.
    """
    share = campaign.config.heldout_share
    current = teaching(campaign).order_by("id").values_list("id", "task__group__prompt_digest")
    # Numbers side by side: of a million answers they are nine megabytes, and as objects they would be a gigabyte.
    ids, heldout, digest = array("q"), array("b"), hashlib.sha256()
    for pk, prompt in current.iterator(chunk_size=AT_ONCE):
        ids.append(pk)
        heldout.append(is_heldout(bytes(prompt), share))
        digest.update(f"{pk}:{heldout[-1]}\n".encode())
    if not ids and not campaign.config.machine:
        raise NothingToLearn(f"Campaign {campaign.slug} has no answers yet.", campaign=campaign.slug)
    label_set, new = LabelSet.objects.get_or_create(
        campaign=campaign,
        digest=digest.hexdigest(),
        defaults={"size": len(ids), "heldout_size": sum(heldout)},
    )
    if new:
        with connection.cursor() as cursor:
            for at in range(0, len(ids), AT_ONCE):
                batch = slice(at, at + AT_ONCE)
                cursor.execute(ITEMS, [label_set.pk, list(ids[batch]), list(map(bool, heldout[batch]))])
        told = {"label_set": label_set.pk, "answers": label_set.size, "digest": label_set.digest}
        audit.record("labels.frozen", campaign, new=told)
    return label_set
