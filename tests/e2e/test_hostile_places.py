"""Everywhere else where words of models and of people are shown: many hostile texts at once, on every such page.

The corpus test shows each text alone: laid out, cut into steps and as words to mark. Here the same are what people
corrected, criticised, noted and explained; they are shown as they were written, so that several may stand in one.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotator.annotations import gold_items, reviews
from annotator.annotations.models import Annotation
from annotator.annotations.submission import Answer, submit
from annotator.campaigns import membership
from annotator.campaigns.forms.text import plain_text
from annotator.campaigns.models import Campaign
from annotator.people.models import Role, User
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from tests.factories import digest, make_open_campaign, make_run

from .conftest import SignIn
from .hostile import HARM, LEADS, LIVE, POKE, TRAPS, payloads
from .judging import ON_SCREEN, ready, settled

pytestmark = pytest.mark.django_db(transaction=True)

# Longer ones are hard on the layout of one text, which the corpus test sees to.
LONGEST = 2_500
GROUPS = 10  # as many answers as the judging page remembers
TYPED = " Typed."
UNHARMED = {"executed": [], "violations": [], "polluted": False, "hidden": False}
FORM = [
    {"kind": "pair", "name": "preference"},
    {"kind": "critique", "name": "why", "per": "completion"},
    {"kind": "edit", "name": "better"},
]


def bundles() -> tuple[int, list[str]]:
    """The corpus in as many texts as there are completions, and how many of its texts they hold."""
    texts = [text for text in map(plain_text, payloads()) if len(text) <= LONGEST]
    return len(texts), ["\n\n".join(texts[at :: 2 * GROUPS]) for at in range(2 * GROUPS)]


@pytest.fixture
def written(people: dict[str, Any]) -> Campaign:
    """Ten cards that two people answered with hostile words and against each other, and a third could not settle."""
    _, texts = bundles()
    title = payloads()[0]
    form = [{**question, "title": title} for question in FORM]
    run = make_run("grpo-1", groups=GROUPS, size=2)
    for at, group in enumerate(PromptGroup.objects.filter(run=run).order_by("id")):
        pair = texts[2 * at : 2 * at + 2]
        PromptGroup.objects.filter(pk=group.pk).update(prompt=[{"role": "user", "content": text} for text in pair])
        for text, rollout in zip(pair, group.rollouts.order_by("ordinal"), strict=True):
            Rollout.objects.filter(pk=rollout.pk).update(completion=text, text_digest=digest(str(rollout.pk)))
    given = {"overlap": 2, "extra_on_disagreement": True, "reserve_share": 0.5, "budget_labels": 90}
    campaign = make_open_campaign(people, slug="written", run=run, form=form, open_tasks=GROUPS, **given)
    Campaign.objects.filter(pk=campaign.pk).update(
        name=str(payloads()[16]), question=texts[0][:1000], guidelines="\n\n".join(texts)
    )
    people["dora"] = User.objects.create_user("dora", role=Role.ADJUDICATOR)
    membership.add(campaign, "dora", "adjudicator")
    return campaign


def answer_all(people: dict[str, Any], campaign: Campaign) -> None:
    """Everything that people can write is hostile: critiques, corrections, notes; each as often as there are people."""
    liked: dict[str, str] = {}
    for name, side in (("alice", 0), ("bob", 1), ("carol", None)):
        while cards := claim_next(campaign, people[name].pk, n=1, now=timezone.now()):
            (card,) = cards
            texts = [plain_text(one) for one in card.completions]
            mine = (texts[0] == liked.setdefault(str(card.prompt), texts[0])) == (side == 0)
            choice = ("tie", None) if side is None else ("first" if mine else "second", 2)
            answer = {
                "preference": dict(zip(("choice", "strength"), choice, strict=True)),
                "why": {"texts": texts},
                "better": {"texts": [f"{text}{TYPED}" for text in texts]},
            }
            words = Answer(answer, f"{name}{card.assignment}", comment="\n".join(texts)[:9_000])
            submit(card.assignment, people[name].pk, card.lease_number, words)
    assert AnnotationTask.objects.filter(state="disputed").count() == GROUPS


def read_all(people: dict[str, Any], campaign: Campaign) -> None:
    """A manager reads an answer of each card, returns one, and takes three for the right ones, with hostile reasons."""
    answers = list(Annotation.objects.filter(campaign=campaign, annotator=people["alice"]).order_by("pk"))
    for at, one in enumerate(answers):
        reviews.review(one.pk, people["olga"], "accepted" if at else "returned", note=one.comment)
    for one in answers[:3]:
        gold_items.from_answer(campaign, one.pk, use="gold", explanation=one.comment, made_by=people["olga"])


class Sights:
    """Goes to pages and collects what of the texts is alive there."""

    def __init__(self) -> None:
        self.live: list[str] = []
        self.harm: list[dict[str, Any]] = []
        self.screens: set[str] = set()

    def see(self, page: Page, screen: str) -> None:
        page.evaluate(POKE)
        self.live += [f"{screen}: {one}" for one in [*page.evaluate(LIVE), *page.evaluate(LEADS)]]
        harm = page.evaluate(HARM)
        del harm["address"]
        self.harm.append(harm)
        self.screens.add(screen)


def correct(page: Page, sights: Sights, screen: str) -> None:
    """The desks of one card: both critiques and both corrections, with the words that they change."""
    for _ in range(2):
        page.keyboard.press("n")
        for place in "12":
            page.keyboard.press(place)
            field = page.locator("#judging-editor")
            field.fill(f"{field.input_value() or page.locator(f'{ON_SCREEN} .pane-a .pane-box').inner_text()}{TYPED}")
            field.press("Escape")
        sights.see(page, screen)


def test_nothing_that_people_wrote_gets_anywhere_either(
    written: Campaign, people: dict[str, Any], sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    began, sights = time.monotonic(), Sights()
    page = watched(sign_in, "alice", "/annotate/written")
    ready(page)
    correct(page, sights, "judging")
    page.keyboard.press("c")
    page.get_by_role("textbox", name="Note for this card").fill(bundles()[1][0][:1_900])
    sights.see(page, "judging: a note")
    page.goto("/judge")
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    sights.see(page, "campaigns to judge")
    answer_all(people, written)
    read_all(people, written)
    page.goto("/annotate/written")
    expect(page.get_by_text("returned this answer")).to_be_visible()
    expect(page.locator(".rail li")).to_have_count(GROUPS)
    for item in page.locator(".rail button").all():
        item.click()
        settled(page)
        correct(page, sights, "judging: an earlier answer")

    page = watched(sign_in, "dora", "/campaigns/written/disputes")
    for left in reversed(range(GROUPS)):
        ready(page)
        sights.see(page, "disputes")
        correct(page, sights, "disputes: correcting")
        before = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
        page.keyboard.press("s")
        if left:
            expect(page.locator(f"{ON_SCREEN} .prompt-box")).not_to_have_text(before, use_inner_text=True)

    page = watched(sign_in, "olga", "/campaigns/written/review")
    for shown in (1, 2):
        expect(page.locator(".read-answer")).to_have_count(shown * GROUPS)
        page.get_by_role("button", name="More answers").click()
    expect(page.locator(".read-answer")).to_have_count(3 * GROUPS)
    sights.see(page, "review")
    group = PromptGroup.objects.filter(run__name="grpo-1").earliest("pk").pk
    draft = make_open_campaign(people, slug="draft", run=written.runs.get(), start=False)
    Campaign.objects.filter(pk=draft.pk).update(state="draft")
    for path, sign in (
        ("/campaigns/written/gold", ".gold-item, article"),
        ("/campaigns/written/gold/new", ".pane"),
        ("/campaigns/draft", ".preview-prompt"),
        ("/campaigns/written", ".panel"),
        ("/campaigns", "h2, td"),
        ("/explorer?run=grpo-1", ".found li"),
        (f"/groups/{group}", ".content"),
        ("/runs/grpo-1", ".group"),
    ):
        page.goto(path)
        page.locator(sign).first.wait_for()
        for folded in page.locator("#main details > summary").all():
            folded.click()
        sights.see(page, path.split("?")[0].replace(str(group), ":id"))
    executed = [one for harm in sights.harm for one in harm["executed"]]
    n, _ = bundles()
    with capsys.disabled():
        told = f"{n} payloads on {len(sights.screens)} screens, {len(sights.harm)} looks, {len(executed)} executed"
        sys.stdout.write(f"\nhostile words of people: {told}, {time.monotonic() - began:.0f} s\n")
    assert sights.live == []
    assert [harm for harm in sights.harm if harm != UNHARMED] == []


def watched(sign_in: SignIn, name: str, path: str) -> Page:
    page = sign_in(name, "/accessibility")
    page.add_init_script(TRAPS)
    page.goto(path)
    return page
