"""Shapes of the API about people: sessions, accounts, members, invitations, the audit log. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from annotator.campaigns.invitations import MAX_DAYS, MAX_USES
from annotator.campaigns.models import Membership
from annotator.people.models import Role, Scope
from annotator.people.tokens import DEFAULT_DAYS as DEFAULT_TOKEN_DAYS
from annotator.people.tokens import MAX_DAYS as MAX_TOKEN_DAYS

from .serializers import Text

CAMPAIGN_ROLES = Membership.Role.choices


class SessionIn(s.Serializer[Any]):
    username = Text(max_length=150)
    password = Text(max_length=4096)


class UserOut(s.Serializer[Any]):
    id = s.IntegerField()
    username = s.CharField()
    role = s.ChoiceField(choices=Role.choices)
    scopes = s.ListField(child=s.ChoiceField(choices=Scope.choices))
    manages_campaigns = s.BooleanField(help_text="by their role in one, beyond their role on the site")
    has_password = s.BooleanField()


class SessionOut(s.Serializer[Any]):
    user = UserOut(allow_null=True)
    single_sign_on = s.CharField(allow_null=True, help_text="what its button says; null: not set up")


# ---- my account


class PasswordIn(s.Serializer[Any]):
    current = Text(max_length=4096)
    new = Text(max_length=4096)


class BrowserOut(s.Serializer[Any]):
    id = s.CharField()
    this = s.BooleanField(help_text="the browser that asks")
    address = s.CharField(allow_null=True)
    agent = s.CharField()
    started_at = s.DateTimeField()
    seen_at = s.DateTimeField()


class BrowserList(s.Serializer[Any]):
    results = BrowserOut(many=True)


class EndedOut(s.Serializer[Any]):
    ended = s.IntegerField()


class TokenIn(s.Serializer[Any]):
    name = s.CharField(max_length=100)
    scopes = s.ListField(child=s.ChoiceField(choices=Scope.choices), allow_empty=False)
    days = s.IntegerField(
        min_value=1,
        max_value=MAX_TOKEN_DAYS,
        default=DEFAULT_TOKEN_DAYS,
        allow_null=True,
        help_text="null: no end; only for what trainers may do",
    )


class TokenOut(s.Serializer[Any]):
    id = s.IntegerField()
    name = s.CharField()
    scopes = s.ListField(child=s.ChoiceField(choices=Scope.choices))
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField(allow_null=True)
    last_used_at = s.DateTimeField(allow_null=True, help_text="to some minutes")


class TokenList(s.Serializer[Any]):
    results = TokenOut(many=True)


class NewTokenOut(TokenOut):
    token = s.CharField(help_text="shown only now")


# ---- people of a campaign


class MemberOut(s.Serializer[Any]):
    user = s.IntegerField(source="user_id")
    username = s.CharField(source="user.username")
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)
    site_role = s.ChoiceField(choices=Role.choices, source="user.role")
    active = s.BooleanField(source="user.is_active")
    paused_at = s.DateTimeField(allow_null=True)
    paused_because = s.CharField()


class MemberList(s.Serializer[Any]):
    results = MemberOut(many=True)


class MemberIn(s.Serializer[Any]):
    username = Text(max_length=150)
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)


class MemberChange(s.Serializer[Any]):
    role = s.ChoiceField(choices=CAMPAIGN_ROLES, required=False)
    paused = s.BooleanField(required=False)
    because = Text(max_length=300, required=False, allow_blank=True, default="")


class InvitationIn(s.Serializer[Any]):
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)
    max_uses = s.IntegerField(min_value=1, max_value=MAX_USES, default=1)
    days = s.IntegerField(min_value=1, max_value=MAX_DAYS, default=7)
    note = Text(max_length=200, required=False, allow_blank=True, default="")


class InvitationOut(s.Serializer[Any]):
    id = s.IntegerField()
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)
    note = s.CharField()
    uses = s.IntegerField()
    max_uses = s.IntegerField()
    made_by = s.CharField(source="made_by.username")
    made_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    usable = s.BooleanField()


class InvitationList(s.Serializer[Any]):
    results = InvitationOut(many=True)


class NewInvitationOut(InvitationOut):
    token = s.CharField(help_text="goes after /invite#; shown only now")


class InvitedIn(s.Serializer[Any]):
    token = Text(max_length=100)


class InvitedOut(s.Serializer[Any]):
    campaign = s.CharField(help_text="its name")
    question = s.CharField()
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)
    expires_at = s.DateTimeField()


class AcceptIn(InvitedIn):
    username = Text(max_length=150, required=False)
    password = Text(max_length=4096, required=False)


class JoinedOut(s.Serializer[Any]):
    campaign = s.CharField(help_text="its slug")
    role = s.ChoiceField(choices=CAMPAIGN_ROLES)
    user = UserOut()


# ---- everybody, and what they did


class PersonOut(s.Serializer[Any]):
    id = s.IntegerField()
    username = s.CharField()
    email = s.CharField()
    role = s.ChoiceField(choices=Role.choices)
    active = s.BooleanField(source="is_active")
    last_login = s.DateTimeField(allow_null=True)
    campaigns = s.IntegerField()


class PersonList(s.Serializer[Any]):
    results = PersonOut(many=True)


class PersonChange(s.Serializer[Any]):
    role = s.ChoiceField(choices=Role.choices, required=False)
    active = s.BooleanField(required=False)


class AuditQuery(s.Serializer[Any]):
    actor = s.CharField(required=False, max_length=150)
    about = s.CharField(required=False, max_length=200, help_text="an object's word (campaign) or name (helpful)")
    campaign = s.CharField(required=False, max_length=200, help_text="a campaign, with its members and invitations")
    kind = s.CharField(required=False, max_length=50, help_text="campaign.opened, or the beginning of it: campaign.")
    since = s.DateTimeField(required=False, help_text="from this moment on")
    until = s.DateTimeField(required=False, help_text="before this moment")
    before = s.IntegerField(required=False, min_value=1, help_text="only entries older than this one")
    limit = s.IntegerField(required=False, min_value=1, max_value=200, default=50)


class AuditOut(s.Serializer[Any]):
    id = s.IntegerField()
    at = s.DateTimeField()
    actor = s.CharField(source="actor_name")
    address = s.CharField(allow_null=True)
    kind = s.CharField()
    about = s.CharField()
    name = s.CharField(source="about_name")
    old = s.DictField(allow_null=True)
    new = s.DictField(allow_null=True)


class AuditPage(s.Serializer[Any]):
    results = AuditOut(many=True)
    next = s.IntegerField(allow_null=True)
    kinds = s.ListField(child=s.CharField(), help_text="every kind there is")
