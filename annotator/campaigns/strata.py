"""A stratum is what groups share: their run, or the value of one key of their meta. Some have a cap; the rest goes on.

Rounds take turns on the campaign's row and reserve by a conditional update of the stratum, so no race passes a cap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from annotator.rollouts.models import PromptGroup

from .limits import BY_META
from .models import Campaign, Stratum


def share_out(campaign: Campaign) -> None:
    """Give every stratum its cap, as a number of the labels there are now."""
    for value, cap in campaign.config.strata_caps.items():
        Stratum.objects.update_or_create(
            campaign=campaign, value=value, defaults={"cap_labels": cap.cap(campaign.budget_labels)}
        )


def with_room(campaign: Campaign, groups: QuerySet[PromptGroup]) -> QuerySet[PromptGroup]:
    """Those groups whose stratum has room for one more task."""
    if not campaign.config.strata:
        return groups
    full = campaign.strata.filter(cap_labels__lt=F("committed_labels") + campaign.config.overlap)
    left: QuerySet[PromptGroup] = _with_stratum(campaign, groups).exclude(
        stratum__in=list(full.values_list("value", flat=True))
    )
    return left


def of_groups(campaign: Campaign, group_ids: Iterable[int]) -> dict[int, str]:
    """The capped stratum of each group that is in one."""
    if not campaign.config.strata:
        return {}
    capped = campaign.config.strata_caps
    groups = _with_stratum(campaign, PromptGroup.objects.filter(id__in=set(group_ids)))
    return {group: value for group, value in groups.values_list("id", "stratum") if value in capped}


def room_for_tasks(campaign: Campaign) -> dict[str, int]:
    """How many more tasks each capped stratum has room for."""
    overlap = campaign.config.overlap
    return {one.value: max(0, one.cap_labels - one.committed_labels) // overlap for one in campaign.strata.all()}


def _with_stratum(campaign: Campaign, groups: QuerySet[PromptGroup]) -> Any:
    by = campaign.config.strata["by"]
    value = F("run__name") if by == "run" else KeyTextTransform(by.removeprefix(BY_META), "meta")
    return groups.annotate(stratum=Coalesce(value, Value(""), output_field=TextField()))
