"""Guessing is stopped; being guessed at locks nobody out of where they always sign in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from annotator.errors import TooManyAttempts
from annotator.people.addresses import address_of, network_of
from annotator.people.models import SignInTry
from annotator.people.throttle import ACCOUNT, NETWORK, PAIR, admit, succeeded, was_the_last
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOME, CAFE = "198.51.100.7", "203.0.113.9"


def fail(name, network, times, now=None):
    for _ in range(times):
        this = admit(name, network, now=now or timezone.now())
    return this


def test_one_account_from_one_network_has_ten_tries_in_five_minutes():
    now = timezone.now()
    assert was_the_last(fail("alice", CAFE, PAIR, now), now=now)
    for _ in range(3):
        with pytest.raises(TooManyAttempts, match="five minutes"):
            admit("Alice", CAFE, now=now)
    admit("bob", CAFE, now=now)
    admit("alice", HOME, now=now)
    admit("alice", CAFE, now=now + timedelta(minutes=5, seconds=1))


def test_waiting_always_helps_because_refused_tries_do_not_count():
    now = timezone.now()
    fail("alice", CAFE, PAIR, now)
    for minute in range(1, 5):
        with pytest.raises(TooManyAttempts):
            admit("alice", CAFE, now=now + timedelta(minutes=minute))
    admit("alice", CAFE, now=now + timedelta(minutes=5, seconds=1))


def test_a_right_password_forgets_the_wrong_ones_before_it(people):
    now = timezone.now()
    succeeded(fail("alice", CAFE, PAIR, now), people["alice"], now=now)
    assert not SignInTry.objects.exists()


def test_guessing_one_account_from_everywhere_stops_strangers_and_not_its_owner(people):
    now = timezone.now()
    succeeded(admit("alice", HOME, now=now), people["alice"], now=now)
    for n in range(ACCOUNT // PAIR):
        fail("alice", f"192.0.2.{n}", PAIR, now)
    with pytest.raises(TooManyAttempts, match="where you did before"):
        admit("alice", CAFE, now=now)
    admit("alice", HOME, now=now)


def test_one_network_trying_many_names_is_stopped_but_not_for_who_signs_in_there(people):
    now = timezone.now()
    succeeded(admit("alice", CAFE, now=now), people["alice"], now=now)
    for n in range(NETWORK):
        admit(f"name-{n}", CAFE, now=now)
    with pytest.raises(TooManyAttempts, match="your network"):
        admit("bob", CAFE, now=now)
    admit("alice", CAFE, now=now)
    admit("bob", HOME, now=now)


def test_no_password_typed_as_a_name_is_stored():
    admit("my secret password", HOME, now=timezone.now())
    assert "secret" not in str(SignInTry.objects.values())


def test_old_tries_are_forgotten():
    now = timezone.now()
    fail("alice", CAFE, 3, now)
    admit("bob", HOME, now=now + timedelta(hours=2))
    assert SignInTry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_tries_at_once_are_not_more_than_ten():
    now = timezone.now()

    def one():
        try:
            admit("alice", CAFE, now=now)
        except TooManyAttempts:
            return 0
        return 1

    assert sum(at_once(*[one] * 30)) <= PAIR


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        (None, "unknown"),
    ],
)
def test_a_network_is_what_one_person_can_hold(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("remote", "forwarded", "behind_proxy", "address"),
    [
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", True, "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7", False, "10.0.0.1"),
        ("10.0.0.1", None, True, "10.0.0.1"),
        ("::ffff:198.51.100.7", None, False, "198.51.100.7"),
        ("", None, False, None),
        ("10.0.0.1", "not an address", True, None),
    ],
)
def test_a_client_cannot_choose_its_own_address(settings, remote, forwarded, behind_proxy, address):
    settings.BEHIND_PROXY = behind_proxy
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == address
