"""How well an answer meets the one that is known to be right. Pure: a form and two answers in, a number out."""

from __future__ import annotations

from typing import Any

from annotator.campaigns.forms.form import Form
from annotator.campaigns.forms.question import Level, Value


def score(form: Form, answer: dict[str, Any], truth: dict[str, Any]) -> float | None:
    """The mean over everything the truth says, 0 to 1; None when it says nothing that can be compared.

    What the truth leaves out is not judged; what the answer leaves out is wrong.
    """
    said, right = form.units(answer), form.units(truth)
    if not right:
        return None
    return sum(_alike(form.level(key), said[key], value) if key in said else 0.0 for key, value in right.items()) / len(
        right
    )


def _alike(level: Level, said: Value, right: Value) -> float:
    """1 for the same; next to the right rank or number is half right; sets by the share of what either holds."""
    if isinstance(said, frozenset) and isinstance(right, frozenset):
        return len(said & right) / len(said | right) if said | right else 1.0
    if said == right:
        return 1.0
    if level in ("ordinal", "interval") and isinstance(said, int) and isinstance(right, int):
        return 0.5 if abs(said - right) == 1 else 0.0
    return 0.0
