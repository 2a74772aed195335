"""What a campaign that does not exist yet would ask first: drafted, looked at and forgotten in one transaction."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.campaigns import lifecycle
from annotator.people.models import Scope

from . import campaign_shapes as shape
from .campaigns import previewed
from .serializers import Text
from .views import caller, checked

QUESTIONS = 20


class DryRunIn(shape.CampaignIn):
    """A campaign as it would be drafted; what only its records need may still be missing."""

    slug = s.SlugField(max_length=100, required=False, allow_blank=True)
    name = Text(max_length=200, required=False, allow_blank=True)
    question = Text(max_length=1000, required=False, allow_blank=True)
    reward_model = s.SlugField(max_length=100, required=False, allow_blank=True)


class DryRun(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_dry_run", request=DryRunIn, responses=shape.Preview)
    def post(self, request: Request) -> Response:
        """The first twenty cards these settings lead to. Stores nothing, spends nothing, and asks nobody."""
        given = checked(DryRunIn, request.data)
        given.pop("known_answers_of", None)  # they change nothing of what is asked first
        return Response(shape.Preview(_look(given, request)).data)


def _look(given: dict[str, Any], request: Request) -> dict[str, Any]:
    with transaction.atomic():
        # A name of its own, so that one that is taken is complained about when it matters: when it is drafted.
        drafted = {
            **given,
            "slug": f"dry-run-{secrets.token_hex(8)}",
            "name": "",
            "question": given.get("question", ""),
        }
        campaign = lifecycle.create(**drafted, created_by=caller(request))
        try:
            return previewed(campaign, QUESTIONS)
        finally:
            transaction.set_rollback(True)
