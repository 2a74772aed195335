"""May this caller do this: one scope per view (or per method), checked before any rule runs."""

from __future__ import annotations

from typing import Any

from rest_framework import permissions

from annotator.campaigns.membership import Action, may
from annotator.campaigns.models import Campaign
from annotator.campaigns.reach import reach_of
from annotator.people.models import Scope, User

from .authentication import SessionAuthentication


class HasScope(permissions.BasePermission):
    """A view says `required_scope = "manage"`, or `{"GET": ..., "POST": ...}`. A view that says nothing is closed.

    What needs `manage` and is about one campaign is open to that campaign's managers too, in the browser: a token never
    does more than its scopes. A view without a slug in its path says by `campaign_of` which campaign it is about, or by
    `within_reach` that it shows whoever manages any campaign what belongs to theirs.
    """

    message = "Your role or token does not allow this."

    def has_permission(self, request: Any, view: Any) -> bool:
        needed = getattr(view, "required_scope", None)
        if isinstance(needed, dict):
            needed = needed.get(request.method)
        if needed is None or request.auth is None:
            return False
        wanted = {needed} if isinstance(needed, str) else set(needed)
        return bool(wanted & request.auth) or (Scope.MANAGE in wanted and _manages_this(request, view))


def _manages_this(request: Any, view: Any) -> bool:
    if not in_browser(request) or not isinstance(request.user, User):
        return False
    if getattr(view, "within_reach", False):
        return bool(reach_of(request.user).campaigns)
    if "slug" in view.kwargs:
        campaign_id = Campaign.objects.filter(slug=view.kwargs["slug"]).values_list("id", flat=True).first()
    else:
        campaign_id = view.campaign_of(**view.kwargs) if hasattr(view, "campaign_of") else None
    return campaign_id is not None and may(request.user, Action.MANAGE, campaign_id)


def in_browser(request: Any) -> bool:
    return isinstance(request.successful_authenticator, SessionAuthentication)


class SignedIn(permissions.BasePermission):
    """One's own account, in the browser only: a stolen token must not make further tokens or change the password."""

    message = "Sign in first."

    def has_permission(self, request: Any, view: Any) -> bool:
        return request.auth is not None and in_browser(request)


class Anyone(permissions.BasePermission):
    """Open to callers without an account: signing in, invitations and the schema use this."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return True
