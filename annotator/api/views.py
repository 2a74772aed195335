"""What every view shares: checked input in, a serializer's shape out, and campaigns found with the caller's eyes."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from annotator.campaigns.models import Campaign
from annotator.errors import NotFound
from annotator.people.models import Scope, User


def checked(serializer: type[Serializer[Any]], raw: Any) -> dict[str, Any]:
    """The input as plain Python, or a 400 naming the fields."""
    bound = serializer(data=raw)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def caller(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def manages(request: Request) -> bool:
    scopes: Any = request.auth  # our authenticators set the scopes here
    return scopes is not None and Scope.MANAGE in scopes


def find_campaign(request: Request, slug: str) -> Campaign:
    """The campaign, if the caller manages campaigns or belongs to this one; otherwise it does not exist for them."""
    campaigns = Campaign.objects.all()
    if not manages(request):
        campaigns = campaigns.filter(annotators=caller(request)).exclude(state=Campaign.State.DRAFT)
    found = campaigns.filter(slug=slug).first()
    if found is None:
        raise NotFound(f"There is no campaign called {slug}.", code="unknown_campaign", campaign=slug)
    return found
