"""From the key that answers to the next card on screen, in a real browser behind a slow network.

    python -m benchmarks.next_card --cards 40 --delay 100 --json next_card.json

The product as `make up` runs it, Chromium with `--delay` milliseconds added to every request, and one person who
answers `--cards` cards by key with `--pause` seconds of thought between them. Two campaigns: short answers in plain
words, and long ones with formulas, code and lists. A card counts when it has been painted, not when its text arrived.
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
# When a key is pressed, and when the browser has painted a card with another prompt.
PROBE = """
(() => {
  const prompt = () => document.querySelector(".prompt-box")?.textContent;
  let pressed = null;
  window.waits = [];
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
  }).observe(document, { subtree: true, childList: true, characterData: true });
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
        name, password = _annotator()
        for slug, text in (("plain", PLAIN * 4), ("rich", RICH * 3)):
            _campaign(slug, text, options.cards + 12)
            waits = _judge(place, slug, (name, password), options)
            for share in (50, 95):
                figures[f"{slug}_p{share}_ms"] = float(np.percentile(waits, share))
            figures[f"{slug}_max_ms"] = max(waits)
    finish(figures, options.json)


def _annotator() -> tuple[str, str]:
    from annotator.people.models import Role, User

    password = secrets.token_urlsafe(16)
    User.objects.create_user("reader", role=Role.ANNOTATOR, password=password)
    return "reader", password


def _campaign(slug: str, text: str, groups: int) -> None:
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


def _judge(place: Place, slug: str, who: tuple[str, str], options: Any) -> list[float]:
    """The waits of one person at one campaign, in milliseconds."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.add_init_script(PROBE)
        page.goto(f"{place.url}/annotate/{slug}")
        page.get_by_label("Username").fill(who[0])
        page.get_by_label("Password").fill(who[1])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("region", name="Text of answer A").wait_for()
        slow = {"offline": False, "latency": options.delay, "downloadThroughput": -1, "uploadThroughput": -1}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        for card in range(options.cards):
            page.wait_for_timeout(1000 * options.pause)
            page.keyboard.press(KEYS[card % len(KEYS)])
            page.wait_for_function("n => window.waits.length > n", arg=card)
        waits: list[float] = page.evaluate("window.waits")
        browser.close()
    return waits


if __name__ == "__main__":
    main()
