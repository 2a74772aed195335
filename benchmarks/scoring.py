"""How fast completions become scores, scores become questions, and an answer becomes another order of questions.

    python -m benchmarks.scoring --json scoring.json
    python -m benchmarks.scoring --texts rollouts.jsonl --count 2000 --threads 2
    python -m benchmarks.scoring --parts card          (on a machine with a GPU)

Four parts, of which `--parts` picks some:

* *scorer*: texts per second of the product's encoder (sorted by length, equal texts once, bf16 where it is faster)
  beside a plain loop over batches of 32 in order of arrival, in the same precision and in float32; `overhead_ratio` is
  encoding and drawing 20 ensemble heads and 20 dropout masks over encoding alone. `--texts` takes a JSONL file of
  `prompt` and `completion`; without it texts are made up.
* *select*: seconds to choose 100 pairs among 100,000 and 1,000,000 whose draws (20) or features (128) are at hand,
  caps, random stream and propensities included.
* *queue*: seconds from an answer to the open tasks in their new order, with a real database and the keeper's process.
* *card*: the scorer on a GPU with a 0.5B-parameter backbone of random weights; left out where there is none.

Timings are the best of a few tries, interleaved where they are compared; `load_average` says how busy the machine was.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.harness import arguments, finish

PARTS = ("scorer", "select", "queue", "card")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--texts", type=Path, help="JSONL with prompt and completion; made up without it")
    parser.add_argument("--count", type=int, default=192, help="texts")
    parser.add_argument("--backbone", default="bundled")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--sizes", default="100000,1000000", help="candidates to choose among")
    parser.add_argument("--draw-rule", default="ensemble_std")
    parser.add_argument("--head-rules", default="bald,v_optimal")
    parser.add_argument("--groups", type=int, default=715, help="prompts of the queue's pool, 28 pairs each")
    parser.add_argument("--answers", type=int, default=40)
    options = parser.parse_args()
    wanted = options.parts.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"unknown parts {sorted(unknown)}; known: {', '.join(PARTS)}")
    figures: dict[str, Any] = {}
    for part in wanted:
        figures |= PART[part](options)
        figures[f"load_average_{part}"] = os.getloadavg()[0]
    finish(figures, options.json)


def scorer(options: Any) -> dict[str, Any]:
    from benchmarks.speed import scorer as part

    pairs = part.texts(options.count, options.texts)
    told = part.figures(pairs, backbone=options.backbone, threads=options.threads, repeats=options.repeats)
    return {"texts": len(pairs), "threads": options.threads, **told}


def select(options: Any) -> dict[str, Any]:
    from benchmarks.speed import selecting

    sizes = [int(size) for size in options.sizes.split(",")]
    return selecting.figures(sizes, draw_rule=options.draw_rule, head_rules=options.head_rules.split(","))


def queue(options: Any) -> dict[str, Any]:
    from benchmarks.speed import latency

    return latency.figures(groups=options.groups, answers=options.answers)


def card(options: Any) -> dict[str, Any]:
    import torch

    if not torch.cuda.is_available():
        return {"card": "none"}
    from benchmarks.speed import card as part
    from benchmarks.speed.scorer import texts

    return part.figures(texts(max(options.count, 2048), options.texts))


PART = {"scorer": scorer, "select": select, "queue": queue, "card": card}


if __name__ == "__main__":
    main()
