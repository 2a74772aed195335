"""One place answers who may do what in a campaign; a role in one reaches no further."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotator.campaigns import membership
from annotator.campaigns.membership import Action, may
from annotator.campaigns.models import Membership
from annotator.errors import Conflict, InvalidInput, NotFound
from annotator.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db
A, J, M = Action.ANNOTATE, Action.ADJUDICATE, Action.MANAGE

# role on the site, role in the campaign (None: not in it), what that allows
TABLE = [
    ("annotator", None, set()),
    ("annotator", "annotator", {A}),
    ("annotator", "adjudicator", {A, J}),
    ("annotator", "manager", {A, J, M}),
    ("adjudicator", None, set()),
    ("adjudicator", "annotator", {A, J}),
    ("adjudicator", "manager", {A, J, M}),
    ("manager", None, {M}),
    ("manager", "annotator", {A, M}),
    ("manager", "adjudicator", {A, J, M}),
    ("admin", None, {J, M}),
    ("admin", "annotator", {A, J, M}),
    ("trainer", None, set()),
    ("trainer", "manager", set()),
]


@pytest.mark.parametrize(("on_site", "in_campaign", "allowed"), TABLE)
def test_roles_allow_exactly_this(open_campaign, on_site, in_campaign, allowed):
    here, elsewhere = open_campaign(), open_campaign(slug="elsewhere")
    person = User.objects.create_user("eve", role=on_site)
    if in_campaign:
        Membership.objects.create(campaign=here, user=person, role=in_campaign)
    assert {action for action in Action if may(person, action, here.pk)} == allowed
    site_wide = {J, M} if on_site == "admin" else {M} if on_site == "manager" else set()
    assert {action for action in Action if may(person, action, elsewhere.pk)} == site_wide
    person.is_active = False
    assert not any(may(person, action, here.pk) for action in Action)


def test_people_come_change_and_go_and_every_step_is_on_record(open_campaign, people):
    campaign, now = open_campaign(), timezone.now()
    eve = User.objects.create_user("eve")
    membership.add(campaign, "eve", "annotator")
    with pytest.raises(Conflict, match="already"):
        membership.add(campaign, "eve", "manager")
    membership.give_role(campaign, eve.pk, "adjudicator")
    membership.give_role(campaign, eve.pk, "adjudicator")
    membership.pause(campaign, eve.pk, because="Three gold answers wrong.", now=now)
    membership.pause(campaign, eve.pk, because="Again.", now=now)
    assert not may(eve, A, campaign.pk)
    assert may(eve, J, campaign.pk)
    membership.resume(campaign, eve.pk)
    assert may(eve, A, campaign.pk)
    membership.remove(campaign, eve.pk)
    told = AuditEntry.objects.filter(about_name="helpful: eve").order_by("id").values_list("kind", "old", "new")
    assert list(told) == [
        ("membership.added", None, {"role": "annotator"}),
        ("membership.role_changed", {"role": "annotator"}, {"role": "adjudicator"}),
        ("membership.paused", None, {"because": "Three gold answers wrong."}),
        ("membership.resumed", {"because": "Three gold answers wrong."}, None),
        ("membership.removed", {"role": "adjudicator"}, None),
    ]


def test_strangers_trainers_and_reasons_left_empty_are_refused(open_campaign, people):
    campaign = open_campaign()
    for name in ("nobody", "trainer"):
        with pytest.raises(NotFound):
            membership.add(campaign, name, "annotator")
    for act in (
        lambda: membership.give_role(campaign, people["olga"].pk, "manager"),
        lambda: membership.remove(campaign, people["olga"].pk),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(InvalidInput):
        membership.pause(campaign, people["alice"].pk, because="  ", now=timezone.now())


def test_the_first_members_keep_what_their_role_on_the_site_makes_them(open_campaign, people):
    campaign = open_campaign()
    Membership.objects.filter(campaign=campaign).delete()
    membership.begin(campaign, [people["alice"], people["carol"]])
    roles = Membership.objects.filter(campaign=campaign).values_list("user__username", "role")
    assert dict(roles) == {"alice": "annotator", "carol": "adjudicator"}
