"""What a model wrote is shown, never run, loaded or followed. (Every page of these tests is watched; see conftest.)"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotator.rollouts.models import PromptGroup, Rollout
from tests.factories import make_open_campaign, make_run

from .conftest import SignIn
from .judging import press, ready

pytestmark = pytest.mark.django_db(transaction=True)

ATTACK = """<script>window.hacked = 1</script>
<img src="http://evil.example/pixel.png" onerror="window.hacked = 2">
<iframe srcdoc="<script>parent.hacked = 3</script>"></iframe>
<style>body { display: none }</style>

![cat](http://evil.example/cat.png) ![](javascript:window.hacked=4)
[click me](javascript:window.hacked=5) <http://evil.example/auto> http://evil.example/bare

$\\href{javascript:window.hacked=6}{x}$ $$\\includegraphics{http://evil.example/tex.png}$$
\\(\\htmlData{a=1}{x}\\) \\[\\def\\a{\\a\\a}\\a\\]

```html
<script>window.hacked = 7</script>
```

# Heading [ref] [^1]

[ref]: javascript:window.hacked=8
[^1]: <svg onload="window.hacked = 9">
- [ ] a task
"""


@pytest.fixture
def hostile(people: dict[str, Any]) -> Any:
    run = make_run("grpo-1", groups=3)
    Rollout.objects.filter(run=run).update(completion=ATTACK)
    PromptGroup.objects.filter(run=run).update(prompt=[{"role": "user", "content": ATTACK}])
    made = make_open_campaign(people, slug="helpful", run=run)
    made.guidelines = ATTACK
    made.question = ATTACK
    made.save(update_fields=["guidelines", "question"])
    return made


def unharmed(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#root img, #root iframe, #root script, #root style, #root object, #root embed").count() == 0
    addresses = page.evaluate("[...document.querySelectorAll('#root a')].map(a => a.href)")
    assert not [address for address in addresses if "evil" in address or address.startswith("javascript")]


def test_a_card_shows_the_attack_as_text(hostile: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    answer = page.get_by_role("region", name="Text of answer A")
    expect(answer).to_contain_text("[image: cat]")
    expect(answer).to_contain_text("<script>window.hacked = 1</script>")
    expect(answer).to_contain_text("click me (javascript:window.hacked=5)")
    answer.get_by_text("click me").click()
    unharmed(page)
    press(page, "h")
    unharmed(page)
    page.keyboard.press("Escape")
    press(page, "a")


def test_manager_pages_show_the_attack_as_text(hostile: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/runs/grpo-1")
    page.locator(".rollout > summary").first.click()
    expect(page.locator(".rollout-body").first).to_contain_text("[image: cat]")
    unharmed(page)
    type(hostile).objects.update(state="draft")
    for path in ("/campaigns", "/campaigns/helpful"):
        page.goto(path)
        expect(page.locator("#main")).to_contain_text("window.hacked")
        unharmed(page)


def test_the_page_allows_no_script_but_its_own(campaign: Any, sign_in: SignIn) -> None:
    """The policy is really in force: a script that got in anyhow would be refused."""
    page = sign_in("alice", "/judge")
    response = page.request.get("/judge")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src-attr")[0]
    assert "script-src 'self'" in policy


def test_a_very_long_answer_stays_usable(people: dict[str, Any], sign_in: SignIn) -> None:
    run = make_run("grpo-1", groups=2)
    Rollout.objects.filter(run=run).update(completion="A long line of thought, $x^2$ and more. " * 25_000)
    make_open_campaign(people, slug="helpful", run=run)
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    expect(page.get_by_role("button", name="Show all of both answers")).to_be_visible()
    press(page, "a")
    ready(page)
