"""TRL's unpaired preference, which KTO reads: a prompt, one completion, and whether it is good.

The rule: good or bad as a binary question says. Where none is asked, a rating by the criterion it orders by: above the
middle of the scale is good, below it bad, the middle itself gives no row. Pairs and rankings say which is better and
not which is good, so they give nothing here; KTO reads `trl-preference` too, and unpairs it itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotator.campaigns.forms import Form
from annotator.campaigns.forms.question import Answer
from annotator.campaigns.forms.ratings import Binary, Rating

from .cards import Told
from .formats import PROVENANCE, Format, Row, asks, first_of, provenance, said


def unpaired(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    question = first_of(form, "binary", "rating")
    assert isinstance(question, Binary | Rating)
    for told in answers:
        given = (told.row.answer or {}).get(question.name)
        if given is None:
            continue
        for one, good in zip(told.shown, _good(question, given), strict=True):
            if good is not None:
                yield {
                    "prompt": said(told.row.prompt, "user", chat),
                    "completion": said(one.completion, "assistant", chat),
                    "label": good,
                    "completion_id": one.external_id,
                    **provenance(told),
                }


def _good(question: Binary | Rating, answer: Answer) -> list[bool | None]:
    if isinstance(question, Binary):
        return list(answer["good"])
    (scale,) = (one for one in question.criteria if one.name == question.orders_by)
    middle = (scale.low + scale.high) / 2
    return [None if score == middle else score > middle for score in answer["scores"][scale.name]]


KTO = Format(
    name="kto",
    made_of="a binary or a rating question",
    fits=asks("binary", "rating"),
    columns={"prompt": "text", "completion": "text", "label": "bool", "completion_id": "string", **PROVENANCE},
    rows=unpaired,
)
