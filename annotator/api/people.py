"""The people of a campaign and the links that invite more; everybody on the site, for admins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.campaigns import invitations, membership
from annotator.campaigns.models import Invitation
from annotator.errors import InvalidInput
from annotator.people import accounts, throttle
from annotator.people.addresses import address_of, network_of
from annotator.people.models import Scope, User, digest_token
from annotator.tasks import withdrawing

from . import people_shapes as shape
from .authentication import SessionAuthentication
from .permissions import Anyone
from .session import who
from .views import caller, checked, find_campaign

T = TypeVar("T")
HELD = "held_invitation"  # in the session of somebody who goes to the sign-on provider and comes back


class Members(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="members_list", responses=shape.MemberList)
    def get(self, request: Request, slug: str) -> Response:
        members = find_campaign(request, slug).memberships.select_related("user").order_by("user__username")
        return Response(shape.MemberList({"results": members}).data)

    @extend_schema(operation_id="members_add", request=shape.MemberIn, responses={201: shape.MemberOut})
    def post(self, request: Request, slug: str) -> Response:
        """Add somebody who has an account."""
        given = checked(shape.MemberIn, request.data)
        added = membership.add(find_campaign(request, slug), given["username"], given["role"])
        return Response(shape.MemberOut(added).data, status=201)


class OneMember(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="members_change", request=shape.MemberChange, responses=shape.MemberOut)
    def patch(self, request: Request, slug: str, user: int) -> Response:
        """Give a role, pause, or let go on."""
        given, campaign = checked(shape.MemberChange, request.data), find_campaign(request, slug)
        if "role" in given:
            membership.give_role(campaign, user, given["role"])
        if given.get("paused") is True:
            membership.pause(campaign, user, because=given["because"], now=timezone.now(), anew=True)
        if given.get("paused") is False:
            membership.resume(campaign, user)
        return Response(shape.MemberOut(membership.find(campaign, user)).data)

    @extend_schema(operation_id="members_remove", responses={204: None})
    def delete(self, request: Request, slug: str, user: int) -> Response:
        withdrawing.remove_member(find_campaign(request, slug), user, now=timezone.now())
        return Response(status=204)


def _invitation(one: Invitation) -> dict[str, Any]:
    one_usable = invitations.usable(one, now=timezone.now())
    fields = ("id", "role", "note", "uses", "max_uses", "made_at", "expires_at")
    return {**{name: getattr(one, name) for name in fields}, "made_by": one.made_by, "usable": one_usable}


class Invitations(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="invitations_list", responses=shape.InvitationList)
    def get(self, request: Request, slug: str) -> Response:
        made = find_campaign(request, slug).invitations.select_related("made_by", "campaign").order_by("-id")
        return Response(shape.InvitationList({"results": [_invitation(one) for one in made[:200]]}).data)

    @extend_schema(operation_id="invitations_make", request=shape.InvitationIn, responses={201: shape.NewInvitationOut})
    def post(self, request: Request, slug: str) -> Response:
        """Make a link; its secret is in this answer and nowhere else."""
        given = checked(shape.InvitationIn, request.data)
        campaign = find_campaign(request, slug)
        made, raw = invitations.make(campaign, by=caller(request), now=timezone.now(), **given)
        return Response(shape.NewInvitationOut({**_invitation(made), "token": raw}).data, status=201)


class OneInvitation(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="invitations_revoke", responses={204: None})
    def delete(self, request: Request, slug: str, invitation: int) -> Response:
        invitations.revoke(find_campaign(request, slug), invitation, now=timezone.now())
        return Response(status=204)


class Invited(APIView):
    """For whoever holds a link, signed in or not. The secret comes in the body, so no log has it."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (Anyone,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        SessionAuthentication().enforce_csrf(request)


def _held_back(request: Request, digest: str, act: Callable[[], T]) -> T:
    """What the link leads to, unless this network failed too often: neither links nor taken names are for trying."""
    network = network_of(address_of(request._request))
    this = throttle.admit(f"invitation {digest}", network, now=timezone.now(), words="failed tries with this link")
    done = act()
    throttle.forget(this)
    return done


class LookAtInvitation(Invited):
    @extend_schema(operation_id="invited_look", request=shape.InvitedIn, responses=shape.InvitedOut)
    def post(self, request: Request) -> Response:
        """What the link invites to. With single sign-on, this browser holds on to it on the way to the provider."""
        digest = digest_token(checked(shape.InvitedIn, request.data)["token"])
        found = _held_back(request, digest, lambda: invitations.find(digest, now=timezone.now()))
        if settings.SINGLE_SIGN_ON is not None and request.user is None:
            request._request.session[HELD] = digest
        seen = {
            "campaign": found.campaign.name,
            "question": found.campaign.question,
            "role": found.role,
            "expires_at": found.expires_at,
        }
        return Response(shape.InvitedOut(seen).data)


class AcceptInvitation(Invited):
    @extend_schema(operation_id="invited_accept", request=shape.AcceptIn, responses=shape.JoinedOut)
    def post(self, request: Request) -> Response:
        """Join as the person signed in, or with a new account that is then signed in."""
        given = checked(shape.AcceptIn, request.data)
        digest, now = digest_token(given["token"]), timezone.now()
        if isinstance(request.user, User):
            me = request.user
            person, joined = me, _held_back(request, digest, lambda: invitations.accept(digest, me, now=now))
        elif "username" in given and "password" in given:
            name, password = given["username"], given["password"]
            made = lambda: invitations.accept_as_new(digest, name, password, now=now)  # noqa: E731
            person, joined = _held_back(request, digest, made)
            accounts.sign_in(request._request, person, by="invitation")
        else:
            raise InvalidInput("A new account needs a username and a password.", field="username")
        body = {"campaign": joined.campaign.slug, "role": joined.role, "user": who(person)}
        return Response(shape.JoinedOut(body).data)


class People(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(operation_id="people_list", responses=shape.PersonList)
    def get(self, request: Request) -> Response:
        everybody = User.objects.annotate(member_of=Count("memberships")).order_by("username")
        rows = [
            {
                "id": one.pk,
                "username": one.username,
                "email": one.email,
                "role": one.role,
                "is_active": one.is_active,
                "last_login": one.last_login,
                "campaigns": one.member_of,
            }
            for one in everybody
        ]
        return Response(shape.PersonList({"results": rows}).data)


class OnePerson(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(operation_id="people_change", request=shape.PersonChange, responses=shape.PersonOut)
    def patch(self, request: Request, user: int) -> Response:
        """Another role on the whole site, or no access any more."""
        given = checked(shape.PersonChange, request.data)
        one = accounts.change(user, by=caller(request), **given)
        row = {name: getattr(one, name) for name in ("id", "username", "email", "role", "is_active", "last_login")}
        return Response(shape.PersonOut({**row, "campaigns": one.memberships.count()}).data)
