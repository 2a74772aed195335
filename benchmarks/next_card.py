"""From the key that answers to the next card on screen, in a real browser behind a slow network.

    python -m benchmarks.next_card --cards 40 --delay 100 --json next_card.json

The product as `make up` runs it, Chromium with `--delay` milliseconds added to every request, and one person who
answers `--cards` cards by key with `--pause` seconds of thought between them. Three campaigns: short answers in plain
words, long ones with formulas, code and lists, and huge ones of 200,000 characters each. A card counts when it has been
painted, not when its text arrived.

Beside the wait stands the work: the processor time of the page's main thread from the key to the card, which does not
grow with what else the machine is doing; and the longest the page was deaf while somebody read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import Any

import numpy as np

from benchmarks.harness import Place, arguments, finish, product

CHROMIUM = os.environ.get("TIEBREAK_CHROMIUM", "/usr/bin/chromium")
KEYS = ["a", "b", "t", ","]
PLAIN = "It depends on the {n}th of them: the first is cheaper, the second lasts longer. "
RICH = """## Step {n}

The curve meets the line where \\(x^2 = x + {n}\\), so that

\\[ A_{{{n}}} = \\int_{{-1}}^{{2}} (x + {n} - x^2)\\,dx = \\frac{{9}}{{2}}. \\]

- Its **first** root is \\(x_1 = -1\\),
- its *second* is \\(x_2 = {n}\\).

```python
def area(n: int = {n}) -> float:
    return integrate(lambda x: x + n - x**2, -1, 2)
```
"""
HUGE = "".join(f"It depends on the {{n}}th of them, in part {part}: the first is cheaper.\n\n" for part in range(3_500))
# When a key is pressed, and when the browser has painted a card with another prompt.
PROBE = """
(() => {
  const prompt = () => document.querySelector(".card:not(.is-waiting) .prompt-box")?.textContent;
  let pressed = null;
  window.waits = [];
  window.deaf = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.deaf = Math.max(window.deaf, duration);
  }).observe({ type: "longtask" });
  addEventListener("keydown", (event) => { pressed = { at: event.timeStamp, prompt: prompt() }; }, true);
  const painted = (at) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.waits.push(performance.now() - at);
    channel.port2.postMessage(null);
  });
  new MutationObserver(() => {
    if (!pressed || !prompt() || prompt() === pressed.prompt) return;
    painted(pressed.at);
    pressed = null;
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})();
"""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--cards", type=int, default=40)
    parser.add_argument("--delay", type=int, default=100, help="milliseconds added to every request")
    parser.add_argument("--pause", type=float, default=0.8, help="seconds of thought per card")
    options = parser.parse_args()
    figures: dict[str, Any] = {"cards": options.cards, "delay_ms": options.delay, "pause_s": options.pause}
    with product() as place:
        name, password = make_annotator()
        for slug, text in (("plain", PLAIN * 4), ("rich", RICH * 3), ("huge", HUGE)):
            make_campaign(slug, text, options.cards + 12)
            waits, works, deaf = _judge(place, slug, (name, password), options)
            for share in (50, 95):
                figures[f"{slug}_p{share}_ms"] = float(np.percentile(waits, share))
                figures[f"{slug}_work_p{share}_ms"] = float(np.percentile(works, share))
            figures[f"{slug}_max_ms"] = max(waits)
            figures[f"{slug}_deaf_ms"] = deaf
    finish(figures, options.json)


def make_annotator() -> tuple[str, str]:
    from annotator.people.models import Role, User

    password = secrets.token_urlsafe(16)
    User.objects.create_user("reader", role=Role.ANNOTATOR, password=password)
    return "reader", password


def make_campaign(slug: str, text: str, groups: int) -> None:
    """An open campaign that asks about one pair of each of `groups` prompts."""
    from django.utils import timezone

    from annotator.campaigns import lifecycle
    from annotator.campaigns.models import Campaign
    from annotator.people.models import Role, User
    from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout
    from annotator.tasks.opening import open_due_tasks

    def digest(*of: object) -> bytes:
        return hashlib.sha256(repr((slug, *of)).encode()).digest()

    run = PolicyRun.objects.create(name=slug)
    made = PromptGroup.objects.bulk_create(
        PromptGroup(run=run, external_id=str(n), prompt=f"{slug} {n}: which of them?", prompt_digest=digest(n))
        for n in range(groups)
    )
    Rollout.objects.bulk_create(
        Rollout(
            run=run,
            group=group,
            external_id=f"{n}/{side}",
            ordinal=side,
            completion=text.format(n=2 * n + side),
            content_digest=digest(n, side),
            text_digest=digest(n, side),
        )
        for n, group in enumerate(made)
        for side in range(2)
    )
    olga, _ = User.objects.get_or_create(username="olga", defaults={"role": Role.MANAGER})
    campaign = lifecycle.create(
        slug=slug,
        name=slug.title(),
        question="Which answer is better?",
        budget_labels=groups,
        runs=[slug],
        created_by=olga,
        config={"open_tasks": groups},
    )
    lifecycle.move(campaign, Campaign.State.OPEN, now=timezone.now())
    open_due_tasks(campaign.pk)


def _judge(place: Place, slug: str, who: tuple[str, str], options: Any) -> tuple[list[float], list[float], float]:
    """One person at one campaign: the wait and the work of each card, and the longest deafness, in milliseconds."""
    from playwright.sync_api import sync_playwright

    works: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.add_init_script(PROBE)
        page.goto(f"{place.url}/annotate/{slug}")
        page.get_by_label("Username").fill(who[0])
        page.get_by_label("Password").fill(who[1])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("region", name="Text of answer A").wait_for()
        browser_itself = page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": options.delay, "downloadThroughput": -1, "uploadThroughput": -1}
        browser_itself.send("Network.emulateNetworkConditions", slow)
        browser_itself.send("Performance.enable", {"timeDomain": "threadTicks"})

        def worked_ms() -> float:
            metrics = {one["name"]: one["value"] for one in browser_itself.send("Performance.getMetrics")["metrics"]}
            return float(1000 * metrics["TaskDuration"])

        page.evaluate("window.deaf = 0")
        for card in range(options.cards):
            page.wait_for_timeout(1000 * options.pause)
            before = worked_ms()
            page.keyboard.press(KEYS[card % len(KEYS)])
            page.wait_for_function("n => window.waits.length > n", arg=card)
            works.append(worked_ms() - before)
        waits, deaf = page.evaluate("[window.waits, window.deaf]")
        browser.close()
    return waits, works, deaf


if __name__ == "__main__":
    main()
