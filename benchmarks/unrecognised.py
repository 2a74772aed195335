"""Can somebody tell which cards have a known answer, or come again, from all that their client sees?

    python -m benchmarks.unrecognised --cards 1500 --json unrecognised.json

One annotator works through a campaign of which `--gold` of the cards are known and `--repeats` come again, holding
three cards as the page does, and notes what their client sees of every card: how long the claim that brought it took,
the claims before and after, its answer and a correction; numbers and sizes; its place among the cards that came with
it. Two thirds teach a classifier (logistic, of ranks, how far from the middle they are and how far in the tails); the
last third judges it: the area under its curve for gold and for repeats, .5 is chance, with a 95 % interval. Then the
area of each single thing. The texts are left out: a repeat is recognised by whoever remembers it.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections import defaultdict
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.harness import Place, arguments, finish, product

HELD = 3


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--cards", type=int, default=1_500)
    parser.add_argument("--gold", type=float, default=0.15)
    parser.add_argument("--repeats", type=float, default=0.15)
    parser.add_argument("--overlap", type=int, default=2)
    options = parser.parse_args()
    with product() as place:
        from benchmarks.crowd import world

        (person,) = world.make_annotators(1)
        campaign = world.open_campaign(
            place.database_url, 2 * options.cards, overlap=options.overlap, gold=options.gold, repeats=options.repeats,
            gold_items=options.cards,
        )  # fmt: skip
        seen = at_work(place, campaign.slug, person["token"], options.cards)
        stream = streams(campaign)
    figures: dict[str, Any] = {"cards": len(seen)}
    names = [name for name in seen[0] if name != "assignment"]
    table = np.array([[one[name] for name in names] for one in seen])
    for kind in ("gold", "repeat"):
        is_kind = np.array([stream[int(one["assignment"])] == kind for one in seen])
        rest = np.array([stream[int(one["assignment"])] in (kind, "acquisition", "random") for one in seen])
        figures |= {f"{kind}_{name}": value for name, value in adversary(table[rest], is_kind[rest], names).items()}
    finish(figures, options.json)


def at_work(place: Place, slug: str, token: str, cards: int) -> list[dict[str, float]]:
    """What the client saw of every card, in the order they were answered."""
    seen: list[dict[str, float]] = []
    hand: list[dict[str, Any]] = []
    began, previous = time.monotonic(), 0.0

    def call(path: str, body: dict[str, Any]) -> tuple[Any, float, int]:
        request = urllib.request.Request(
            f"{place.url}/api/v1{path}", json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )  # fmt: skip
        since = time.perf_counter()
        with urllib.request.urlopen(request) as response:
            text = response.read()
        return json.loads(text) if text else None, 1e3 * (time.perf_counter() - since), len(text)

    with tqdm(total=cards, unit="card") as bar:
        while len(seen) < cards:
            body = {"n": HELD - len(hand), "hold": [one["card"]["assignment"] for one in hand]}
            told, took, size = call(f"/campaigns/{slug}/claim", body)
            came = told["cards"] if told else []
            if seen:
                seen[-1]["claim_after_ms"] = took
            hand += [
                {
                    "card": card, "claim_ms": took, "claim_before_ms": previous, "bytes": size, "place": at,
                    "with": len(came),
                }
                for at, card in enumerate(came)
            ]  # fmt: skip
            previous = took
            if not hand:
                break
            one = hand.pop(0)
            card = one.pop("card")
            choice = "first" if len(seen) % 2 else "second"
            answer = {
                "answer": {"preference": {"choice": choice, "strength": None}},
                "lease_number": card["lease_number"], "active_ms": 1_000,
                "idempotency_key": f"k{len(seen)}",
            }  # fmt: skip
            stored, submit_ms, submit_bytes = call(f"/assignments/{card['assignment']}/annotation", answer)
            again = {"answer": answer["answer"], "idempotency_key": f"r{len(seen)}", "active_ms": 1_000}
            _, revise_ms, _ = call(f"/annotations/{stored['annotation']}/revise", again)
            seen.append(
                one | {
                    "assignment": card["assignment"], "submit_ms": submit_ms, "submit_bytes": submit_bytes,
                    "revise_ms": revise_ms, "handle": card["assignment"] % 1_000, "lease": card["lease_number"] % 1_000,
                    "fields": len(json.dumps(sorted(card))), "answer_number": stored["annotation"],
                    "claim_after_ms": 0.0, "at": time.monotonic() - began,
                }
            )  # fmt: skip
            bar.update()
    return seen


def streams(campaign: Any) -> dict[int, str]:
    """By the number that the annotator knew: what each card was."""
    from annotator.api import handles
    from annotator.tasks.models import Assignment

    rows = Assignment.objects.filter(campaign=campaign, annotator__isnull=False).values_list("id", "task__stream")
    return {handles.shown(slot): str(stream) for slot, stream in rows}


def adversary(table: Any, is_kind: Any, names: list[str]) -> dict[str, float]:
    """Area under the curve of the classifier on the last third, and of each thing alone on all of it."""
    from uncertainty.laplace import fit

    cut = 2 * len(table) // 3
    rank = table.argsort(axis=0).argsort(axis=0) / len(table) - 0.5
    ranks = np.hstack([rank, np.abs(rank), np.maximum(np.abs(rank) - 0.4, 0.0) * 10.0, np.ones((len(table), 1))])
    head = fit(ranks[:cut], is_kind[:cut].astype(float), precision=1.0)
    area, low, high = auroc(ranks[cut:] @ head.mean_D, is_kind[cut:])
    told = {"cards": float(is_kind.sum()), "auroc": area, "auroc_low": low, "auroc_high": high}
    alone = defaultdict[str, float](float)
    for at, name in enumerate(names):
        one, *_ = auroc(table[:, at], is_kind)
        alone[f"by_{name}"] = max(one, 1.0 - one)
    return told | dict(sorted(alone.items(), key=lambda item: -item[1]))


def auroc(score: Any, is_kind: Any) -> tuple[float, float, float]:
    """How often one of the kind scores above one that is not, and its 95 % interval (Hanley and McNeil 1982)."""
    yes, no = score[is_kind], score[~is_kind]
    area = float(((yes[:, None] > no).mean() + (yes[:, None] >= no).mean()) / 2.0)
    q, r = area / (2.0 - area), 2.0 * area**2 / (1.0 + area)
    variance = area * (1 - area) + (len(yes) - 1) * (q - area**2) + (len(no) - 1) * (r - area**2)
    half = 1.96 * float(np.sqrt(variance / (len(yes) * len(no))))
    return area, area - half, area + half


if __name__ == "__main__":
    main()
