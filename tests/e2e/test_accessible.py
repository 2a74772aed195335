"""Every page, in both themes, wide and at 320 pixels: no serious axe finding, nothing to scroll sideways for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotator.training.models import TrainingJob, TrainingJobLine
from tests.factories import make_open_campaign, make_run, make_version, score_all

from .conftest import SignIn
from .findings import corrected, found, judged
from .judging import press, ready

pytestmark = pytest.mark.django_db(transaction=True)

AXE = settings.BASE_DIR / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """tags => axe.run(document, {runOnly: tags}).then(found =>
    found.violations.filter(v => ["serious", "critical"].includes(v.impact))
        .map(v => `${v.id}: ${v.nodes.map(n => n.html + " " + (n.any[0]?.message ?? "")).join(" | ")}`))"""

UNFOLD = "document.querySelectorAll('details').forEach(folded => { folded.open = true; })"

LOOKS = [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)]
by_look = pytest.mark.parametrize(("theme", "width"), LOOKS)


def look(theme: str, width: int) -> dict[str, Any]:
    # The policy would refuse the checker's script; what the product itself loads is tested elsewhere.
    return {"color_scheme": theme, "viewport": {"width": width, "height": 800}, "bypass_csp": True}


def check(page: Page, where: str) -> Iterator[str]:
    page.add_script_tag(path=AXE)
    page.evaluate(UNFOLD)
    for finding in page.evaluate(RUN_AXE, RULES):
        yield f"{where}: {finding}"
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        yield f"{where}: scrolls sideways"


def _watched(campaign: Any) -> TrainingJob:
    """Something of everything a dashboard can show."""
    version = make_version("helpful")
    judged(version)
    found(campaign, 400, "better", (0.03, 0.01, 0.05), ratio=1.6, low=1.1, high=2.4)
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01), ratio=0.4, low=0.0, high=0.9, bound="at_most")
    score_all(version, campaign.runs.get())
    failed = TrainingJob.objects.create(
        kind="reward_model",
        campaign=campaign,
        config_digest="0" * 64,
        because="50 new labels",
        state="failed",
        error={"boundary": "trainer", "type": "TrainingDiverged", "message": "The loss became infinite."},
        finished_at=timezone.now(),
    )
    TrainingJobLine.objects.create(job=failed, attempt=1, text="epoch 1")
    return failed


@by_look
def test_pages_of_managers(campaign: Any, people: dict[str, Any], sign_in: SignIn, theme: str, width: int) -> None:
    job = _watched(campaign)
    draft = make_open_campaign(people, slug="draft", run=make_run("grpo-2"))
    type(draft).objects.filter(pk=draft.pk).update(state="draft")
    make_open_campaign(people, slug="corrected", run=make_run("grpo-3"), machine="reward")
    corrected(make_version("corrected"))
    pages = {
        "/campaigns": "New campaign",
        "/campaigns/new": "1. The question",
        "/campaigns/helpful": "Where the model is unsure",
        "/campaigns/draft": "value",
        "/campaigns/corrected": "Levels of agreement",
        "/runs": "grpo-1",
        "/runs/grpo-1": "step 0",
        "/jobs": "50 new labels",
        f"/jobs/{job.pk}": "epoch 1",
    }
    page = sign_in("olga", "/campaigns", **look(theme, width))
    findings = []
    for path, sign in pages.items():
        page.goto(path)
        expect(page.locator("#main")).to_contain_text("Would ask these first" if path.endswith("draft") else sign)
        findings += check(page, path)
    assert findings == []


@by_look
def test_pages_of_annotators(campaign: Any, sign_in: SignIn, new_context: Any, theme: str, width: int) -> None:
    page = new_context(**look(theme, width)).new_page()
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_visible()
    findings = list(check(page, "sign-in"))
    page = sign_in("alice", "/judge", **look(theme, width))
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    findings += check(page, "home")
    page.get_by_role("link", name="Start").click()
    press(page, "a", ".", "x")
    ready(page)
    findings += check(page, "judging")
    press(page, "z")
    findings += check(page, "looking again")
    press(page, "Escape", "c")
    findings += check(page, "writing a note")
    page.keyboard.press("Escape")
    press(page, "?")
    findings += check(page, "key sheet")
    assert findings == []


def test_judging_works_at_two_hundred_percent_zoom(campaign: Any, sign_in: SignIn) -> None:
    """A 1280 by 720 window at 200% has 640 by 360 pixels: the answers and the bar both stay within reach."""
    page = sign_in("alice", "/annotate/helpful", viewport={"width": 640, "height": 360})
    ready(page)
    bar = page.get_by_role("group", name="Your judgement").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 361
    assert bar["height"] <= 120, "the bar leaves room for the text"
    page.get_by_role("region", name="Text of answer B").scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Text of answer B")).to_be_in_viewport()
    press(page, "a")


def test_everything_can_be_reached_by_tab(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    wanted = [
        "Skip to content",
        "Text of answer A",
        "Text of answer B",
        "Change: A clearly better",
        "A far better",
        "Tie",
    ]
    assert [name for name in wanted if not any(name in text for text in seen)] == []
