"""Answers as rows a trainer eats unchanged. What a format leaves out is stated in its rule, not implied.

To add a format: an object of `Format` in the file of its family, its name in `FORMATS`, a test with its real reader.
Columns beyond those of the trainer's own carry provenance; trainers ignore them.
"""

from collections.abc import Iterator

from annotator.campaigns.forms import Form
from annotator.campaigns.models import Campaign
from annotator.errors import InvalidInput

from ..models import LabelSet
from .cards import answers_of, items_of, told
from .everything import ANNOTATIONS
from .files import as_jsonl, as_parquet
from .formats import SPLITS, Format, Row
from .preference import RANKED, TRL_PREFERENCE
from .rewritten import EDIT_PREFERENCE, SFT
from .single import KTO
from .stepwise import PRM_STEPWISE

__all__ = ["FORMATS", "SPLITS", "Format", "Row", "as_jsonl", "as_parquet", "fitting", "of_campaign", "of_label_set"]

FORMATS: dict[str, Format] = {
    one.name: one for one in (TRL_PREFERENCE, RANKED, KTO, PRM_STEPWISE, SFT, EDIT_PREFERENCE, ANNOTATIONS)
}


def fitting(form: Form) -> list[str]:
    """The formats that answers to this form can fill."""
    return [one.name for one in FORMATS.values() if one.fits(form)]


def of_label_set(label_set: LabelSet, one: Format, split: str) -> tuple[Iterator[Row], bool]:
    """The rows of a frozen label set, and whether they are conversations; refuses a format its form cannot fill."""
    form = label_set.campaign.config.asks
    if not one.fits(form):
        raise InvalidInput(
            f"{one.name} is made of {one.made_of}; {label_set.campaign.slug} asks none. Fitting: "
            f"{', '.join(fitting(form))}.",
            field="format",
        )
    found = items_of(label_set, split)
    chat = found.are_conversations(label_set.campaign)
    return one.rows(told(found, label_set.campaign), form, chat), chat


def of_campaign(campaign: Campaign) -> tuple[Iterator[Row], bool]:
    """Everything anybody said: skips, corrected answers, repeats and known answers too, none of it settled."""
    found = answers_of(campaign)
    chat = found.are_conversations(campaign)
    return ANNOTATIONS.rows(told(found, campaign), campaign.config.asks, chat), chat
