"""A draft is changed, and checked again as a whole, or discarded: nobody has been asked anything yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from annotator.errors import Conflict, NotFound
from annotator.people import audit
from annotator.rollouts.models import RewardModelVersion

from .config import CampaignConfig
from .lifecycle import runs_called
from .means import Means
from .models import Campaign
from .strata import share_out

WORDS = ("name", "question", "guidelines", "reward_model", "budget_labels")
MEANS = tuple(field.name for field in dataclasses.fields(Means))


@transaction.atomic
def edit(campaign: Campaign, **given: Any) -> Campaign:
    """Change what is given and keep the rest; a config, where one is given, is the whole config."""
    draft = _locked(campaign)
    old = _told(draft)
    config = CampaignConfig.from_json(given["config"]) if "config" in given else draft.config
    _keep_known_answers(draft, config)
    for field in WORDS:
        setattr(draft, field, given.get(field, getattr(draft, field)))
    draft.reward_model = draft.reward_model or draft.slug
    means = _means(draft, given)
    for field, value in means.checked(config, labels=draft.budget_labels).items():
        setattr(draft, field, value)
    draft.config_json = config.to_json()
    draft.save(update_fields=[*WORDS, *MEANS, "config_json"])
    if "runs" in given:
        draft.runs.set(runs_called(given["runs"]).values())
    draft.strata.all().delete()
    share_out(draft)
    RewardModelVersion.objects.filter(name=draft.reward_model).update(scored_through=0)  # as for a new campaign
    before, after = audit.changed(old, _told(draft))
    if after:
        audit.record("campaign.edited", draft, old=before, new=after)
    return draft


@transaction.atomic
def discard(campaign: Campaign) -> None:
    """Remove a draft for good, with its people, its invitations and its known answers."""
    draft = _locked(campaign)
    audit.record("campaign.discarded", draft, old=_told(draft))
    try:
        draft.gold_items.all().delete()
        draft.delete()
    except ProtectedError as error:
        raise Conflict(f"{draft.slug} has been worked with; close it instead.", campaign=draft.slug) from error


def _locked(campaign: Campaign) -> Campaign:
    draft = Campaign.objects.select_for_update(no_key=True).filter(pk=campaign.pk).first()
    if draft is None:
        raise NotFound(f"There is no campaign called {campaign.slug}.", code="unknown_campaign", campaign=campaign.slug)
    if draft.state != Campaign.State.DRAFT:
        raise Conflict(
            f"{draft.slug} is {draft.state}: what a campaign asks is fixed once it opens.", campaign=draft.slug
        )
    return draft


def _means(draft: Campaign, given: Mapping[str, Any]) -> Means:
    """What is paid; the most time that is paid for follows the length of a lease again where it did before."""
    kept = {field: getattr(draft, field) for field in MEANS}
    if kept["paid_seconds_cap"] == max(1, round(60 * draft.config.lease_minutes)):
        kept["paid_seconds_cap"] = None
    return Means(**{field: given.get(field, value) for field, value in kept.items()})


def _keep_known_answers(draft: Campaign, config: CampaignConfig) -> None:
    """An answer that is known to be right answers the form as it was."""
    fits = (config.form, config.completions) == (draft.config.form, draft.config.completions)
    if not fits and draft.gold_items.filter(retired_at__isnull=True).exists():
        raise Conflict("Its known answers fit another form: retire them first.", field="form")


def _told(draft: Campaign) -> dict[str, Any]:
    """All that can be edited, in plain words for the audit log; the config field by field, so that changes show."""
    means = {field: getattr(draft, field) for field in MEANS}
    return {
        **{field: getattr(draft, field) for field in WORDS},
        **{field: value if value is None else str(value) for field, value in means.items()},
        "runs": sorted(draft.runs.values_list("name", flat=True)),
        **{f"config.{field}": value for field, value in draft.config.to_json().items()},
    }
