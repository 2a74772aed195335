"""Whose labels people correct: the run's rewards, one part of them, or a judge; and which pairs get one."""

from __future__ import annotations

import time

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from annotator.campaigns.machine_labels import (
    Kind,
    Source,
    labelled_enough,
    labels_of,
    machine_overview,
    machine_pairs,
    question_digest,
    source_of,
)
from annotator.campaigns.models import MachineLabel
from annotator.errors import InvalidConfig
from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout
from tests.factories import digest, make_run, make_version

pytestmark = pytest.mark.django_db


def judged(campaign, a, b, label, *, judge="strict", consistent=True):
    return MachineLabel.objects.create(
        judge=judge,
        question_digest=question_digest(campaign),
        rollout_a_id=a,
        rollout_b_id=b,
        content_digest=digest(str(a), str(b)),
        label=label,
        consistent=consistent,
        error="" if label is not None else "no verdict",
    )


def ids(campaign):
    return list(Rollout.objects.filter(run__campaigns=campaign).order_by("id").values_list("id", flat=True))


def test_a_machine_is_named_in_one_of_four_ways():
    assert [source_of(text) for text in ("", "reward", "reward:correct", "judge:strict")] == [
        None, Source(Kind.REWARD), Source(Kind.PART, "correct"), Source(Kind.JUDGE, "strict"),
    ]  # fmt: skip
    assert source_of("reward:style:v2") == Source(Kind.PART, "style:v2")


@pytest.mark.parametrize("machine", ["judge", "judge:", "reward:", "oracle", "judge:a b"])
def test_any_other_name_is_refused_when_the_campaign_is_made(open_campaign, machine):
    with pytest.raises(InvalidConfig):
        open_campaign(machine=machine)


def test_the_greater_reward_is_the_machines_choice_and_equal_or_missing_ones_are_no_opinion(open_campaign):
    campaign = open_campaign(groups=1, size=4, machine="reward")
    low, high, same, none = ids(campaign)
    Rollout.objects.filter(id=same).update(reward=0.0)
    Rollout.objects.filter(id=none).update(reward=None)
    told = labels_of(campaign, [(low, high), (high, low), (low, same), (low, none)])
    np.testing.assert_array_equal(told, [0.0, 1.0, np.nan, np.nan])


def test_a_verifier_is_a_named_part_of_the_reward(open_campaign):
    campaign = open_campaign(groups=1, size=3, machine="reward:it's correct")
    wrong, right, unknown = ids(campaign)
    for rollout, parts in ((wrong, {"it's correct": 0}), (right, {"it's correct": 1.0}), (unknown, {"style": 3})):
        Rollout.objects.filter(id=rollout).update(reward_parts=parts)
    told = labels_of(campaign, [(wrong, right), (right, wrong), (right, unknown)])
    np.testing.assert_array_equal(told, [0.0, 1.0, np.nan])


def test_a_judges_ties_doubts_and_silence_are_no_opinion(open_campaign):
    campaign = open_campaign(groups=1, size=4, machine="judge:strict")
    a, b, c, d = ids(campaign)
    judged(campaign, a, b, 1.0)
    judged(campaign, a, c, 0.5, consistent=False)
    judged(campaign, b, c, None)
    judged(campaign, c, d, 0.0, judge="lenient")
    told = labels_of(campaign, [(a, b), (b, a), (a, c), (b, c), (c, d)])
    np.testing.assert_array_equal(told, [1.0, 0.0, np.nan, np.nan, np.nan])


def test_a_judges_answer_holds_for_one_question(open_campaign):
    kind = open_campaign(groups=1, machine="judge:strict")
    also = open_campaign(slug="also", run=kind.runs.get(), machine="judge:strict", start=False)
    a, b, *_ = ids(kind)
    judged(kind, a, b, 1.0)
    assert labels_of(also, [(a, b)]).tolist() == [1.0]
    also.question = "Which is shorter?"
    assert np.isnan(labels_of(also, [(a, b)])).all()


def test_what_a_judge_said_stays_said_and_holds_together(open_campaign):
    campaign = open_campaign(groups=1, machine="judge:strict")
    a, b, *_ = ids(campaign)
    made = judged(campaign, a, b, 1.0)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MachineLabel.objects.filter(pk=made.pk).update(label=0.0)
    for broken in ({"label": 0.7}, {"label": None}, {"error": "and yet"}, {"rollout_a_id": b, "rollout_b_id": a}):
        row = {"judge": "x", "question_digest": "q", "rollout_a_id": a, "rollout_b_id": b, "label": 1.0}
        row |= {"content_digest": b"1", "consistent": True, "error": "", **broken}
        with pytest.raises(IntegrityError), transaction.atomic():
            MachineLabel.objects.create(**row)


def test_a_campaign_without_a_machine_has_no_machine_labels(open_campaign):
    campaign = open_campaign(groups=2)
    a, b, *_ = ids(campaign)
    assert np.isnan(labels_of(campaign, [(a, b)])).all()
    assert len(machine_pairs(campaign)) == 0 and len(labels_of(campaign, [])) == 0


def test_each_group_gives_at_most_its_share_of_different_pairs_in_canonical_order(open_campaign):
    campaign = open_campaign(groups=5, size=6, machine="reward", machine_pairs=3)
    found = machine_pairs(campaign)
    pairs = list(zip(found.a_M.tolist(), found.b_M.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) == 15
    assert (found.a_M < found.b_M).all()
    np.testing.assert_array_equal(np.unique(found.groups_M, return_counts=True)[1], [3] * 5)
    groups = dict(Rollout.objects.values_list("id", "group_id"))
    assert [(groups[a], groups[b]) for a, b in pairs] == [(group, group) for group in found.groups_M.tolist()]
    np.testing.assert_array_equal(found.label_M, labels_of(campaign, pairs))


def test_the_newest_groups_come_first_when_there_is_a_limit(open_campaign):
    campaign = open_campaign(groups=6, machine="reward", machine_pairs=2)
    newest = sorted(PromptGroup.objects.values_list("id", flat=True))[-2:]
    assert set(machine_pairs(campaign, limit=4).groups_M.tolist()) == set(newest)


def test_the_same_file_gives_the_same_pairs_wherever_it_is_read(open_campaign):
    """Database ids differ, names do not."""

    def named(campaign):
        names = dict(Rollout.objects.values_list("id", "external_id"))
        found = machine_pairs(campaign)
        return {frozenset((names[a], names[b])) for a, b in zip(found.a_M.tolist(), found.b_M.tolist(), strict=True)}

    first = open_campaign(groups=4, size=5, machine="judge:strict")
    make_run("in-between", groups=3)
    again = open_campaign(slug="again", groups=4, size=5, machine="judge:strict")
    assert named(first) == named(again) and len(named(first)) == 16


def test_equal_texts_are_never_compared_and_a_verifiers_places_go_to_pairs_it_can_tell_apart(open_campaign):
    campaign = open_campaign(groups=1, size=9, machine="reward", machine_pairs=4)
    every = ids(campaign)
    Rollout.objects.filter(id__in=every).update(reward=0.0)
    Rollout.objects.filter(id=every[4]).update(reward=1.0)
    found = machine_pairs(campaign)
    assert len(found) == 4 and not np.isnan(found.label_M).any()
    assert all(every[4] in pair for pair in zip(found.a_M.tolist(), found.b_M.tolist(), strict=True))
    Rollout.objects.filter(id__in=every).update(text_digest=b"one and the same")
    assert len(machine_pairs(campaign)) == 0


def test_a_group_of_a_thousand_gives_no_more_pairs_than_any_other(open_campaign):
    campaign = open_campaign(groups=1, size=1000, machine="judge:strict", machine_pairs=64)
    assert len(machine_pairs(campaign)) == 64


def test_twenty_thousand_groups_take_seconds(open_campaign):
    campaign = open_campaign(groups=1, machine="reward", start=False)
    run = PolicyRun.objects.get(campaigns=campaign)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rollouts_promptgroup (run_id, external_id, step, prompt, prompt_digest, meta, created_at)"
            " SELECT %s, 'many' || n, 0, '\"p\"', decode(md5(n::text), 'hex'), '{}', now()"
            " FROM generate_series(1, 20000) n",
            [run.pk],
        )
        cursor.execute(
            "INSERT INTO rollouts_rollout (run_id, group_id, external_id, ordinal, completion, reward, reward_parts,"
            " generator, meta, content_digest, text_digest, created_at)"
            " SELECT run_id, id, external_id || '/' || i, i, '\"c\"', i, '{}', '', '{}',"
            " decode(md5(id || '/' || i), 'hex'),"
            " decode(md5(id || '/' || i), 'hex'), now() FROM rollouts_promptgroup, generate_series(1, 4) i"
            " WHERE external_id LIKE 'many%%'"
        )
    began = time.monotonic()
    found = machine_pairs(campaign)
    assert len(found) == 80_000 and not np.isnan(found.label_M).any()
    assert time.monotonic() - began < 30  # about 2 s alone on one core; the rest is patience for busy machines


def test_the_manager_sees_what_a_version_made_of_the_machine_and_a_judges_labels_as_they_come(open_campaign):
    assert machine_overview(open_campaign(slug="plain", groups=1), None) is None
    campaign = open_campaign(groups=1, machine="judge:strict")
    a, b, c, _ = ids(campaign)
    judged(campaign, a, b, 1.0)
    judged(campaign, a, c, 0.5)
    before = machine_overview(campaign, None)
    assert (before["source"], before["labelled"], before["curve"], before["zones"]) == ("judge:strict", 1, None, None)
    version = make_version("helpful")
    version.metrics = {
        "machine": {"labelled": 7, "zones": {"keep": 5, "ask": 1, "flip": 1}, "round": 2, "trained_on": 4}
    }
    after = machine_overview(campaign, version)
    assert (after["labelled"], after["round"], after["zones"]["flip"]) == (7, 2, 1)
    assert set(after) == {"source", "labelled", "curve", "zones", "flips", "round", "amplify", "back_off"}


def test_a_machine_has_labelled_enough_for_a_version_of_its_own(open_campaign):
    assert not labelled_enough(open_campaign(slug="plain", groups=60))
    few = open_campaign(slug="few", groups=40, machine="reward")
    assert not labelled_enough(few)
    assert labelled_enough(open_campaign(slug="many", groups=50, machine="reward"))
    part = open_campaign(slug="part", groups=50, machine="reward:correct")
    assert not labelled_enough(part)
    for rollout in Rollout.objects.filter(run__campaigns=part, ordinal__lt=2):
        Rollout.objects.filter(pk=rollout.pk).update(reward_parts={"correct": rollout.ordinal})
    assert labelled_enough(part)
