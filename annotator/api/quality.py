"""How well a campaign's people agree, and how far each of them can be relied on. Managers only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.people.models import Scope
from annotator.training.quality import quality
from uncertainty.notices import KINDS

from .views import find_campaign


class AgreementRow(s.Serializer[Any]):
    question = s.CharField()
    level = s.ChoiceField(choices=["nominal", "ordinal", "interval", "set"])
    distance = s.CharField()
    alpha = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    items = s.IntegerField()
    answers = s.IntegerField()
    why = s.CharField(allow_null=True, help_text="The code of why there is no alpha.")


class MatrixCell(s.Serializer[Any]):
    items = s.IntegerField()
    cards = s.IntegerField()
    few = s.BooleanField(help_text="Too few cards in common: kappa is their luck, and has no interval.")
    share = s.FloatField(allow_null=True)
    kappa = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)


class AgreementMatrix(s.Serializer[Any]):
    question = s.CharField()
    annotators = s.ListField(child=s.CharField())
    left_out = s.IntegerField(help_text="People with fewer answers than those shown.")
    rows = s.ListField(child=MatrixCell(many=True))


class ReliabilityBy(s.Serializer[Any]):
    by = s.ChoiceField(choices=["preferences", "classes"], allow_null=True)
    chance = s.FloatField(help_text="How often somebody who guesses is right.")
    why = s.CharField(allow_null=True, help_text="The code of why nobody's reliability is known.")


class CountedShare(s.Serializer[Any]):
    share = s.FloatField()
    low = s.FloatField()
    high = s.FloatField()
    of = s.IntegerField()


class AnnotatorReliability(s.Serializer[Any]):
    right = s.FloatField()
    low = s.FloatField()
    high = s.FloatField()
    weight = s.FloatField(help_text="What this person's answers weigh in training; 1 on average.")


class NoticeOut(s.Serializer[Any]):
    kind = s.ChoiceField(choices=KINDS)
    answers = s.IntegerField(help_text="Of so many answers, or items both answered.")
    seen = s.FloatField(help_text="What was seen: a share; for a fall, after how many answers it came.")
    expected = s.FloatField(help_text="What was to be expected.")
    other = s.CharField(allow_null=True, help_text="With whom somebody agrees so often.")


class AnnotatorQuality(s.Serializer[Any]):
    user = s.IntegerField()
    username = s.CharField()
    answers = s.IntegerField()
    skips = s.IntegerField()
    median_active_ms = s.FloatField(allow_null=True)
    left = CountedShare(allow_null=True)
    reliability = AnnotatorReliability(allow_null=True)
    repeats = CountedShare(allow_null=True, help_text="Parts of repeated answers that came out the same.")
    gold = CountedShare(allow_null=True, help_text="The mean score on items whose answer is known.")
    notices = NoticeOut(many=True, help_text="What to talk about with this person; nothing follows from it by itself.")


class QualityOut(s.Serializer[Any]):
    answers = s.IntegerField()
    looked_at_most = s.IntegerField()
    agreement = AgreementRow(many=True)
    matrix = AgreementMatrix(allow_null=True)
    reliability = ReliabilityBy()
    annotators = AnnotatorQuality(many=True)


class CampaignQuality(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_quality", responses=QualityOut)
    def get(self, request: Request, slug: str) -> Response:
        """Agreement by question, everybody with everybody, and each annotator's reliability, side and consistency."""
        return Response(QualityOut(quality(find_campaign(request, slug))).data)
