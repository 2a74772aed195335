"""Shapes of the API, in and out. No rule lives here: a serializer checks types, the packages below check meaning."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotator.annotations import exports
from annotator.annotations.models import Annotation, LabelSet
from annotator.training.models import TrainingJob


class Text(s.CharField):
    """A string PostgreSQL can hold: no 0x00, no lone surrogate (DRF refuses both), not trimmed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)


class ErrorBody(s.Serializer[Any]):
    code = s.CharField()
    message = s.CharField()
    context = s.DictField()  # type: ignore[assignment]  # the wire's word; DRF uses the name for something else


# ---- runs


class RunIn(s.Serializer[Any]):
    trainer = Text(max_length=50, required=False, allow_blank=True)
    config = s.DictField(required=False)


class RunOut(s.Serializer[Any]):
    name = s.CharField()
    trainer = s.CharField()
    created_at = s.DateTimeField()
    groups = s.IntegerField()
    rollouts = s.IntegerField()
    last_step = s.IntegerField(allow_null=True)


class RunList(s.Serializer[Any]):
    results = RunOut(many=True)


class ScoreOut(s.Serializer[Any]):
    version = s.IntegerField()
    mean = s.FloatField()
    spread = s.FloatField()


class RolloutOut(s.Serializer[Any]):
    id = s.IntegerField()
    external_id = s.CharField()
    ordinal = s.IntegerField()
    completion = s.JSONField()
    reward = s.FloatField(allow_null=True)
    generator = s.CharField()
    score = ScoreOut(allow_null=True)


class GroupOut(s.Serializer[Any]):
    id = s.IntegerField()
    external_id = s.CharField()
    step = s.IntegerField()
    prompt = s.JSONField()
    rollouts = RolloutOut(many=True)


class GroupPage(s.Serializer[Any]):
    results = GroupOut(many=True)
    next = s.IntegerField(allow_null=True)


class GroupQuery(s.Serializer[Any]):
    step = s.IntegerField(required=False, min_value=0)
    cursor = s.IntegerField(required=False, min_value=0)
    limit = s.IntegerField(required=False, min_value=1, max_value=100, default=20)


# ---- annotating


class ClaimIn(s.Serializer[Any]):
    n = s.IntegerField(min_value=1, max_value=10, default=3)
    hold = s.ListField(child=s.IntegerField(min_value=1, max_value=2**63 - 1), max_length=20, default=list)


class CompletionOut(s.Serializer[Any]):
    text = s.JSONField()
    steps = s.ListField(child=s.CharField(), allow_null=True)


class CardOut(s.Serializer[Any]):
    assignment = s.IntegerField()
    lease_number = s.IntegerField()
    leased_until = s.DateTimeField()
    prompt = s.JSONField()
    completions = CompletionOut(many=True)
    notes = s.DictField()  # `reference` and `evidence`, where the campaign shows them


class Cards(s.Serializer[Any]):
    cards = CardOut(many=True)


class LeaseIn(s.Serializer[Any]):
    lease_number = s.IntegerField(min_value=0, max_value=2**31 - 1)


class LeaseOut(s.Serializer[Any]):
    leased_until = s.DateTimeField()


class ReviseIn(s.Serializer[Any]):
    answer = s.DictField(required=False, allow_null=True, default=None)
    skip = s.ChoiceField(choices=Annotation.Skip.choices, required=False, allow_null=True)
    flagged = s.BooleanField(required=False, default=False)
    active_ms = s.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    comment = Text(required=False, allow_blank=True, max_length=10_000)
    idempotency_key = Text(max_length=64)


class AnswerIn(ReviseIn):
    lease_number = s.IntegerField(min_value=0, max_value=2**31 - 1)


class FeedbackOut(s.Serializer[Any]):
    score = s.FloatField()
    answer = s.DictField()
    explanation = s.CharField()


class AnswerOut(s.Serializer[Any]):
    annotation = s.IntegerField()
    feedback = FeedbackOut(allow_null=True)  # after a training card only


class MyAnswer(s.Serializer[Any]):
    annotation = s.IntegerField()
    assignment = s.IntegerField()
    answer = s.DictField(allow_null=True)
    skip = s.CharField(allow_blank=True)
    flagged = s.BooleanField()
    comment = s.CharField()
    at = s.DateTimeField()
    card = CardOut()


class MyAnswers(s.Serializer[Any]):
    results = MyAnswer(many=True)


class MyAnswersQuery(s.Serializer[Any]):
    limit = s.IntegerField(required=False, min_value=1, max_value=50, default=10)


# ---- learning


class VersionOut(s.Serializer[Any]):
    id = s.IntegerField()
    name = s.CharField()
    number = s.IntegerField()
    state = s.CharField()
    backbone = s.CharField()
    metrics = s.DictField()
    created_at = s.DateTimeField()
    promoted_at = s.DateTimeField(allow_null=True)


class VersionList(s.Serializer[Any]):
    results = VersionOut(many=True)


class JobOut(s.Serializer[Any]):
    id = s.IntegerField()
    kind = s.ChoiceField(choices=TrainingJob.Kind.choices)
    state = s.ChoiceField(choices=TrainingJob.State.choices)
    because = s.CharField()
    progress = s.FloatField()
    message = s.CharField()
    attempt = s.IntegerField()
    metrics = s.DictField()
    error = s.DictField(allow_null=True)
    campaign = s.CharField(source="campaign.slug", allow_null=True, default=None)
    label_set = s.IntegerField(source="label_set_id", allow_null=True)
    version = s.IntegerField(source="version.number", allow_null=True, default=None)
    produced = s.IntegerField(source="produced.number", allow_null=True, default=None)
    created_at = s.DateTimeField()
    started_at = s.DateTimeField(allow_null=True)
    finished_at = s.DateTimeField(allow_null=True)


class JobList(s.Serializer[Any]):
    results = JobOut(many=True)


class JobsQuery(s.Serializer[Any]):
    campaign = Text(required=False, allow_blank=True, default="")


class JobLineOut(s.Serializer[Any]):
    at = s.DateTimeField()
    attempt = s.IntegerField()
    text = s.CharField()


class JobDetail(JobOut):
    lines = JobLineOut(many=True)


class LabelSetOut(s.Serializer[Any]):
    id = s.IntegerField()
    digest = s.CharField()
    size = s.IntegerField()
    heldout_size = s.IntegerField()
    created_at = s.DateTimeField()
    formats = s.SerializerMethodField(help_text="The exports that the campaign's form can fill.")

    def get_formats(self, label_set: LabelSet) -> list[str]:
        return exports.fitting(label_set.campaign.config.asks)


class LabelSetList(s.Serializer[Any]):
    results = LabelSetOut(many=True)
