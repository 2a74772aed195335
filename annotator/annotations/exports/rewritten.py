"""Completions as somebody put them right: to imitate, or to prefer over what the policy wrote.

The rule: only what somebody changed gives a row; a completion left as it was may be right, or merely not worth the
typing. Of a conversation the plain text was edited, so the corrected one is a single message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotator.campaigns.forms import Form

from .cards import Shown, Told
from .formats import PROVENANCE, Format, Row, asks, first_of, provenance, said


def _edits(answers: Iterable[Told], form: Form) -> Iterator[tuple[Told, Shown, str]]:
    question = first_of(form, "edit")
    assert question is not None
    for told in answers:
        edited = (told.row.answer or {}).get(question.name)
        if edited is not None:
            for one, text in zip(told.shown, edited["texts"], strict=True):
                if text is not None:
                    yield told, one, text


def imitate(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    for told, one, text in _edits(answers, form):
        yield {
            "prompt": said(told.row.prompt, "user", chat),
            "completion": said(text, "assistant", chat),
            "completion_id": one.external_id,
            **provenance(told),
        }


def edited_over_original(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    for told, one, text in _edits(answers, form):
        yield {
            "prompt": said(told.row.prompt, "user", chat),
            "chosen": said(text, "assistant", chat),
            "rejected": said(one.completion, "assistant", chat),
            "rejected_id": one.external_id,
            **provenance(told),
        }


SFT = Format(
    name="sft",
    made_of="an edit question",
    fits=asks("edit"),
    columns={"prompt": "text", "completion": "text", "completion_id": "string", **PROVENANCE},
    rows=imitate,
)

EDIT_PREFERENCE = Format(
    name="edit-preference",
    made_of="an edit question",
    fits=asks("edit"),
    columns={**dict.fromkeys(("prompt", "chosen", "rejected"), "text"), "rejected_id": "string", **PROVENANCE},
    rows=edited_over_original,
)
