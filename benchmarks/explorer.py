"""How long a manager waits for the explorer and the desk of a large campaign, over HTTP.

    python -m benchmarks.explorer --rollouts 1000000 --answers 50000 --people 200 --json explorer.json

Each figure is of `--repeats` calls, one after another, no two with the same words: searches by rare and by frequent
words, by step, reward, doubt and labels, in every order and far down a list; a group whole, the trends of a run, and
every page of the desk. `quality_new` and `dashboard_new` are read right after one more answer, when all that follows
from the answers is worked out anew. The desk's digest, which a live page looks at every second, is timed too.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
import psutil

from benchmarks.harness import Place, arguments, finish, product

Path = Callable[[random.Random], str]  # of a call, drawn anew for each


class Caller:
    """One connection to the server that stays open, as a browser's does."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        server = urlsplit(url)
        self._headers = headers
        self._connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=600)
        self.too_wide = 0  # searches that were refused for taking too long

    def get(self, path: str) -> bytes:
        self._connection.request("GET", f"/api/v1/{path}", headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        self.too_wide += response.status == 422
        if response.status not in (200, 422):
            raise SystemExit(f"{path}: {response.status} {body[:2000].decode(errors='replace')}")
        return body


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rollouts", type=int, default=100_000)
    parser.add_argument("--answers", type=int, default=5_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    with product() as place:
        from benchmarks.crowd import desk

        prose = desk.Prose(seed=0)
        desk.fill(place.database_url, options.rollouts, prose)
        campaign = desk.answered_campaign(options.answers, options.people)
        settle(place)
        figures: dict[str, Any] = {
            "rollouts": options.rollouts, "answers": options.answers, "people": options.people,
            **measure(place, campaign, prose.words, options.repeats),
        }  # fmt: skip
    finish(figures, options.json)


def settle(place: Place) -> None:
    """What autovacuum would have done by now."""
    import psycopg

    with psycopg.connect(place.database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE, PARALLEL 0)")
        connection.execute("CHECKPOINT")


def measure(place: Place, campaign: Any, words: list[str], repeats: int) -> dict[str, Any]:
    manager = Caller(place.url, {"Authorization": f"Bearer {place.token('manager')}"})
    figures: dict[str, Any] = {"load_average_before": psutil.getloadavg()[0]}
    slowest: list[float] = []
    for name, paths in searches(words).items():
        taken = timed(manager, paths, repeats)
        slowest += taken
        figures |= percentiles(f"search_{name}", taken)
    figures |= percentiles("searches", slowest) | {"searches_refused": manager.too_wide}
    figures |= percentiles("search_of_a_campaigns_manager", timed(meg(place, campaign), narrow(words), repeats))
    for name, path in further_pages(manager).items():
        figures |= percentiles(name, timed(manager, path, repeats))
    for name, path in desk_pages(campaign.slug).items():
        figures |= percentiles(name, timed(manager, path, repeats))

    for name in ("quality", "dashboard"):
        figures |= percentiles(f"{name}_new", after_an_answer(manager, campaign, name, repeats))
    figures |= percentiles("digest", digests(campaign, repeats))
    return figures | {"load_average_after": psutil.getloadavg()[0], "peak_rss_mb": place.peak_rss_mb()}


def searches(words: list[str]) -> dict[str, Path]:
    """A search of each kind; every call makes another one of it."""
    run = "run=large"
    frequent, middling, rare = (_among(words, *range_) for range_ in ((0, 50), (300, 3_000), (15_000, 30_000)))
    known = _among(words, 50, 1_000)
    found = {
        "newest": _search(),
        "needle": _search(q=lambda rng: f"needle{rng.randrange(50)}"),
        "nowhere": _search(q=lambda rng: f"nowhere{rng.random()}"),
        "frequent_word": _search(q=frequent),
        "middling_word": _search(q=middling),
        "rare_word": _search(q=rare),
        "two_words": _search(q=lambda rng: f"{frequent(rng)} {middling(rng)}"),
        "prompt_frequent_word": _search("within=prompt", q=frequent),
        "prompt_rare_word": _search("within=prompt", q=rare),
        "steps": _search(run, step_min=_from(0, 900), step_max=_from(900, 1_000)),
        "rewards": _search(run, reward_min=_from(0, 3)),
        "doubts": _search(run, doubt_min=lambda rng: 0.5 + rng.random() / 3),
        "labelled": _search(run, "labelled=yes"),
        "labelled_anywhere": _search("labelled=yes"),
        "not_labelled": _search(run, "labelled=no"),
        "word_and_step": _search(run, q=known, step_min=_from(0, 900), step_max=_from(900, 1_000)),
        "word_and_reward": _search(run, "sort=highest_reward", q=known, reward_max=_from(0, 3)),
        "word_and_doubt": _search(run, "sort=most_doubted", q=known),
        "word_and_labelled": _search(run, "labelled=yes", q=known),
        "everything_at_once": _search(
            run, "labelled=yes&sort=highest_reward&doubt_min=0.2", q=known, step_min=_from(0, 500)
        ),
    }
    for sort in ("oldest", "highest_reward", "lowest_reward", "most_doubted", "least_doubted"):
        found[f"sort_{sort}"] = _search(run, f"sort={sort}")
    return found


def _search(*fixed: str, **drawn: Callable[[random.Random], Any]) -> Path:
    def path(rng: random.Random) -> str:
        return "rollouts?" + "&".join([*fixed, urlencode({name: draw(rng) for name, draw in drawn.items()})])

    return path


def _among(words: list[str], first: int, last: int) -> Path:
    """A word of these ranks, the most frequent one being the first."""
    return lambda rng: words[rng.randrange(min(first, len(words) - 1), min(last, len(words)))]


def _from(low: int, high: int) -> Callable[[random.Random], int]:
    return lambda rng: rng.randrange(low, high)


def narrow(words: list[str]) -> Path:
    """What the manager of one campaign asks over all of their runs."""
    return lambda rng: rng.choice(
        ["rollouts", f"rollouts?q={words[rng.randrange(3_000)]}", f"rollouts?q=needle{rng.randrange(50)}"]
    )


def meg(place: Place, campaign: Any) -> Caller:
    """Somebody who manages this campaign and nothing else, in a browser."""
    from django.test import Client

    from annotator.campaigns.models import Membership
    from annotator.people.models import User

    person, browser = User.objects.create_user("meg"), Client()
    Membership.objects.create(campaign=campaign, user=person, role=Membership.Role.MANAGER)
    browser.force_login(person)
    return Caller(place.url, {"Cookie": browser.cookies.output(header="", sep=";").strip()})


def further_pages(manager: Caller) -> dict[str, Path]:
    """Pages far down a list, groups whole, runs and their trends."""

    def deep(query: str, pages: int) -> str:
        at = ""
        for _ in range(pages):
            at = f"&cursor={quote(json.loads(manager.get(f'rollouts?{query}&limit=100{at}'))['next'])}"
        return f"rollouts?{query}{at}"

    groups = [row["group"] for row in json.loads(manager.get("rollouts?run=large&labelled=yes&limit=100"))["results"]]
    reward = deep("run=large&sort=highest_reward", 20)
    return {
        "page_20_by_reward": lambda rng: reward,
        "group": lambda rng: f"groups/{rng.choice(groups)}",
        "trends": lambda rng: f"runs/{rng.choice(['large', 'middling', 'small'])}/trends",
        "runs": lambda rng: "runs",
    }


def desk_pages(slug: str) -> dict[str, Path]:
    at = f"campaigns/{slug}"
    fixed = {
        "campaigns": "campaigns",
        "campaign": at,
        "dashboard": f"{at}/dashboard",
        "budget": f"{at}/budget",
        "quality": f"{at}/quality",
        "members": f"{at}/members",
        "gold": f"{at}/gold",
        "label_sets": f"{at}/label-sets",
        "review": f"{at}/answers",
        "review_flagged": f"{at}/answers?flagged=true",
        "review_unread": f"{at}/answers?state=unread",
        "review_returned": f"{at}/answers?state=returned",
        "review_corrected": f"{at}/answers?state=corrected",
        "review_fast": f"{at}/answers?fast=true",
        "review_disputed": f"{at}/answers?disputed=true",
        "review_of_somebody": f"{at}/answers?annotator=person-007",
        "annotators_csv": f"{at}/tables/annotators.csv",
        "quality_csv": f"{at}/tables/quality.csv",
    }
    return {name: _always(path) for name, path in fixed.items()}


def _always(path: str) -> Path:
    return lambda rng: path


def timed(caller: Caller, path: Path, repeats: int) -> list[float]:
    """Milliseconds of each call; the first one, which warms connections and plans, is not counted."""
    rng = random.Random(0)
    caller.get(path(rng))
    return [clocked(lambda: caller.get(path(rng))) for _ in range(repeats)]


def after_an_answer(caller: Caller, campaign: Any, page: str, repeats: int) -> list[float]:
    """Milliseconds of a page of the desk each time somebody has answered."""
    from benchmarks.crowd.desk import answer_once_more

    taken = []
    for _ in range(repeats):
        answer_once_more(campaign)
        taken.append(clocked(lambda: caller.get(f"campaigns/{campaign.slug}/{page}")))
    return taken


def digests(campaign: Any, repeats: int) -> list[float]:
    from annotator.training.digest import digest

    digest(campaign)
    return [clocked(lambda: digest(campaign)) for _ in range(repeats)]


def clocked(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begin)


def percentiles(name: str, taken: list[float]) -> dict[str, float]:
    return {f"{name}_p{at}_ms": float(np.percentile(taken, at)) for at in (50, 95)}


if __name__ == "__main__":
    main()
