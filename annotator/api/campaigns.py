"""The manager's calls: draft, preview, open, pause, close, watch; and the list an annotator chooses from."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations import adjudication, gold_items, reviews
from annotator.annotations.models import Annotation
from annotator.campaigns import budget, drafts, lifecycle, membership
from annotator.campaigns.forecast import look_ahead
from annotator.campaigns.models import Campaign
from annotator.campaigns.ranking import Proposal, rank
from annotator.learning.belief import Believer
from annotator.learning.checks import fallen_back
from annotator.people.models import Scope
from annotator.rollouts.models import PromptGroup, Rollout, Score
from annotator.tasks import withdrawing
from annotator.tasks.models import Assignment
from annotator.tasks.opening import asked_in, open_due_tasks, used_up
from annotator.training.desk import overview

from . import campaign_shapes as shape
from . import desk_shapes
from .views import caller, checked, find_campaign, manages

PEOPLE_AND_MANAGERS = {"GET": (Scope.ANNOTATE, Scope.MANAGE), "POST": Scope.MANAGE}


def present(request: Request, campaign: Campaign) -> dict[str, Any]:
    """A campaign as this caller may see it: annotators get the question, managers also budget and config."""
    public = {
        "slug": campaign.slug,
        "name": campaign.name,
        "question": campaign.question,
        "guidelines": campaign.guidelines,
        "form": campaign.config.asks.to_json(),
        "completions": campaign.config.completions,
        "state": campaign.state,
        "used_up": used_up(campaign),
        "cards_wait": campaign.assignments.filter(state=Assignment.State.OPEN).exists(),
    }
    if Scope.ANNOTATE in caller(request).scopes:
        answers = Annotation.objects.filter(campaign=campaign, annotator=caller(request), revised_by__isnull=True)
        public["answered_by_me"] = answers.filter(skip="").count()
        public["returned"] = reviews.returned_to(caller(request), campaign).count()
        if membership.may(caller(request), membership.Action.ADJUDICATE, campaign.pk):
            public["disputes"] = adjudication.waiting_for(campaign, caller(request)).count()
            public["to_read"] = reviews.awaiting(campaign).n
    if not manages(request, campaign):
        return public
    people = campaign.annotators.order_by("username")
    return {
        **public,
        "reward_model": campaign.reward_model,
        "config": campaign.config.to_json(),
        "budget": budget.balance(campaign).as_dict(),
        "pay_per_label": campaign.pay_per_label,
        "pay_per_hour": campaign.pay_per_hour,
        "paid_seconds_cap": campaign.paid_seconds_cap,
        "runs": list(campaign.runs.order_by("name").values_list("name", flat=True)),
        "annotators": list(people.filter(is_active=True).values_list("username", flat=True)),
        "former": list(people.filter(is_active=False).values_list("username", flat=True)),
        "created_at": campaign.created_at,
        "opened_at": campaign.opened_at,
        "closed_at": campaign.closed_at,
    }


class Campaigns(APIView):
    required_scope = PEOPLE_AND_MANAGERS

    @extend_schema(operation_id="campaigns_list", responses=shape.CampaignList)
    def get(self, request: Request) -> Response:
        everything = Campaign.objects.order_by("-id")
        if manages(request):
            return Response({"results": [present(request, c) for c in everything]})
        mine = everything.filter(annotators=caller(request))
        campaigns = [c for c in mine if c.state != Campaign.State.DRAFT or manages(request, c)]
        return Response({"results": [present(request, c) for c in campaigns]})

    @extend_schema(operation_id="campaigns_create", request=shape.CampaignIn, responses={201: shape.CampaignOut})
    def post(self, request: Request) -> Response:
        """Draft a campaign."""
        given, person = checked(shape.CampaignIn, request.data), caller(request)
        source = given.pop("known_answers_of", None)
        with transaction.atomic():
            campaign = lifecycle.create(**given, created_by=person)
            if source is not None:
                gold_items.take_along(find_campaign(request, source), campaign, made_by=person)
        return Response(present(request, campaign), status=201)


class OneCampaign(APIView):
    required_scope = PEOPLE_AND_MANAGERS | {"PATCH": Scope.MANAGE, "DELETE": Scope.MANAGE}

    @extend_schema(operation_id="campaigns_get", responses=shape.CampaignOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(present(request, find_campaign(request, slug)))

    @extend_schema(operation_id="campaigns_edit", request=shape.CampaignEdit, responses=shape.CampaignOut)
    def patch(self, request: Request, slug: str) -> Response:
        """Change a draft: what is given, the rest stays; a config is given whole."""
        given = checked(shape.CampaignEdit, request.data)
        return Response(present(request, drafts.edit(find_campaign(request, slug), **given)))

    @extend_schema(operation_id="campaigns_discard", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Discard a draft for good."""
        drafts.discard(find_campaign(request, slug))
        return Response(status=204)


class Budget(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_budget", responses=shape.BudgetAhead)
    def get(self, request: Request, slug: str) -> Response:
        """What is used and left of each budget, how it burnt down, and when it will be gone."""
        return Response(shape.BudgetAhead(look_ahead(find_campaign(request, slug), now=timezone.now())).data)


class TopUp(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_top_up", request=shape.TopUpIn, responses=shape.CampaignOut)
    def post(self, request: Request, slug: str) -> Response:
        """Raise the budgets. Repeating the call with the same idempotency key changes nothing."""
        given = checked(shape.TopUpIn, request.data)
        key = given.pop("idempotency_key")
        topped = budget.top_up(find_campaign(request, slug).pk, key=key, **given)
        return Response(present(request, topped))


class Move(APIView):
    """Open, pause or close."""

    required_scope = Scope.MANAGE
    to = ""

    @extend_schema(request=None, responses=shape.CampaignOut)
    def post(self, request: Request, slug: str) -> Response:
        found = find_campaign(request, slug)
        if self.to == Campaign.State.CLOSED:
            return Response(present(request, withdrawing.close(found, now=timezone.now())))
        campaign = lifecycle.move(found, self.to, now=timezone.now())
        if self.to == Campaign.State.OPEN:
            # The first cards are there when the manager looks; the queue keeper opens all later rounds.
            open_due_tasks(campaign.pk, believe=Believer(campaign), fallen_back=fallen_back(campaign))
            campaign.refresh_from_db()
        return Response(present(request, campaign))


class DashboardView(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_dashboard", responses=desk_shapes.Dashboard)
    def get(self, request: Request, slug: str) -> Response:
        """Everything the desk shows, counted now."""
        campaign = find_campaign(request, slug)
        seen = {"campaign": present(request, campaign), **overview(campaign, now=timezone.now())}
        return Response(desk_shapes.Dashboard(seen).data)


class PreviewView(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_preview", parameters=[shape.PreviewQuery], responses=shape.Preview)
    def get(self, request: Request, slug: str) -> Response:
        """Dry run: what this campaign would ask first. Stores nothing, spends nothing."""
        n = checked(shape.PreviewQuery, request.query_params.dict())["n"]
        return Response(shape.Preview(previewed(find_campaign(request, slug), n)).data)


def previewed(campaign: Campaign, n: int) -> dict[str, Any]:
    ranking = rank(
        campaign, n,
        seed=campaign.config.seed, asked_between=asked_in(campaign),
        believe=Believer(campaign), fallen_back=fallen_back(campaign),
    )  # fmt: skip
    version_id = ranking.version.pk if ranking.version else None
    return {
        "acquisition": ranking.acquisition,
        "version": ranking.version.number if ranking.version else None,
        "pool_size": ranking.pool_size,
        "cards": _cards(ranking.proposals, version_id),
    }


def _cards(proposals: list[Proposal], version_id: int | None) -> list[dict[str, Any]]:
    ids = [rollout for p in proposals for rollout in p.rollouts]
    rollouts = Rollout.objects.in_bulk(ids)
    scores = {s.rollout_id: s for s in Score.objects.filter(version_id=version_id, rollout_id__in=ids)}
    groups = PromptGroup.objects.in_bulk([p.group_id for p in proposals])

    def side(pk: int) -> dict[str, Any]:
        score = scores.get(pk)
        return {
            "rollout": pk,
            "completion": rollouts[pk].completion,
            "reward": rollouts[pk].reward,
            "mean": score.mean if score else None,
            "spread": score.spread if score else None,
        }

    return [
        {
            "group": groups[p.group_id].external_id,
            "step": groups[p.group_id].step,
            "prompt": groups[p.group_id].prompt,
            "completions": [side(rollout) for rollout in p.rollouts],
            "stream": "random" if p.from_random else "acquisition",
            "value": p.value,
            "propensity": p.propensity,
        }
        for p in proposals
    ]
