"""What every view shares: checked input in, a serializer's shape out, and campaigns found with the caller's eyes."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from annotator.campaigns.membership import Action, may
from annotator.campaigns.models import Campaign
from annotator.campaigns.reach import EVERYTHING, Reach, reach_of
from annotator.errors import NotFound
from annotator.people.models import Scope, User

from .permissions import in_browser


def checked(serializer: type[Serializer[Any]], raw: Any) -> dict[str, Any]:
    """The input as plain Python, or a 400 naming the fields."""
    bound = serializer(data=raw)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def caller(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def manages(request: Request, campaign: Campaign | None = None) -> bool:
    """Whether the caller manages every campaign, or this one."""
    scopes: Any = request.auth  # our authenticators set the scopes here
    if scopes is not None and Scope.MANAGE in scopes:
        return True
    return campaign is not None and in_browser(request) and may(caller(request), Action.MANAGE, campaign.pk)


def reach(request: Request) -> Reach:
    """How far the caller sees: everywhere, or the campaigns they manage. Views that say `within_reach` ask this."""
    return EVERYTHING if manages(request) else reach_of(caller(request))


def find_campaign(request: Request, slug: str) -> Campaign:
    """The campaign, if the caller manages it or belongs to it; otherwise it does not exist for them."""
    found = Campaign.objects.filter(slug=slug).first()
    if found is None or not (manages(request, found) or _belongs(caller(request), found)):
        raise NotFound(f"There is no campaign called {slug}.", code="unknown_campaign", campaign=slug)
    return found


def _belongs(person: User, campaign: Campaign) -> bool:
    return campaign.state != Campaign.State.DRAFT and campaign.memberships.filter(user=person).exists()
