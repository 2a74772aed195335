"""Before a strategy has anything to go by: how long that lasts."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotator.annotations.label_sets import is_heldout, teaching
from annotator.campaigns.machine_labels import machine_pairs
from annotator.campaigns.models import Campaign
from annotator.campaigns.ranking import production_version
from annotator.campaigns.strategies import STRATEGIES, Reads

AT_ONCE = 500


@dataclasses.dataclass(frozen=True)
class ColdStart:
    """The strategy has not begun; `answers_to_go` None: it waits for a version, not for a number of answers."""

    answers_to_go: int | None


def cold_start(campaign: Campaign) -> ColdStart | None:
    """What the strategy still waits for; None once it chooses."""
    reads = STRATEGIES[campaign.config.acquisition].reads
    if reads is Reads.CHANCE:
        return None
    if reads is not Reads.BELIEF:
        return None if production_version(campaign.reward_model) is not None else ColdStart(None)
    to_go = _answers_to_go(campaign)
    if to_go > 0 and campaign.config.machine:
        to_go -= int((~np.isnan(machine_pairs(campaign, to_go).label_M)).sum())
    return ColdStart(to_go) if to_go > 0 else None


def _answers_to_go(campaign: Campaign) -> int:
    """Counted as the belief counts: answers that stand, about prompts that are not held out."""
    to_go, share = campaign.config.cold_answers, campaign.config.heldout_share
    prompts = teaching(campaign).values_list("task__group__prompt_digest", flat=True)
    in_order, seen = prompts.order_by("id"), 0
    # A few at a time: asked for all of them, the database would sort all of them first.
    while to_go > 0 and (some := list(in_order[seen : seen + AT_ONCE])):
        to_go, seen = to_go - sum(not is_heldout(bytes(prompt), share) for prompt in some), seen + len(some)
    return max(0, to_go)
