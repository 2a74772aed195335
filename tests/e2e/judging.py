"""What a person at the judging page can see, and how long the page makes them wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from annotator.annotations.models import Annotation

# The page ignores keys for 150 ms after a card appears, so that a double press judges one card.
SETTLE_MS = 200
# The card that comes next is already drawn behind the one that is seen.
ON_SCREEN = ".card:not(.is-waiting)"


def ready(page: Page) -> None:
    expect(page.get_by_role("region", name="Text of answer").filter(visible=True).first).to_be_visible()
    page.wait_for_timeout(SETTLE_MS)


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
    expect(page.get_by_text("unsent")).to_have_count(0)


def eventually(holds: Callable[[], bool], *, within: float = 10.0) -> None:
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
