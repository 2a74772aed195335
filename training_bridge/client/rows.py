"""A row carries its ids before it leaves the trainer, so sending it twice stores it once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


class UnusableRow(ValueError):
    """The row can never be stored; `code` says why in one word, as the server would."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def with_ids(row: Mapping[str, Any]) -> Row:
    """The row with every missing group and rollout id filled in, once, before the first try."""
    filled = dict(row)
    if not filled.get("group_id"):
        if "completions" not in filled:
            raise UnusableRow("group_id_missing", "A row with a single completion needs the group_id it belongs to.")
        filled["group_id"] = uuid.uuid4().hex
    group = filled["group_id"]
    if "completions" in filled:
        if not isinstance(filled["completions"], list) or not all(isinstance(c, dict) for c in filled["completions"]):
            raise UnusableRow("invalid_rollout", f"Row {group}: completions must be a list of objects.")
        filled["completions"] = [
            {"id": f"{group}/{index}", **completion} for index, completion in enumerate(filled["completions"])
        ]
    else:
        filled.setdefault("id", f"{group}/{filled.get('index', uuid.uuid4().hex)}")
    return filled


def rollouts_in(row: Mapping[str, Any]) -> int:
    return len(row["completions"]) if "completions" in row else 1


def encode(row: Mapping[str, Any]) -> bytes:
    """One line of NDJSON. JSON has no NaN or infinity: such a row is refused here, before it spoils its batch."""
    try:
        return json.dumps(row, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise UnusableRow("not_finite", f"Row {row.get('group_id')}: {error}.") from error
    except TypeError as error:
        raise UnusableRow("not_json", f"Row {row.get('group_id')}: {error}.") from error
