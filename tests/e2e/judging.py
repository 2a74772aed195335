"""What a person at the judging page can see, and how long the page makes them wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from annotator.annotations.models import Annotation

# The card that comes next is already drawn behind the one that is seen.
ON_SCREEN = ".card:not(.is-waiting)"
# The page ignores keys for 150 ms after it has drawn a card, so that a double press judges one card. Counted by the
# page's own frames and clock: on a busy machine a card may be drawn long after it is there.
SETTLED = """seen => new Promise((done, fail) => {
    setTimeout(() => fail(new Error("The page has stopped drawing.")), 60_000);
    const wait = card => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
        const now = document.querySelector(seen);
        now === card ? done() : wait(now);
    }, 160)));
    wait(document.querySelector(seen));
})"""


def settled(page: Page) -> None:
    """Keys are heard again."""
    page.evaluate(SETTLED, ON_SCREEN)


def ready(page: Page) -> None:
    expect(page.get_by_role("region", name="Text of answer").filter(visible=True).first).to_be_visible()
    settled(page)


def card(page: Page) -> tuple[str, str, str]:
    """The prompt and the first two answers on screen."""
    boxes = (".prompt-box", ".pane-a .pane-box", ".pane-b .pane-box")
    prompt, left, right = (page.locator(f"{ON_SCREEN} {box}").inner_text() for box in boxes)
    return prompt, left, right


def press(page: Page, *keys: str) -> None:
    """Keys one after the other, each on a card that has settled; what follows an @ is typed."""
    for key in keys:
        if key.startswith("@"):
            page.keyboard.type(key[1:])
            continue
        ready(page)
        page.keyboard.press(key)


def all_sent(page: Page) -> None:
    # After failures the page pauses up to 15 s before it tries again.
    expect(page.get_by_text("unsent")).to_have_count(0, timeout=60_000)


KEPT = """([database, table]) => new Promise((done, fail) => {
    const opening = indexedDB.open(database);
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
        const all = opening.result.transaction(table).objectStore(table).getAll();
        all.onsuccess = () => { opening.result.close(); done(JSON.stringify(all.result)); };
    };
})"""


def kept(page: Page, database: str, table: str) -> str:
    """What this browser has written down by now, in a database that the page has opened already."""
    return str(page.evaluate(KEPT, [database, table]))


def written(page: Page) -> None:
    """What is half-said so far is on the device: who reads there waits for what was being written before."""
    for _ in range(3):
        kept(page, "tiebreak-begun", "begun")


def in_again(page: Page) -> None:
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-long-password")
    page.get_by_role("button", name="Sign in").click()


def eventually(holds: Callable[[], bool], *, within: float = 60.0) -> None:
    """Wait for something that shows in the database only."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def answers(name: str = "alice") -> list[tuple[str, int | None]]:
    """What stands in the database of a form that asks for a preference, oldest first, in the sides this person saw."""
    return [_choice(one) for one in statements(name)]


def said(name: str = "alice") -> list[dict[str, Any] | None]:
    """What stands in the database for this person, oldest first, in the order they saw; None where they skipped."""
    return [as_shown(one) for one in statements(name)]


def as_shown(annotation: Annotation) -> dict[str, Any] | None:
    if annotation.answer is None:
        return None
    return annotation.campaign.config.asks.as_shown(annotation.answer, annotation.shown_order)


def statements(name: str = "alice") -> list[Annotation]:
    """The answers that stand, in the order of their cards' first answers."""

    def first(annotation: Annotation) -> int:
        while annotation.revises is not None:
            annotation = annotation.revises
        return annotation.pk

    return sorted(Annotation.objects.filter(annotator__username=name, revised_by__isnull=True), key=first)


def _choice(annotation: Annotation) -> tuple[str, int | None]:
    shown = as_shown(annotation)
    if shown is None:
        return annotation.skip, None
    return shown["preference"]["choice"], shown["preference"]["strength"]
