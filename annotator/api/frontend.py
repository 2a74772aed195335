"""Serves the built front end's one page; its hashed assets are served by whitenoise."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = "The front end is not built. Run `make setup`, then start again; the API works meanwhile under /api/v1/."


@require_safe
@ensure_csrf_cookie
def index(request: HttpRequest) -> HttpResponse:
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, content_type="text/plain", status=503)
    response = HttpResponse(page)
    response["Cache-Control"] = "no-cache"
    return response
