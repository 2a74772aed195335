"""One person per slot; you lose your work only if someone else has already begun it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotator.errors import LeaseLost
from annotator.tasks.leasing import claim_next, expire_leases, release, renew
from annotator.tasks.models import Assignment

pytestmark = pytest.mark.django_db


def test_two_people_never_hold_the_same_slot(open_campaign, people):
    campaign = open_campaign(groups=3)
    now = timezone.now()
    alice = claim_next(campaign, people["alice"].pk, n=2, now=now)
    bob = claim_next(campaign, people["bob"].pk, n=2, now=now)
    assert len(alice) == 2
    assert len(bob) == 1
    assert not {c.assignment for c in alice} & {c.assignment for c in bob}


def test_nothing_left_is_an_empty_list_not_an_error(open_campaign, people):
    campaign = open_campaign(groups=1)
    now = timezone.now()
    claim_next(campaign, people["alice"].pk, n=5, now=now)
    assert claim_next(campaign, people["bob"].pk, n=1, now=now) == []


def test_a_reload_resumes_my_cards_before_taking_new_ones(open_campaign, people):
    campaign = open_campaign(groups=3)
    now = timezone.now()
    first = claim_next(campaign, people["alice"].pk, n=2, now=now)
    again = claim_next(campaign, people["alice"].pk, n=2, now=now + timedelta(seconds=5))
    assert [c.assignment for c in again] == [c.assignment for c in first]
    assert [c.lease_number for c in again] == [c.lease_number for c in first]
    more = claim_next(campaign, people["alice"].pk, n=2, now=now, hold=[c.assignment for c in first])
    assert not {c.assignment for c in more} & {c.assignment for c in first}


def test_with_overlap_one_person_sees_a_task_once(open_campaign, people):
    campaign = open_campaign(groups=2, overlap=2)
    now = timezone.now()
    alice = claim_next(campaign, people["alice"].pk, n=10, now=now)
    assert len(alice) == 2
    assert claim_next(campaign, people["alice"].pk, n=10, now=now, hold=[c.assignment for c in alice]) == []
    assert len(claim_next(campaign, people["bob"].pk, n=10, now=now)) == 2


def test_an_expired_lease_goes_back_and_its_old_holder_loses_it_only_to_someone_who_began(open_campaign, people):
    campaign = open_campaign(groups=1, lease_minutes=1)
    now = timezone.now()
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=now)
    assert expire_leases(now=now + timedelta(minutes=2)) == 1
    renew(card.assignment, people["alice"].pk, card.lease_number, now=now + timedelta(minutes=2))
    assert Assignment.objects.get(id=card.assignment).state == "leased"
    expire_leases(now=now + timedelta(minutes=9))
    (taken,) = claim_next(campaign, people["bob"].pk, n=1, now=now + timedelta(minutes=9))
    assert taken.assignment == card.assignment
    assert taken.lease_number == card.lease_number + 1
    with pytest.raises(LeaseLost):
        renew(card.assignment, people["alice"].pk, card.lease_number, now=now)


def test_an_empty_queue_reclaims_expired_leases_without_waiting_for_the_sweep(open_campaign, people):
    campaign = open_campaign(groups=1, lease_minutes=1)
    now = timezone.now()
    claim_next(campaign, people["alice"].pk, n=1, now=now)
    assert len(claim_next(campaign, people["bob"].pk, n=1, now=now + timedelta(minutes=5))) == 1


def test_a_released_card_is_free_for_everybody(open_campaign, people):
    campaign = open_campaign(groups=1)
    now = timezone.now()
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=now)
    release(card.assignment, people["alice"].pk, card.lease_number)
    assert len(claim_next(campaign, people["bob"].pk, n=1, now=now)) == 1
    with pytest.raises(LeaseLost):
        release(card.assignment, people["alice"].pk, card.lease_number)


def test_nobody_can_hoard(open_campaign, people):
    campaign = open_campaign(groups=40)
    held: list[int] = []
    for _ in range(10):
        cards = claim_next(campaign, people["alice"].pk, n=10, now=timezone.now(), hold=held)
        held += [c.assignment for c in cards]
    assert len(held) == 20


@pytest.mark.django_db(transaction=True)
def test_a_crowd_claiming_at_once_gets_every_slot_exactly_once(open_campaign, people):
    campaign = open_campaign(groups=30, overlap=2)
    got: list[tuple[int, int]] = []
    errors: list[BaseException] = []

    def work(person: int) -> None:
        try:
            while cards := claim_next(campaign, person, n=2, now=timezone.now()):
                done = [card.assignment for card in cards]
                got.extend((person, assignment) for assignment in done)
                Assignment.objects.filter(id__in=done).update(state="submitted")
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    # Two windows of each of two people: the worst case for "once per person".
    threads = [threading.Thread(target=work, args=(people[name].pk,)) for name in ["alice", "bob"] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A slot that somebody is taking this instant is passed over, and those behind it: they are there for who asks next.
    for name in ("alice", "bob"):
        work(people[name].pk)
    assert errors == []
    rows = list(Assignment.objects.values_list("task_id", "annotator_id", "lease_number"))
    assert len(set(rows)) == 60
    assert {number for _, _, number in rows} == {1}
