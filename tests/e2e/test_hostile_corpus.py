"""Every text of the corpus is shown to a person, as a prompt and as a completion, and none of them gets anywhere.

The page is the product's own, under its own content security policy; requests to other hosts and breaches of the
policy are watched for by every page of these tests (see conftest).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotator.rollouts.models import PromptGroup, Rollout
from tests.factories import digest, make_open_campaign, make_run

from .conftest import SignIn
from .hostile import HARM, LIVE, POKE, TRAPS, Text, payloads
from .judging import ON_SCREEN, settled

pytestmark = pytest.mark.django_db(transaction=True)

TOGETHER = 8  # completions on one card
# Texts as a whole, cut into steps, and as words to be marked.
FORM = [
    {"kind": "best_worst", "name": "best"},
    {"kind": "steps", "name": "steps"},
    {"kind": "spans", "name": "spans", "types": [{"name": "error"}]},
]
UNHARMED = {"executed": [], "violations": [], "polluted": False, "hidden": False, "address": "/annotate/hostile"}


def as_turns(texts: list[Text]) -> list[dict[str, Any]]:
    """Several texts as the turns of one prompt."""
    return [
        turn for text in texts for turn in (text if isinstance(text, list) else [{"role": "user", "content": text}])
    ]


@pytest.fixture
def corpus(people: dict[str, Any]) -> list[list[Text]]:
    """A campaign that shows every hostile text once as a completion and once in a prompt, eight at a time."""
    texts = payloads()
    texts += ["A harmless text."] * (-len(texts) % TOGETHER)
    cards = [texts[at : at + TOGETHER] for at in range(0, len(texts), TOGETHER)]
    run = make_run("grpo-1", groups=len(cards), size=TOGETHER)
    for card, group in zip(cards, PromptGroup.objects.filter(run=run).order_by("id"), strict=True):
        PromptGroup.objects.filter(pk=group.pk).update(prompt=as_turns(card))
        for text, rollout in zip(card, Rollout.objects.filter(group=group).order_by("ordinal"), strict=True):
            Rollout.objects.filter(pk=rollout.pk).update(
                completion=text, text_digest=digest(str(group.pk), str(rollout.pk))
            )
    made = make_open_campaign(
        people, slug="hostile", run=run, completions=TOGETHER, form=FORM, open_tasks=len(cards), pairs_per_group=1
    )
    made.guidelines = "\n\n".join(text for text in texts if isinstance(text, str) and len(text) < 300)
    made.question = made.guidelines[:1000]
    made.save(update_fields=["guidelines", "question"])
    return cards


def looked_at(page: Page) -> Iterator[str]:
    """The ways of reading a card, one after the other: with all reasoning, compared, as written, in steps, as words."""
    expect(page.locator(f"{ON_SCREEN} .pane .content")).to_have_count(TOGETHER)
    for key in ("r", "d", "w"):
        page.keyboard.press(key)
        page.evaluate(POKE)
        yield from page.evaluate(LIVE)
    for key in ("w", "d"):
        page.keyboard.press(key)
    for text in (".step .content", "[role=textbox][aria-readonly]"):
        page.keyboard.press("n")
        expect(page.locator(f"{ON_SCREEN} {text}").filter(visible=True).first).to_be_visible()
        page.evaluate(POKE)
        yield from page.evaluate(LIVE)


def test_the_traps_catch_what_they_are_set_for(browser: Browser) -> None:
    """Without a policy and without care the same texts do run: what the next test sees is not blindness."""
    page = browser.new_page()
    page.add_init_script(TRAPS)
    page.goto("data:text/html,<div class=content></div>")
    page.evaluate("document.querySelector('.content').innerHTML = `<p id=x onclick=pwned()><img src=x>`")
    page.evaluate(POKE)
    assert page.evaluate(HARM)["executed"] == ["called"]
    assert len(page.evaluate(LIVE)) == 3
    page.close()


def test_no_hostile_text_gets_anywhere(
    corpus: list[list[Text]], sign_in: SignIn, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page = sign_in("alice", "/judge")
    page.add_init_script(TRAPS)
    began = time.monotonic()
    page.goto("/annotate/hostile")
    live: list[str] = []
    prompts: set[str] = set()
    for left in reversed(range(len(corpus))):
        live += looked_at(page)
        prompts.add(page.locator(f"{ON_SCREEN} .prompt-box").inner_text())
        if left:
            _on_to_the_next(page)
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    live += page.evaluate(LIVE)
    harm = page.evaluate(HARM)
    shown = sum(isinstance(text, list) or text != "A harmless text." for card in corpus for text in card)
    record_property("payloads", shown)
    record_property("executed", len(harm["executed"]))
    with capsys.disabled():
        seconds = time.monotonic() - began
        told = f"{shown} payloads, {len(harm['executed'])} executed, {len(live)} live, {seconds:.0f} s"
        sys.stdout.write(f"\nhostile texts: {told}\n")
    assert len(prompts) == len(corpus)
    assert live == []
    assert harm == UNHARMED


def _on_to_the_next(page: Page) -> None:
    before = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    settled(page)
    for key in ("s", "1"):
        page.keyboard.press(key)
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).not_to_have_text(before, use_inner_text=True)
