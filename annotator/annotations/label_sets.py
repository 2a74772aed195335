"""Answers are frozen for training: ordered, digested, split by prompt, never edited.

A prompt returns at many policy steps, so the split goes by prompt text: a hash decides, once and for every version,
whether a prompt is held out. The same answers always give the same label set.
"""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.db.models import QuerySet

from annotator.campaigns.models import Campaign
from annotator.errors import NothingToLearn
from annotator.people import audit
from annotator.tasks.models import AnnotationTask

from .models import Annotation, LabelSet, LabelSetItem
from .reviews import returned

TEACHES = (AnnotationTask.Stream.ACQUISITION, AnnotationTask.Stream.RANDOM)


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
    items = [(pk, is_heldout(bytes(prompt), share)) for pk, prompt in current.iterator(chunk_size=10_000)]
    if not items and not campaign.config.machine:
        raise NothingToLearn(f"Campaign {campaign.slug} has no answers yet.", campaign=campaign.slug)
    digest = hashlib.sha256("".join(f"{pk}:{int(held)}\n" for pk, held in items).encode()).hexdigest()
    label_set, new = LabelSet.objects.get_or_create(
        campaign=campaign,
        digest=digest,
        defaults={"size": len(items), "heldout_size": sum(held for _, held in items)},
    )
    if new:
        LabelSetItem.objects.bulk_create(
            [LabelSetItem(label_set=label_set, annotation_id=pk, heldout=held) for pk, held in items],
            batch_size=10_000,
        )
        told = {"label_set": label_set.pk, "answers": label_set.size, "digest": digest}
        audit.record("labels.frozen", campaign, new=told)
    return label_set
