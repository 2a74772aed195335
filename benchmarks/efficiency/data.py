"""Files of preferences become one shape: texts, and pairs of texts with an outcome.

A set is `FOLDER/NAME/*.jsonl[.gz]`, `FOLDER/NAME.jsonl[.gz]`, or a path to such a file. A record is

* a pair: `chosen`, `rejected`; or `response_a`, `response_b` with `majority` or `preference` of a | b | tie;
* a group: `completions` with texts, and either `preferences` (list of `a`, `b`, `vote`) or a number or truth value per
  completion under one of `SIGNALS`. Two completions whose numbers differ by less than `TIE` are left out.

The prompt is under `prompt`, `question` or `instruction` (with `input`). Ties are left out: nothing here can be right
or wrong about them. Which completions and pairs of a large group are kept, and which side is shown first, follows from
a hash of ids: the same file always gives the same items.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

SIGNALS = ("judge_win_prob", "correct", "passed", "score", "reward")
TIE = 0.1  # of a graded signal in 0..1; below it the two judges of the public chat set stop agreeing
Record = dict[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Items:
    """N texts and M pairs of them. `outcome_M`: 1 the left one is better, 0 the right one."""

    name: str
    texts: list[tuple[Any, str]]  # (prompt, completion)
    prompts: list[Any]
    generator_N: np.ndarray
    left_M: np.ndarray
    right_M: np.ndarray
    prompt_M: np.ndarray
    outcome_M: np.ndarray
    strength_M: np.ndarray  # 0..1: how far apart the two are; 1 where the signal is not graded


@dataclasses.dataclass
class _Builder:
    texts: list[tuple[Any, str]] = dataclasses.field(default_factory=list)
    prompts: list[Any] = dataclasses.field(default_factory=list)
    generators: list[str] = dataclasses.field(default_factory=list)
    # better, worse, prompt, strength
    pairs: list[tuple[int, int, int, float]] = dataclasses.field(default_factory=list)
    number: dict[str, int] = dataclasses.field(default_factory=dict)

    def prompt(self, record: Record) -> int:
        text = _prompt(record)
        key = json.dumps(text, sort_keys=True)
        if key not in self.number:
            self.number[key] = len(self.prompts)
            self.prompts.append(text)
        return self.number[key]

    def text(self, prompt: int, completion: str, generator: str) -> int:
        if not isinstance(completion, str):
            raise TypeError("a completion is a text")
        self.texts.append((self.prompts[prompt], completion))
        self.generators.append(generator)
        return len(self.texts) - 1


def load(
    source: str, folder: Path | None, *, completions: int = 8, pairs: int = 28, prompts: int | None = None
) -> Items:
    """Read one set; at most `completions` and `pairs` per group, and at most `prompts` prompts, are kept."""
    built = _Builder()
    for path in _files(source, folder):
        for line, record in _records(path):
            if prompts is not None and len(built.prompts) >= prompts:
                break
            try:
                if "completions" in record:
                    _group(built, record, completions, pairs)
                else:
                    _pair(built, record)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError) as wrong:
                sys.exit(f"{path}, line {line}: this is neither a pair nor a group ({type(wrong).__name__}: {wrong}).")
    if not built.pairs:
        sys.exit(f"{source}: no pair with a strict preference was found; see benchmarks/efficiency/data.py for fields.")
    return _shuffled_sides(Path(source).name.split(".")[0], built)


def _files(source: str, folder: Path | None) -> list[Path]:
    if Path(source).is_file():
        return [Path(source)]
    base = folder or Path()
    for stem in ("groups", "pairs", "*"):
        if found := sorted((base / source).glob(f"{stem}.jsonl*")):
            return found
    if found := sorted(base.glob(f"{source}.jsonl*")):
        return found
    sys.exit(f"There is no set {source!r} in {base}.")


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    """(line, record); what is no JSON object is told by its line."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as wrong:
                sys.exit(f"{path}, line {number}: no JSON ({wrong}).")
            if not isinstance(record, dict):
                sys.exit(f"{path}, line {number}: a record is a JSON object.")
            yield number, record


def _prompt(record: Record) -> Any:
    if "instruction" in record:
        return record["instruction"] + ("\n" + record["input"] if record.get("input") else "")
    return record.get("prompt") or record["question"]


def _pair(built: _Builder, record: Record) -> None:
    verdict: str | None = "a"
    if "chosen" in record:
        better, worse = record["chosen"], record["rejected"]
        names = ("", "")
    else:
        better, worse = record["response_a"], record["response_b"]
        verdict = record.get("majority") or record.get("preference")
        names = (record.get("generator_a", ""), record.get("generator_b", ""))
    if verdict not in ("a", "b") or better == worse:
        return
    prompt = built.prompt(record)
    a, b = built.text(prompt, better, names[0]), built.text(prompt, worse, names[1])
    built.pairs.append((a, b, prompt, 1.0) if verdict == "a" else (b, a, prompt, 1.0))


def _group(built: _Builder, record: Record, most: int, most_pairs: int) -> None:
    every = record["completions"]
    rng = np.random.default_rng(_hash(record.get("id") or _prompt(record)))
    kept = sorted(rng.permutation(len(every))[:most].tolist())
    verdicts = list(_verdicts(record, kept))
    if not verdicts:
        return
    prompt = built.prompt(record)
    used = sorted({side for better, worse, _ in verdicts for side in (better, worse)})
    row = {c: built.text(prompt, every[c]["text"], every[c].get("generator", "")) for c in used}
    for which in sorted(rng.permutation(len(verdicts))[:most_pairs].tolist()):
        better, worse, strength = verdicts[which]
        built.pairs.append((row[better], row[worse], prompt, strength))


def _verdicts(record: Record, kept: list[int]) -> Iterator[tuple[int, int, float]]:
    """(better, worse, strength) of every two kept completions that differ in text and are not tied."""
    every = record["completions"]
    if "preferences" in record:
        for vote in record["preferences"]:
            if vote["vote"] in ("a", "b") and {vote["a"], vote["b"]} <= set(kept):
                sides = (vote["a"], vote["b"]) if vote["vote"] == "a" else (vote["b"], vote["a"])
                yield (*sides, 1.0)
        return
    signal = next((name for name in SIGNALS if name in every[0]), None)
    for at, i in enumerate(kept if signal else []):
        for j in kept[at + 1 :]:
            gap = float(every[i][signal]) - float(every[j][signal])
            if not math.isfinite(gap):
                raise ValueError(f"{signal} must be finite")
            if abs(gap) >= TIE and every[i]["text"] != every[j]["text"]:
                yield (i, j, gap) if gap > 0 else (j, i, -gap)


def _shuffled_sides(name: str, built: _Builder) -> Items:
    better, worse, prompt, strength = (np.array(column) for column in zip(*built.pairs, strict=True))
    swap = np.random.default_rng(_hash(name)).random(len(better)) < 0.5
    return Items(
        name=name,
        texts=built.texts,
        prompts=built.prompts,
        generator_N=np.array(built.generators),
        left_M=np.where(swap, worse, better),
        right_M=np.where(swap, better, worse),
        prompt_M=prompt,
        outcome_M=np.where(swap, 0.0, 1.0),
        strength_M=strength.astype(float),
    )


def _hash(text: Any) -> int:
    return int.from_bytes(hashlib.sha256(json.dumps(text).encode()).digest()[:8])
