"""A link lets in as many people as its maker said, for as long, and not one more in any race."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.campaigns import invitations, lifecycle, membership
from annotator.campaigns.models import Invitation, Membership
from annotator.errors import Conflict, InvalidInput, InvitationUnusable, NotAllowed
from annotator.people.models import AuditEntry, User, digest_token
from annotator.people.passwords import WeakPassword
from tests.races import at_once

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery staple"


@pytest.fixture
def invite(open_campaign, people):
    campaign = open_campaign()

    def make(role="annotator", *, days=1, max_uses=1):
        made, raw = invitations.make(
            campaign, role, by=people["olga"], days=days, max_uses=max_uses, note="for Eve", now=timezone.now()
        )
        return made, raw

    return make


def test_only_a_digest_is_kept(invite):
    made, raw = invite()
    assert raw not in str(Invitation.objects.values()) + str(list(AuditEntry.objects.values()))
    assert invitations.find(digest_token(raw), now=timezone.now()) == made


def test_a_stranger_gets_an_account_and_the_role_and_the_link_is_used_up(invite):
    _, raw = invite("adjudicator")
    eve, joined = invitations.accept_as_new(digest_token(raw), "eve", GOOD, now=timezone.now())
    assert (eve.role, joined.role, eve.check_password(GOOD)) == ("annotator", "adjudicator", True)
    with pytest.raises(InvitationUnusable):
        invitations.accept_as_new(digest_token(raw), "mallory", GOOD, now=timezone.now())
    assert not User.objects.filter(username="mallory").exists()


def test_a_member_rises_to_the_invited_role_never_falls_and_uses_nothing_up_twice(invite, people):
    made, raw = invite("manager", max_uses=5)
    for _ in range(2):
        assert invitations.accept(digest_token(raw), people["alice"], now=timezone.now()).role == "manager"
    _, lower = invite("annotator", max_uses=5)
    assert invitations.accept(digest_token(lower), people["alice"], now=timezone.now()).role == "manager"
    made.refresh_from_db()
    assert made.uses == 1
    assert Invitation.objects.exclude(pk=made.pk).get().uses == 0


def test_a_paused_member_stays_paused_whatever_link_they_open(invite, people):
    _, raw = invite("adjudicator")
    campaign = Invitation.objects.get().campaign
    membership.pause(campaign, people["alice"].pk, because="gold", now=timezone.now())
    assert invitations.accept(digest_token(raw), people["alice"], now=timezone.now()).paused_at is not None


@pytest.mark.parametrize("end", ["expired", "revoked", "closed", "made up"])
def test_a_link_that_ended_lets_nobody_in(invite, people, end):
    made, raw = invite()
    now = timezone.now()
    if end == "expired":
        now += timedelta(days=1, seconds=1)
    elif end == "revoked":
        invitations.revoke(made.campaign, made.pk, now=now)
    elif end == "closed":
        lifecycle.move(made.campaign, "closed", now=now)
    else:
        raw = raw[:-1] + ("a" if raw[-1] != "a" else "b")
    with pytest.raises(InvitationUnusable) as refused:
        invitations.accept(digest_token(raw), people["bob"], now=now)
    assert refused.value.context == {}, "whoever holds a dead link learns nothing"


def test_what_is_wrong_with_a_new_account_costs_no_use(invite, people):
    made, raw = invite()
    digest, now = digest_token(raw), timezone.now()
    for name, password, error in [
        ("eve", "short", WeakPassword),
        ("eve", "password1234", WeakPassword),
        ("evelyn-long-name", "evelyn-long-name", WeakPassword),
        ("eve", "nul \x00 nul nul nul", WeakPassword),
        ("not a name", GOOD, InvalidInput),
        ("", GOOD, InvalidInput),
        ("x" * 151, GOOD, InvalidInput),
        ("alice", GOOD, Conflict),
        ("ALICE", GOOD, Conflict),
    ]:
        with pytest.raises(error):
            invitations.accept_as_new(digest, name, password, now=now)
    made.refresh_from_db()
    assert made.uses == 0
    assert User.objects.count() == len(people)


def test_a_trainers_account_joins_nothing(invite, people):
    _, raw = invite()
    with pytest.raises(NotAllowed):
        invitations.accept(digest_token(raw), people["trainer"], now=timezone.now())


@pytest.mark.parametrize(("days", "max_uses"), [(0, 1), (91, 1), (1, 0), (1, 1001)])
def test_links_have_bounds(invite, days, max_uses):
    with pytest.raises(InvalidInput):
        invite(days=days, max_uses=max_uses)


def test_a_closed_campaign_invites_nobody(invite):
    made, _ = invite()
    lifecycle.move(made.campaign, "closed", now=timezone.now())
    made.campaign.refresh_from_db()
    with pytest.raises(Conflict):
        invitations.make(made.campaign, "annotator", by=made.made_by, days=1, max_uses=1, note="", now=timezone.now())


def test_a_link_ends_with_the_authority_of_whoever_made_it(invite, open_campaign, people):
    campaign = open_campaign(slug="other")
    meg = User.objects.create_user("meg")
    Membership.objects.create(campaign=campaign, user=meg, role="manager")
    now = timezone.now()
    made, raw = invitations.make(campaign, "manager", by=meg, days=1, max_uses=9, note="", now=now)
    assert invitations.find(digest_token(raw), now=now) == made
    membership.give_role(campaign, meg.pk, "annotator")
    with pytest.raises(InvitationUnusable):
        invitations.accept(digest_token(raw), people["bob"], now=now)
    membership.give_role(campaign, meg.pk, "manager")
    User.objects.filter(pk=meg.pk).update(is_active=False)
    with pytest.raises(InvitationUnusable):
        invitations.accept(digest_token(raw), people["bob"], now=now)
    assert Membership.objects.get(campaign=campaign, user=people["bob"]).role == "annotator"


def test_a_link_opens_its_own_campaign_and_nothing_on_the_site(invite, open_campaign):
    elsewhere = open_campaign(slug="secret")
    _, raw = invite("manager")
    eve, joined = invitations.accept_as_new(digest_token(raw), "eve", GOOD, now=timezone.now())
    assert joined.campaign.slug == "helpful" and eve.role == "annotator"
    assert not membership.may(eve, membership.Action.MANAGE, elsewhere.pk)
    assert not Membership.objects.filter(campaign=elsewhere, user=eve).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_with_accounts_at_once_one_joins_by_a_link_for_one(invite):
    made, raw = invite()
    guests = [User.objects.create_user(name) for name in ("eve", "finn")]

    def join(person):
        try:
            invitations.accept(digest_token(raw), person, now=timezone.now())
        except InvitationUnusable:
            return person.username
        return None

    (late,) = [name for name in at_once(*(lambda p=p: join(p) for p in guests)) if name]
    made.refresh_from_db()
    assert made.uses == 1
    (joined,) = Membership.objects.filter(user__in=guests)
    assert joined.user.username != late


@pytest.mark.django_db(transaction=True)
def test_a_link_taken_back_while_somebody_joins_lets_in_before_or_not_at_all(invite):
    made, raw = invite(max_uses=9)
    eve = User.objects.create_user("eve")

    def join():
        try:
            return invitations.accept(digest_token(raw), eve, now=timezone.now()).pk
        except InvitationUnusable:
            return None

    joined, _ = at_once(join, lambda: invitations.revoke(made.campaign, made.pk, now=timezone.now()))
    made.refresh_from_db()
    assert made.revoked_at is not None
    assert made.uses == (1 if joined else 0) == Membership.objects.filter(user=eve).count()


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_at_once_exactly_three_join_by_a_link_for_three(invite):
    made, raw = invite(max_uses=3)
    before = Membership.objects.count()

    def join(n):
        try:
            invitations.accept_as_new(digest_token(raw), f"guest-{n}", GOOD, now=timezone.now())
        except InvitationUnusable:
            return 0
        return 1

    assert sum(at_once(*(lambda n=n: join(n) for n in range(8)))) == 3
    made.refresh_from_db()
    assert made.uses == 3
    assert Membership.objects.count() == before + 3
    assert User.objects.filter(username__startswith="guest-").count() == 3


@pytest.mark.django_db(transaction=True)
def test_one_person_clicking_five_times_at_once_uses_one(invite):
    made, raw = invite(max_uses=5)
    eve = User.objects.create_user("eve")
    at_once(*[lambda: invitations.accept(digest_token(raw), eve, now=timezone.now()) for _ in range(5)])
    made.refresh_from_db()
    assert made.uses == 1
    assert AuditEntry.objects.filter(kind="membership.added").count() == 1
