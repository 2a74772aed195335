"""Shapes of what the desk shows of a campaign: counts, curves, what its strategy gains."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotator.learning.models import StrategyCheck

from .campaign_shapes import CampaignOut
from .serializers import JobOut, VersionOut


class LabelCounts(s.Serializer[Any]):
    total = s.IntegerField(help_text="Answers that teach: what a label set frozen now would hold.")
    by_choice = s.DictField(child=s.IntegerField())
    skips = s.IntegerField()
    last_hour = s.IntegerField()


class TaskCounts(s.Serializer[Any]):
    open = s.IntegerField()
    leased = s.IntegerField()
    settled = s.IntegerField()
    cancelled = s.IntegerField()


class AnnotatorRow(s.Serializer[Any]):
    username = s.CharField()
    answers = s.IntegerField()
    median_active_ms = s.FloatField(allow_null=True)
    left_share = s.FloatField(allow_null=True)
    left_interval = s.ListField(child=s.FloatField(), allow_null=True)
    leans = s.ChoiceField(
        choices=["left", "right"], allow_null=True, help_text="The side, where chance explains it no more."
    )


class RolloutCounts(s.Serializer[Any]):
    total = s.IntegerField()
    scored = s.IntegerField()


class ChangeOut(s.Serializer[Any]):
    mean = s.FloatField()
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)


class CurvePoint(s.Serializer[Any]):
    labels = s.IntegerField()
    version = s.IntegerField()
    n_heldout = s.IntegerField(allow_null=True)
    heldout_nll = s.FloatField(allow_null=True)
    nll_low = s.FloatField(allow_null=True)
    nll_high = s.FloatField(allow_null=True)
    heldout_accuracy = s.FloatField(allow_null=True)
    accuracy_low = s.FloatField(allow_null=True)
    accuracy_high = s.FloatField(allow_null=True)
    before_version = s.IntegerField(
        allow_null=True, help_text="The version in production until then; its figures are on the same held-out answers."
    )
    before_nll = s.FloatField(allow_null=True)
    nll_change = ChangeOut(allow_null=True, help_text="Paired, answer by answer; below 0 is better.")
    before_accuracy = s.FloatField(allow_null=True)
    accuracy_change = ChangeOut(allow_null=True)
    random_nll = s.FloatField(allow_null=True)
    random_accuracy = s.FloatField(allow_null=True)
    random_n = s.IntegerField(allow_null=True)


class Histogram(s.Serializer[Any]):
    edges = s.ListField(child=s.FloatField())
    counts = s.ListField(child=s.IntegerField())


class LiftOut(s.Serializer[Any]):
    mean = s.FloatField()
    low = s.FloatField()
    high = s.FloatField()


class SavedOut(s.Serializer[Any]):
    ratio = s.FloatField()
    low = s.FloatField()
    high = s.FloatField(allow_null=True)
    bound = s.ChoiceField(choices=StrategyCheck.Bound.choices)


class StrategyCheckOut(s.Serializer[Any]):
    at = s.DateTimeField()
    answers = s.IntegerField()
    judged_by = s.IntegerField()
    learnt_from = s.IntegerField()
    lift = LiftOut(allow_null=True)
    saved = SavedOut(allow_null=True)
    verdict = s.ChoiceField(choices=StrategyCheck.Verdict.choices)
    falls_back = s.BooleanField()


class StrategyOut(s.Serializer[Any]):
    acquisition = s.CharField()
    in_force = s.CharField()
    state = s.ChoiceField(choices=["cold", "running", "fallen_back"])
    answers_to_go = s.IntegerField(allow_null=True)
    checks = StrategyCheckOut(many=True)


class RiskCoverageOut(s.Serializer[Any]):
    coverage = s.ListField(child=s.FloatField())
    risk = s.ListField(child=s.FloatField())


class ReliabilityOut(s.Serializer[Any]):
    predicted = s.ListField(child=s.FloatField())
    observed = s.ListField(child=s.FloatField())
    count = s.ListField(child=s.IntegerField())


class CalibrationOut(s.Serializer[Any]):
    version = s.IntegerField()
    n_heldout = s.IntegerField()
    nll = s.FloatField(allow_null=True)
    accuracy = s.FloatField(allow_null=True)
    ece = s.FloatField(allow_null=True)
    ebce = s.FloatField(allow_null=True)
    auroc = s.FloatField(allow_null=True)
    aurc = s.FloatField(allow_null=True)
    temperature = s.FloatField(allow_null=True)
    risk_coverage = RiskCoverageOut()
    reliability = ReliabilityOut()


class MachineCurveOut(s.Serializer[Any]):
    share = s.ListField(child=s.FloatField())
    agreement = s.ListField(child=s.FloatField())
    elbow = s.FloatField()
    knee = s.FloatField()
    reflection = s.FloatField(allow_null=True)


class ZonesOut(s.Serializer[Any]):
    keep = s.IntegerField()
    ask = s.IntegerField()
    flip = s.IntegerField()


class FlipsOut(s.Serializer[Any]):
    audited = s.IntegerField()
    right = s.IntegerField()
    automatic = s.IntegerField()


class MachineOut(s.Serializer[Any]):
    source = s.CharField()  # type: ignore[assignment]  # the wire's word, as above
    labelled = s.IntegerField()
    curve = MachineCurveOut(allow_null=True)
    zones = ZonesOut(allow_null=True)
    flips = FlipsOut()
    round = s.IntegerField()
    amplify = s.FloatField()
    back_off = s.FloatField()


class AlarmOut(s.Serializer[Any]):
    code = s.CharField()
    level = s.ChoiceField(choices=["serious", "warning"])
    about = s.DictField()


class Dashboard(s.Serializer[Any]):
    campaign = CampaignOut()
    alarms = AlarmOut(many=True)
    labels = LabelCounts()
    tasks = TaskCounts()
    annotators = AnnotatorRow(many=True)
    versions = VersionOut(many=True)
    jobs = JobOut(many=True)
    rollouts = RolloutCounts()
    learning_curve = CurvePoint(many=True)
    uncertainty_histogram = Histogram()
    strategy = StrategyOut()
    calibration = CalibrationOut(allow_null=True)
    machine = MachineOut(allow_null=True)
