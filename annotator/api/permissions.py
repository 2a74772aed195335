"""May this caller do this: one scope per view (or per method), checked before any rule runs."""

from __future__ import annotations

from typing import Any

from rest_framework import permissions


class HasScope(permissions.BasePermission):
    """A view says `required_scope = "manage"`, or `{"GET": ..., "POST": ...}`. A view that says nothing is closed."""

    message = "Your role or token does not allow this."

    def has_permission(self, request: Any, view: Any) -> bool:
        needed = getattr(view, "required_scope", None)
        if isinstance(needed, dict):
            needed = needed.get(request.method)
        if needed is None or request.auth is None:
            return False
        return bool({needed} & request.auth if isinstance(needed, str) else set(needed) & request.auth)


class Anyone(permissions.BasePermission):
    """Open to callers without an account: only signing in and the schema use this."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return True
