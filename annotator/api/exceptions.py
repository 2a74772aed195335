"""Errors become `{code, message, context}` here and nowhere else. A bug stays a logged 500."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from annotator.errors import TiebreakError

from . import handles

log = logging.getLogger(__name__)


def body(code: str, message: str, **context: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "context": context}


def to_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Returns None for a bug, so that it stays loud."""
    if isinstance(error, TiebreakError):
        set_rollback()
        headers = {"WWW-Authenticate": "Bearer"} if error.http_status == 401 else None
        told = error.as_dict() | {"context": handles.in_shown_terms(error.context)}
        return Response(told, status=error.http_status, headers=headers)
    if isinstance(error, (OperationalError, InterfaceError)):
        log.warning("The database is unavailable: %s", error)
        message = "The database is unavailable for a moment; try again."
        return Response(body("database_unavailable", message), status=503, headers={"Retry-After": "1"})
    if isinstance(error, (Http404, PermissionDenied)):
        error = exceptions.NotFound() if isinstance(error, Http404) else exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return _from_drf(error)


def _from_drf(error: exceptions.APIException) -> Response:
    challenge = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else None
    if isinstance(error, exceptions.ValidationError):
        fields = error.get_full_details()
        where = ", ".join(sorted(fields)) if isinstance(fields, dict) else "the body"
        message = f"Some fields are not usable: {where}."
        return Response(body("invalid_input", message, fields=fields), status=400, headers=headers)
    if isinstance(error, exceptions.ParseError):
        return Response(body("malformed_json", str(error.detail)), status=400, headers=headers)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    renamed = {"permission_denied": "not_allowed", "authentication_failed": "not_authenticated"}
    return Response(body(renamed.get(code, code), str(error.detail)), status=error.status_code, headers=headers)


def page_not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(body("not_found", f"There is nothing at {request.path}."), status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    message = "Something broke on our side; it has been logged. Nothing was half-stored."
    return JsonResponse(body("server_error", message), status=500)


def unknown_path(request: HttpRequest, anything: str) -> JsonResponse:
    return page_not_found(request, Http404())
