"""How long a new annotator waits for the product before their first label, on networks of several speeds.

    python -m benchmarks.first_load --json first_load.json
    python -m benchmarks.first_load --url http://127.0.0.1:8000 --campaign demo --username alice --password ...

A real Chromium with nothing cached, slowed down as named in `NETWORKS`, and by `--cpu` times. Two ways in: somebody
who is signed in opens a campaign (`card_`), and somebody new signs in, starts, reads and answers by key (`label_`).
Only the product's part is counted: from an action to the moment its result has been painted and can be used.
Kilobytes are those on the wire, compressed. Without `--url` the product is started as `make up` runs it.
"""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from benchmarks.harness import arguments, finish, product
from benchmarks.next_card import CHROMIUM, RICH, make_annotator, make_campaign

# Milliseconds from question to answer, kbit/s down, kbit/s up.
NETWORKS = {"none": (0, 0, 0), "4g": (60, 9_000, 3_000), "3g": (150, 1_600, 750)}
# What a person waits for, and whether it is there.
SIGHTS = {
    "sign_in": "document.activeElement?.name === 'username'",
    "home": "document.querySelector('.campaign-card a.primary')",
    # Laid out, not only arrived: words that still stand as they were written have no paragraphs.
    "card": "document.querySelector('.card:not(.is-waiting) .pane-b .piece p')",
    # The newest answer on the rail is another one than before, and acknowledged.
    "saved": "((one) => window.newest !== undefined && one && one.textContent !== window.newest)"
    "(document.querySelector('.rail li:first-child > .rail-is-saved'))",
}
# When each of them was first painted.
PROBE = """
(() => {
  window.seen = {};
  const sights = {SIGHTS};
  const painted = (name) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { window.seen[name] = performance.now(); };
    channel.port2.postMessage(null);
  });
  const look = () => {
    for (const [name, there] of Object.entries(sights)) if (there()) { delete sights[name]; painted(name); }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  addEventListener("focusin", look);
})();
""".replace("SIGHTS", ", ".join(f"{name}: () => {there}" for name, there in SIGHTS.items()))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--url", help="a product that is running already")
    parser.add_argument("--campaign", default="rich", help="one that waits for answers")
    parser.add_argument("--username", default="reader")
    parser.add_argument("--password")
    parser.add_argument("--cpu", type=float, default=1, help="how many times slower the processor seems")
    parser.add_argument("--repeats", type=int, default=3, help="the middle one counts")
    options = parser.parse_args()
    figures: dict[str, Any] = {"cpu": options.cpu, "repeats": options.repeats}
    with _running(options):
        for network in NETWORKS:
            tries = [_both_ways_in(network, options) for _ in range(options.repeats)]
            figures |= {f"{network}_{name}": _middle([one[name] for one in tries]) for name in tries[0]}
    finish(figures, options.json)


@contextlib.contextmanager
def _running(options: argparse.Namespace) -> Iterator[None]:
    """The product that was named, or one of our own with a campaign and somebody to answer it."""
    if options.url:
        yield
        return
    with product() as place:
        options.url = place.url
        options.username, options.password = make_annotator()
        make_campaign(options.campaign, RICH * 3, 12 * len(NETWORKS) * options.repeats)
        yield


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


class Visit:
    """One browser with an empty cache behind one network: what it waited for, and what came over the wire."""

    def __init__(self, browser: Any, network: str, options: argparse.Namespace, state: Any = None) -> None:
        self.page = browser.new_page(viewport={"width": 1400, "height": 900}, storage_state=state)
        self.page.add_init_script(PROBE)
        self.bytes: Counter[str] = Counter()
        self.requests = 0
        self._kinds: dict[str, str] = {}
        wire = self.page.context.new_cdp_session(self.page)
        wire.on("Network.responseReceived", self._began)
        wire.on("Network.loadingFinished", self._ended)
        wire.send("Network.enable")
        delay, down, up = NETWORKS[network]
        speed = {"downloadThroughput": down * 125 or -1, "uploadThroughput": up * 125 or -1}
        wire.send("Network.emulateNetworkConditions", {"offline": False, "latency": delay, **speed})
        wire.send("Emulation.setCPUThrottlingRate", {"rate": options.cpu})

    def _began(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self._kinds[event["requestId"]] = _kind(event["response"]["url"])

    def _ended(self, event: dict[str, Any]) -> None:
        self.bytes[self._kinds.get(event["requestId"], "other")] += event["encodedDataLength"]

    def seconds_until(self, sight: str, since: float = 0) -> float:
        self.page.wait_for_function("sight => window.seen[sight]", arg=sight, timeout=120_000)
        return float(self.page.evaluate("sight => window.seen[sight]", sight) - since) / 1000

    def now(self) -> float:
        return float(self.page.evaluate("performance.now()"))

    def told(self) -> dict[str, float]:
        return {"requests": float(self.requests), "kB": sum(self.bytes.values()) / 1000} | {
            f"kB_{kind}": size / 1000 for kind, size in sorted(self.bytes.items())
        }


def _kind(url: str) -> str:
    path = urlsplit(url).path
    if path.startswith("/api/"):
        return "api"
    ending = path.rpartition(".")[2]
    return {"js": "js", "css": "css", "woff2": "fonts"}.get(ending, "other" if "." in path else "html")


def _both_ways_in(network: str, options: argparse.Namespace) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        new = Visit(browser, network, options)
        told = {f"label_{name}": value for name, value in _first_label(new, options).items()}
        state = new.page.context.storage_state()
        known = Visit(browser, network, options, state)
        known.page.goto(f"{options.url}/annotate/{options.campaign}", wait_until="commit")
        told["card_s"] = known.seconds_until("card")
        known.page.wait_for_load_state("networkidle")
        told |= {f"card_{name}": value for name, value in known.told().items()}
        browser.close()
    return told


def _first_label(visit: Visit, options: argparse.Namespace) -> dict[str, float]:
    """Somebody new opens the product, signs in, starts the campaign and answers its first card by key."""
    page = visit.page
    page.goto(options.url, wait_until="commit")
    waits = {"sign_in_s": visit.seconds_until("sign_in")}
    page.wait_for_load_state("networkidle")
    told = {f"sign_in_{name}": value for name, value in visit.told().items()}
    page.keyboard.type(options.username)
    page.keyboard.press("Tab")
    page.keyboard.type(options.password)
    began = visit.now()
    page.keyboard.press("Enter")
    waits["home_s"] = visit.seconds_until("home", began)
    page.wait_for_timeout(1_000)  # somebody reads what the campaign asks
    began = visit.now()
    page.locator(f"a.primary[href='/annotate/{options.campaign}']").click()
    waits["card_s"] = visit.seconds_until("card", began)
    page.wait_for_timeout(1_000)  # and judges
    page.evaluate("window.newest = document.querySelector('.rail-item')?.textContent ?? ''")
    began = visit.now()
    page.keyboard.press("a")
    waits["saved_s"] = visit.seconds_until("saved", began)
    return waits | {"s": sum(waits.values())} | told


if __name__ == "__main__":
    main()
