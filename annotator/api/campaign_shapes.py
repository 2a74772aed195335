"""What a campaign's calls take and give: drafts, budgets, what it would ask first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers as s

from annotator.campaigns.models import Campaign
from annotator.tasks.models import AnnotationTask

from .serializers import Text


class CampaignEdit(s.Serializer[Any]):
    """What of a draft may change, all of it optional; its people have paths of their own."""

    name = Text(max_length=200, required=False)
    question = Text(max_length=1000, required=False)
    guidelines = Text(required=False, allow_blank=True, max_length=100_000)
    reward_model = s.SlugField(max_length=100, required=False)
    budget_labels = s.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    budget_hours = s.DecimalField(max_digits=12, decimal_places=4, required=False, allow_null=True)
    budget_money = s.DecimalField(max_digits=16, decimal_places=4, required=False, allow_null=True)
    currency = s.CharField(max_length=3, required=False, allow_blank=True)
    pay_per_label = s.DecimalField(max_digits=12, decimal_places=4, required=False, allow_null=True)
    pay_per_hour = s.DecimalField(max_digits=12, decimal_places=4, required=False, allow_null=True)
    paid_seconds_cap = s.IntegerField(min_value=1, max_value=86_400, required=False, allow_null=True)
    runs = s.ListField(child=s.SlugField(max_length=100), allow_empty=False, max_length=1000, required=False)
    config = s.DictField(required=False)


class CampaignIn(CampaignEdit):
    slug = s.SlugField(max_length=100)
    name = Text(max_length=200)
    question = Text(max_length=1000)
    budget_labels = s.IntegerField(min_value=1, max_value=2**31 - 1)
    runs = s.ListField(child=s.SlugField(max_length=100), allow_empty=False, max_length=1000)
    annotators = s.ListField(child=Text(max_length=150), required=False, max_length=10_000)
    known_answers_of = s.SlugField(
        max_length=100, required=False, help_text="a campaign with the same form: its known answers about these runs"
    )


class AmountOut(s.Serializer[Any]):
    """Hours or money: what may be used (null: no cap), what is reserved and spent, what is left."""

    cap = s.FloatField(allow_null=True)
    committed = s.FloatField()
    spent = s.FloatField()
    reserved = s.FloatField()
    left = s.FloatField(allow_null=True)
    kept = s.FloatField(help_text="Of what is left: in reserve.")


class BudgetOut(s.Serializer[Any]):
    labels = s.IntegerField()
    committed = s.IntegerField()
    spent = s.IntegerField()
    reserved = s.IntegerField()
    left = s.IntegerField()
    extra = s.IntegerField(help_text="Of what is committed: gold, repeats, one more person, surplus.")
    kept = s.IntegerField(help_text="Of what is left: in reserve for such.")
    hours = AmountOut(allow_null=True)
    money = AmountOut(allow_null=True)
    currency = s.CharField(allow_blank=True)
    ended_by = s.ChoiceField(choices=["labels", "hours", "money"], allow_null=True)


class BurnPoint(s.Serializer[Any]):
    at = s.DateTimeField()
    labels = s.IntegerField()
    hours = s.FloatField()
    money = s.FloatField()


class ForecastOut(s.Serializer[Any]):
    labels_left = s.FloatField()
    ends_with = s.ChoiceField(choices=["labels", "hours", "money"])
    labels_per_hour = s.FloatField(help_text="Paid answers of all kinds, on average over the last `over_hours`.")
    over_hours = s.FloatField()
    expected = s.DateTimeField(allow_null=True)
    earliest = s.DateTimeField(allow_null=True, help_text="Null before three whole days were counted.")
    latest = s.DateTimeField(allow_null=True)


class BudgetAhead(BudgetOut):
    """The balance, its burn-down so far, and when it will be gone: 9 times in 10 between `earliest` and `latest`."""

    series = BurnPoint(many=True)
    forecast = ForecastOut(allow_null=True)


class TopUpIn(s.Serializer[Any]):
    labels = s.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    hours = s.DecimalField(max_digits=12, decimal_places=4, min_value=0, default=Decimal(0))
    money = s.DecimalField(max_digits=16, decimal_places=4, min_value=0, default=Decimal(0))
    idempotency_key = s.CharField(min_length=1, max_length=64)


class CampaignOut(s.Serializer[Any]):
    """A campaign. The fields an annotator may not see are absent for annotators."""

    slug = s.CharField()
    name = s.CharField()
    question = s.CharField()
    guidelines = s.CharField()
    form = s.ListField(child=s.DictField())
    completions = s.IntegerField()
    state = s.ChoiceField(choices=Campaign.State.choices)
    used_up = s.BooleanField(help_text="Open, but all done: the budget pays for nothing more and nobody holds a card.")
    cards_wait = s.BooleanField(help_text="Some card waits for somebody; where you get none, for others.")
    answered_by_me = s.IntegerField(required=False)
    returned = s.IntegerField(required=False, help_text="Answers of this person that came back with a note.")
    disputes = s.IntegerField(required=False, help_text="Waiting for this person; for adjudicators only.")
    to_read = s.IntegerField(required=False, help_text="Flagged or corrected answers that nobody has read; likewise.")
    reward_model = s.CharField(required=False)
    config = s.DictField(required=False)
    budget = BudgetOut(required=False)
    pay_per_label = s.FloatField(required=False, allow_null=True)
    pay_per_hour = s.FloatField(required=False, allow_null=True)
    paid_seconds_cap = s.IntegerField(required=False, allow_null=True)
    runs = s.ListField(child=s.CharField(), required=False)
    annotators = s.ListField(child=s.CharField(), required=False)
    former = s.ListField(child=s.CharField(), required=False, help_text="Its people whose access has ended.")
    created_at = s.DateTimeField(required=False)
    opened_at = s.DateTimeField(required=False, allow_null=True)
    closed_at = s.DateTimeField(required=False, allow_null=True)


class CampaignList(s.Serializer[Any]):
    results = CampaignOut(many=True)


class PreviewSide(s.Serializer[Any]):
    rollout = s.IntegerField()
    completion = s.JSONField()
    reward = s.FloatField(allow_null=True)
    mean = s.FloatField(allow_null=True)
    spread = s.FloatField(allow_null=True)


class PreviewCard(s.Serializer[Any]):
    group = s.CharField()
    step = s.IntegerField()
    prompt = s.JSONField()
    completions = PreviewSide(many=True)
    stream = s.ChoiceField(choices=AnnotationTask.Stream.choices)
    value = s.FloatField(allow_null=True)
    propensity = s.FloatField()


class Preview(s.Serializer[Any]):
    acquisition = s.CharField()
    version = s.IntegerField(allow_null=True)
    pool_size = s.IntegerField()
    cards = PreviewCard(many=True)


class PreviewQuery(s.Serializer[Any]):
    n = s.IntegerField(required=False, min_value=1, max_value=100, default=20)
