"""A returned answer teaches nobody until it is corrected, or accepted after all; whatever learns agrees on it."""

from __future__ import annotations

import pytest

from annotator.annotations import exports
from annotator.annotations.label_sets import freeze, teaching
from annotator.annotations.reviews import review
from annotator.annotations.submission import revise
from annotator.learning.answers import answers_of
from annotator.training import due
from annotator.training.quality import annotator_weights, quality
from tests.annotator.learning.test_keeping import World
from tests.factories import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(open_campaign, people):
    it = World(open_campaign, people, acquisition="v_optimal", random_share=0.0)
    it.keeper.step()
    return it


def taught(campaign):
    """The answers that each reader of a campaign's answers learns from; they are the same, or this fails."""
    ids = set(teaching(campaign).values_list("id", flat=True))
    assert set(answers_of(campaign).ids_M.tolist()) == ids
    assert set(freeze(campaign).items.values_list("annotation_id", flat=True)) == ids
    asked = [row for row in quality(campaign)["agreement"] if row["question"].startswith("preference")]
    assert [row["answers"] for row in asked] == [len(ids)]
    assert due.situation(campaign).answers == len(ids)
    rows, _ = exports.of_campaign(campaign)
    stands = [row for row in rows if not row["returned"]]
    corrected = {row["revises"] for row in stands}
    assert {row["annotation_id"] for row in stands} - corrected == ids
    return ids


def test_nothing_learns_from_a_returned_answer_until_it_is_corrected(world, people):
    one, other = world.answer(2)
    assert taught(world.campaign) == {one.pk, other.pk}
    review(one.pk, people["olga"], "returned", "Look at step 2.")
    assert taught(world.campaign) == {other.pk}
    corrected, _ = revise(one.pk, world.alice, said("tie", "again"))
    assert taught(world.campaign) == {corrected.pk, other.pk}


def test_a_returned_answer_that_is_accepted_after_all_teaches_again(world, people):
    (one,) = world.answer(1)
    review(one.pk, people["olga"], "returned", "Why?")
    review(one.pk, people["carol"], "accepted")
    assert taught(world.campaign) == {one.pk}
    review(one.pk, people["olga"], "returned", "Still.")
    assert not teaching(world.campaign).exists()


def test_the_order_of_questions_follows_what_was_returned_at_the_next_look(world, people):
    given = world.answer(14)
    world.keeper.step()
    before = world.priorities()
    review(given[0].pk, people["olga"], "accepted")
    assert world.keeper.step() == 0 and world.priorities() == before
    for one in given[1:3]:
        review(one.pk, people["olga"], "returned", "Read it again.")
    assert world.keeper.step() > 0
    assert world.priorities() != before
    for one in given[1:3]:
        review(one.pk, people["carol"], "accepted")
    returned = world.priorities()
    assert world.keeper.step() > 0 and world.priorities() != returned


def test_a_label_set_frozen_before_weighs_as_it_did_then(world, people):
    given = world.answer(12)
    label_set, before = freeze(world.campaign), annotator_weights(world.campaign)
    for one in given[:6]:
        review(one.pk, people["olga"], "returned", "Again.")
    assert annotator_weights(world.campaign, up_to=given[-1].pk, at=label_set.created_at) == before
