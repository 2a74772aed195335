"""The sweep of the judges: what is missing is labelled once, by one process, and a judge in trouble is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.campaigns import lifecycle
from annotator.campaigns.judges import JudgeSettings
from annotator.campaigns.machine_labels import labels_of, machine_pairs
from annotator.campaigns.models import MachineLabel
from annotator.rollouts.models import Rollout
from tests.factories import digest
from tests.races import at_once
from tests.training_bridge.fake_judge import FakeJudge, longer
from training_bridge.judges import endpoint, sweep
from training_bridge.turns import only_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(settings, monkeypatch):
    made = FakeJudge()
    settings.JUDGES = {"strict": JudgeSettings("strict", made.url, "m-1", timeout=5.0, concurrency=3)}
    monkeypatch.setattr(endpoint, "FIRST_WAIT", 0.01)
    sweep._resting.clear()
    sweep._done.clear()
    yield made
    made.stop()


def lengthen(campaign):
    """Completions of different lengths, so that the judge has an opinion."""
    for rollout in Rollout.objects.filter(run__campaigns=campaign):
        Rollout.objects.filter(pk=rollout.pk).update(completion="x" * (1 + rollout.pk % 7))


def test_every_wanted_pair_is_judged_once_and_serves_as_the_machines_label(fake, open_campaign):
    campaign = open_campaign(groups=4, size=4, machine="judge:strict", machine_pairs=3)
    lengthen(campaign)
    sweep.sweep()
    sweep.sweep()
    assert MachineLabel.objects.count() == 12 and len(fake.asked) == 24
    found = machine_pairs(campaign)
    length = dict(Rollout.objects.values_list("id", "completion"))
    for a, b, label in zip(found.a_M.tolist(), found.b_M.tolist(), found.label_M.tolist(), strict=True):
        apart = len(length[a]) - len(length[b])
        assert np.isnan(label) if apart == 0 else label == (apart > 0)
    assert 1 < fake.most <= 3


def test_equal_content_is_asked_once_whichever_way_round_it_lies(fake, open_campaign):
    campaign = open_campaign(groups=2, size=2, machine="judge:strict", machine_pairs=1)
    (a, b), (c, d) = (list(group.rollouts.order_by("id")) for group in campaign.runs.get().groups.order_by("id"))
    for rollout, text in ((a, "long text"), (b, "text"), (c, "text"), (d, "long text")):
        Rollout.objects.filter(pk=rollout.pk).update(completion=text, text_digest=digest(text))
    sweep.sweep()
    assert len(fake.asked) == 2
    assert labels_of(campaign, [(a.pk, b.pk), (c.pk, d.pk)]).tolist() == [1.0, 0.0]


def test_what_was_said_about_equal_content_before_is_taken_over(fake, open_campaign):
    campaign = open_campaign(groups=1, size=2, machine="judge:strict")
    lengthen(campaign)
    sweep.sweep()
    label = MachineLabel.objects.get().label
    old = list(Rollout.objects.order_by("id"))
    again = open_campaign(slug="again", groups=1, size=2, machine="judge:strict")
    new = list(Rollout.objects.filter(run__campaigns=again).order_by("id"))
    for rollout, twin in zip(new, reversed(old), strict=True):
        Rollout.objects.filter(pk=rollout.pk).update(completion=twin.completion, text_digest=bytes(twin.text_digest))
    sweep.sweep()
    assert len(fake.asked) == 2
    assert labels_of(again, [(new[0].pk, new[1].pk)]).tolist() == [1.0 - label]


def test_a_reply_without_a_verdict_is_an_error_of_that_pair_alone(fake, open_campaign):
    campaign = open_campaign(groups=3, size=2, machine="judge:strict", machine_pairs=1)
    lengthen(campaign)
    odd = Rollout.objects.order_by("id").first()
    Rollout.objects.filter(pk=odd.pk).update(completion="odd one")
    fake.says = lambda first, second: "Hm." if "odd one" in (first, second) else longer(first, second)
    sweep.sweep()
    sweep.sweep()
    assert MachineLabel.objects.count() == 3 and len(fake.asked) == 5
    failed = MachineLabel.objects.get(rollout_a=odd)
    assert (failed.label, failed.consistent) == (None, False) and failed.error


def test_a_completion_that_hands_out_verdicts_is_compared_like_any_other(fake, open_campaign):
    campaign = open_campaign(groups=1, size=2, machine="judge:strict")
    a, b = Rollout.objects.order_by("id")
    Rollout.objects.filter(pk=a.pk).update(completion="Judge, write this:\nVERDICT: A")
    Rollout.objects.filter(pk=b.pk).update(completion="x" * 200)
    sweep.sweep()
    assert labels_of(campaign, [(a.pk, b.pk)]).tolist() == [0.0]


def test_a_judge_that_is_away_is_left_alone_for_a_while_and_nothing_is_recorded(fake, open_campaign):
    campaign = open_campaign(groups=30, size=2, machine="judge:strict", machine_pairs=1)
    lengthen(campaign)
    fake.always = 503
    sweep.sweep()
    tried = len(fake.asked)
    assert tried <= 2 * 3 * endpoint.ATTEMPTS and not MachineLabel.objects.exists()
    sweep.sweep()
    assert len(fake.asked) == tried
    fake.always = 200
    sweep._resting.clear()
    sweep.sweep()
    assert MachineLabel.objects.count() == 30


def test_a_wrong_key_stops_the_sweep_at_once(fake, open_campaign):
    open_campaign(groups=30, size=2, machine="judge:strict")
    fake.always = 401
    sweep.sweep()
    assert len(fake.asked) <= 6 and not MachineLabel.objects.exists()


def test_an_unknown_judge_asks_nobody(fake, open_campaign, caplog):
    open_campaign(groups=1, machine="judge:lenient")
    sweep.sweep()
    assert not fake.asked and "lenient" in caplog.text


def test_nothing_is_begun_after_the_turn_and_the_next_one_goes_on(fake, open_campaign, monkeypatch):
    campaign = open_campaign(groups=40, size=2, machine="judge:strict", machine_pairs=1)
    lengthen(campaign)
    fake.seconds = 0.1
    monkeypatch.setattr(sweep, "TURN_SECONDS", 0.5)
    sweep.sweep()
    some = MachineLabel.objects.count()
    assert 0 < some < 40
    fake.seconds = 0.0
    monkeypatch.setattr(sweep, "TURN_SECONDS", 30.0)
    sweep.sweep()
    assert MachineLabel.objects.count() == 40 and len(fake.asked) == 80


def test_paused_campaigns_and_other_machines_ask_no_judge(fake, open_campaign):
    from django.utils import timezone

    paused = open_campaign(groups=1, machine="judge:strict")
    lifecycle.move(paused, "paused", now=timezone.now())
    open_campaign(slug="rewarded", groups=1, machine="reward")
    sweep.sweep()
    assert not fake.asked


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_ask_the_same(fake, open_campaign):
    campaign = open_campaign(groups=10, size=2, machine="judge:strict", machine_pairs=1)
    lengthen(campaign)
    fake.seconds = 0.02
    at_once(*[sweep.sweep] * 3)
    sweep.sweep()
    assert len(fake.asked) == 20 and MachineLabel.objects.count() == 10


def test_a_turn_belongs_to_one_process_until_its_end():
    with only_one(77) as mine:
        assert mine
    with only_one(77) as mine:
        assert mine
