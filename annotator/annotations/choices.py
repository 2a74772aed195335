"""What an answer could live with, as `agreement` hears it: by the form's main question, the first that orders.

Of many completions the best one is what people agree on; good or bad, and where the first error is, they say of each.
Free text, corrections and spans contradict nobody.
"""

from __future__ import annotations

from typing import Any

from annotator.campaigns.forms.form import Form

from .agreement import Choices


def choices(form: Form, answer: dict[str, Any]) -> Choices:
    main = form.ordering or form.questions[0]
    said = answer.get(main.name)
    if said is None:
        return {}
    if main.kind == "binary":
        return {f"[{at}]": frozenset({good}) for at, good in enumerate(said["good"])}
    if main.kind == "steps":
        return {f"[{at}]": frozenset({_verdict(said, at)}) for at, end in enumerate(said["end"]) if end != "gave_up"}
    if not main.compares:
        return {}
    beaten = {one.j if one.outcome == 1.0 else one.i for one in form.comparisons(answer) if one.outcome != 0.5}
    return {"": frozenset(range(form.completions)) - beaten}


def _verdict(said: dict[str, Any], at: int) -> str | int:
    """Where the first error is, or why there is none."""
    if said["end"][at] == "found_error":
        return int(said["marks"][at].index(-1))
    return str(said["end"][at])
