"""verl's rollout dumps: one JSONL file per step, one sample per line.

Its v1 trainer writes `uid` = `{sample}_{rollout}_{output}`: the sample names the group. The older one writes no
identity, so equal `input` within a step is one group, and the extra reward values stand beside `score`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .source import Located, Moved, Problem, records

OWN = frozenset({"input", "output", "score", "step", "uid", "reward"})


def looks_like(record: Any) -> bool:
    return isinstance(record, dict) and record.keys() >= {"input", "output", "score"}


def read(path: Path, moved: Moved) -> Iterator[Located]:
    seen: Counter[bytes] = Counter()  # of this step only
    step: Any = None
    for line, record in records(path, moved):
        if isinstance(record, Problem):
            yield Located(line, record)
            continue
        if not looks_like(record):
            yield Located(line, Problem("missing_field", "A verl sample has `input`, `output` and `score`."))
            continue
        here = record.get("step", int(path.stem) if path.stem.isdigit() else 0)
        if here != step:
            step, seen = here, Counter()
        yield Located(line, _row(record, step, seen))


def _row(record: dict[str, Any], step: Any, seen: Counter[bytes]) -> dict[str, Any]:
    extras = {name: value for name, value in record.items() if name not in OWN}
    # Extras may be of any kind: numbers are reward parts, the rest is kept as it is.
    parts = {name: _number(value) for name, value in extras.items() if isinstance(value, (int, float))}
    row = {
        "step": step,
        "prompt": record["input"],
        "completion": record["output"],
        "reward": _number(record["score"]),
        "rewards": parts,
        "meta": {name: value for name, value in extras.items() if name not in parts},
    }
    uid = record.get("uid")
    if isinstance(uid, str):
        return row | {"group_id": f"{step}/{uid.rsplit('_', 2)[0]}", "id": f"{step}/{uid}"}
    # Without ids, equal samples of one step are told apart by how many came before.
    text = hashlib.sha256(f"{record['input']}\0{record['output']}".encode("utf-8", "surrogatepass")).digest()[:16]
    seen[text] += 1
    return row | {"index": seen[text] - 1}


def _number(score: Any) -> Any:
    return float(score) if isinstance(score, bool) else score
