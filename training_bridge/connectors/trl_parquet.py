"""TRL's completion files (`log_completions=True`): one Parquet file per log event, no group ids, rewritten in place.

What the trainer does and what follows from it here:
- A file is written again at the same step (an evaluation, the closing log): files are read again when they change, and
  ids follow from content, so the same rows are the same rollouts.
- The rows come from a ring: after a smaller batch its front still holds the end of the batch before, now stamped with
  the new step. A file's front that repeats the end of the file before it is passed over.
- Rows are prompt-major: a group is a run of equal prompts, cut to `num_generations`.
- The columns after `completion` are one per reward function, then extras, then `advantage`; NaN says "no opinion".
- Our client's `tb_rollout_id` and `tb_group_id` columns are believed wherever they are.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .source import Located, Moved, Problem, natural, parquet_rows, parquet_types, without_nulls

REQUIRED = frozenset({"step", "prompt", "completion", "advantage"})
RESERVED = REQUIRED | {"image", "images"}
LONGEST_FRONT = 8_192  # rows of the file before that are compared: more than a usual generation batch
LONGEST_GROUP = 1_024
GROUP_STEP = re.compile(r"(?:^|[^a-z])(?:train|eval)-(\d+)-\d+-\d+$")  # how our client names groups


def looks_like(path: Path) -> bool:
    return path.suffix == ".parquet" and parquet_types(path).keys() >= REQUIRED


def read(
    path: Path, moved: Moved, *, num_generations: int | None = None, rewards: tuple[str, ...] = ()
) -> Iterator[Located]:
    """The file's groups, one row each. `rewards` names the reward columns where guessing is not good enough."""
    types = parquet_types(path)
    if not types.keys() >= REQUIRED:
        yield Located(
            1, Problem("unreadable_file", "Not a TRL completions file (step, prompt, completion, advantage).")
        )
        return
    rewards = rewards or reward_columns(types)
    front = repeated_front(path)
    size = num_generations or group_size(_runs(path, front))
    seen: Counter[str] = Counter()
    for group in _groups(itertools.islice(parquet_rows(path, moved), front, None), size, "tb_group_id" in types):
        if isinstance(group[0].record, Problem):
            yield group[0]
        else:
            yield Located(group[0].line, _row([row for _, row in group], rewards, types, seen))


def reward_columns(types: dict[str, str]) -> tuple[str, ...]:
    """The unbroken line of float columns after `completion`; ours (`tb_`) and other extras come later."""
    names = list(types)
    after = (name for name in names[names.index("completion") + 1 :] if name not in RESERVED)
    return tuple(itertools.takewhile(lambda name: types[name] == "double" and not name.startswith("tb_"), after))


def repeated_front(path: Path) -> int:
    """How many rows at the file's front are the end of the file before it (all of them, when nothing was generated)."""
    files = sorted(path.parent.glob("completions_*.parquet"), key=natural)
    before = files[files.index(path) - 1] if path in files and files.index(path) > 0 else None
    if before is None:
        return 0
    ending = list(deque(_fingerprints(before), maxlen=LONGEST_FRONT))
    beginning = list(itertools.islice(_fingerprints(path), len(ending)))
    return max((n for n in range(1, len(beginning) + 1) if ending[-n:] == beginning[:n]), default=0)


def _fingerprints(path: Path) -> Iterator[bytes]:
    """Of everything a row says but its step, which is what the ring gets wrong."""
    for _, row in parquet_rows(path):
        if not isinstance(row, Problem):
            said = {name: value for name, value in row.items() if name != "step"}
            yield hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()[:16]


def _runs(path: Path, front: int) -> Iterator[list[float]]:
    """The advantages of each run of equal prompts."""
    rows = itertools.islice(parquet_rows(path, columns=["prompt", "advantage"]), front, None)
    usable = (row for _, row in rows if not isinstance(row, Problem))
    for _, run in itertools.groupby(usable, key=lambda row: _digest(row["prompt"])):
        yield [row["advantage"] for row in itertools.islice(run, LONGEST_GROUP)]


def group_size(runs: Iterable[list[float]]) -> int:
    """The usual run length, if the advantages agree: GRPO centres them inside each group, so they sum to nearly 0."""
    lengths: Counter[int] = Counter()
    doubtful: list[list[float]] = []
    for run in runs:
        lengths[len(run)] += 1
        if len(doubtful) < 1_000:
            doubtful.append(run)
    if not lengths:
        return LONGEST_GROUP
    size = min(lengths, key=lambda length: (-lengths[length], length))
    longer = [run for run in doubtful if len(run) > size]
    return size if all(_centred(run, size) for run in longer) else LONGEST_GROUP


def _centred(run: list[float], size: int) -> bool:
    pieces = [run[at : at + size] for at in range(0, len(run), size)]
    return all(
        None not in piece and abs(math.fsum(piece)) <= 1e-3 * len(piece) * max(1.0, *map(abs, piece))
        for piece in pieces
    )


def _groups(rows: Iterator[Located], size: int, named: bool) -> Iterator[list[Located]]:
    """Neighbours with one prompt (or one id of ours), at most `size` of them."""

    def belongs(located: Located) -> Any:
        if isinstance(located.record, Problem):
            return located.line
        return (named and located.record["tb_group_id"]) or _digest(located.record["prompt"])

    for _, run in itertools.groupby(rows, key=belongs):
        while group := list(itertools.islice(run, size)):
            yield group


def _row(
    rows: list[dict[str, Any]], rewards: tuple[str, ...], types: dict[str, str], seen: Counter[str]
) -> dict[str, Any]:
    first = rows[0]
    named = first.get("tb_group_id")
    told = GROUP_STEP.search(named) if isinstance(named, str) else None
    step = int(told.group(1)) if told else first["step"]
    group = named or _nth(seen, f"{step}-{_digest(first['prompt'])}")
    texts: Counter[str] = Counter()
    extras = [name for name in types if name not in RESERVED and name not in rewards and not name.startswith("tb_")]
    completions = []
    for row in rows:
        parts = {name: _opinion(row[name]) for name in rewards}
        held = [part for part in parts.values() if part is not None]
        completions.append(
            {
                "id": row.get("tb_rollout_id") or _nth(texts, f"{group}-{_digest(row['completion'])}"),
                "text": without_nulls(row["completion"]),
                "reward": math.fsum(held) if held else None,
                "rewards": parts,
                "meta": {name: row[name] for name in extras if row[name] is not None},
            }
        )
    return {"group_id": group, "step": step, "prompt": without_nulls(first["prompt"]), "completions": completions}


def _opinion(value: Any) -> Any:
    """TRL writes NaN where a reward function returned None."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _nth(seen: Counter[str], name: str) -> str:
    seen[name] += 1
    return f"{name}-{seen[name] - 1}"


def _digest(text: Any) -> str:
    return hashlib.sha256(json.dumps(text, sort_keys=True, default=str).encode()).hexdigest()[:16]
