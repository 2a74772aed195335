"""What every page must do for everybody: no axe finding, no sideways scrolling, the focus always in sight.

A page is loaded once and then changed in place: the theme, the width and the language of the same page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Literal

from django.conf import settings
from playwright.sync_api import Page

FRONTEND = settings.BASE_DIR / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# All that another theme can change: the same elements have the same names, roles and sizes in other colours.
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
Theme = Literal["light", "dark"]
# The size of targets (2.5.8) is off by default, because it is new. It is measured where the page happens to be scrolled
# to: what is large enough, and only cut by the edge of a frame that scrolls, can be scrolled into sight.
RUN_AXE = """rules => {
    const scrolls = one => one && !/fixed|sticky/.test(getComputedStyle(one).position)
        && (one.scrollHeight > one.clientHeight + 1 && (one === document.documentElement
            || /auto|scroll/.test(getComputedStyle(one).overflowY)) || scrolls(one.parentElement));
    const cut = node => {
        const one = document.querySelector(node.target[0]);
        const {width, height} = one.getBoundingClientRect();
        const hidden = (node.any[0]?.message ?? "").includes("partially obscured");
        return hidden && width >= 24 && height >= 24 && scrolls(one);
    };
    const grave = v => v.id === "target-size" ? v.nodes.filter(node => !cut(node)) : v.nodes;
    const asked = rules.type === "tag" ? {rules: {"target-size": {enabled: true}}} : {};
    const options = {runOnly: rules, resultTypes: ["violations"], preload: false, ...asked};
    return axe.run(document, options).then(found => ({
        passed: found.passes.length,
        violations: found.violations.filter(v => grave(v).length > 0).map(v => ({impact: v.impact, text:
            `${v.id}: ${grave(v).map(n => n.html + " " + (n.any[0]?.message ?? "")).join(" | ")}`}))}));
}"""
UNFOLD = "document.querySelectorAll('details').forEach(folded => { folded.open = true; })"
# What stands in a frame that scrolls by itself is not what makes the page scroll.
SIDEWAYS = """(framed => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > window.innerWidth + 1
            && !framed(one.parentElement))
        .slice(0, 3).map(one => one.outerHTML.slice(0, 120)))(
    function framed(one) {
        return one && (getComputedStyle(one).overflowX !== "visible" || framed(one.parentElement));
    })"""
# On a narrow screen a table of two dimensions, everybody with everybody, is the only one that is not read from top to
# bottom.
TOO_WIDE = """innerWidth > 640 ? [] : [...document.querySelectorAll(".table-box:not(.heat-box)")]
    .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1).map(one => one.ariaLabel)"""
# Some point of what has the focus is on top, not behind a bar that stays in place (2.4.11). Looked at whenever the key
# that moved it comes up again, so that nobody has to ask in between.
WATCH_FOCUS = """() => {
    const inSight = one => {
        if (!one || one === document.body || one.matches("main")) return true;
        const box = one.getBoundingClientRect();
        const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
        const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
        const xs = [left + 2, (left + right) / 2, right - 2], ys = [top + 2, (top + bottom) / 2, bottom - 2];
        return xs.some(x => ys.some(y => {
            const hit = document.elementFromPoint(x, y);
            return hit && (one.contains(hit) || hit.contains(one) && !hit.matches("main, body, html"));
        }));
    };
    if (!window.tabbed) addEventListener("keyup", event => {
        if (event.key !== "Tab") return;
        const one = document.activeElement;
        window.tabbed.steps += 1;
        if (!inSight(one)) window.tabbed.hidden.push(one.outerHTML.slice(0, 120));
    }, true);
    window.tabbed = {steps: 0, hidden: []};
    const stops = "a[href], button:enabled, input:enabled, select, textarea, summary, [tabindex='0']";
    return [...document.querySelectorAll(stops)].filter(one => one.checkVisibility({visibilityProperty: true})).length;
}"""
# The spacing that a reader may set for all text (1.4.12).
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }"""
CUT_OFF = """[...document.querySelectorAll("a, button, label, th, h1, h2, summary")]
    .filter(one => one.checkVisibility() && !one.closest(".visually-hidden") && one.clientWidth > 1
        && getComputedStyle(one).overflow === "hidden"
        && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
    .map(one => one.outerHTML.slice(0, 160))"""
# Words that stay in another language, because they are not the page's own: what is judged, and what says so.
LEFT_OVER = """keys => {
    const ours = new Set(keys), language = document.documentElement.lang;
    const foreign = one => one.closest("[translate=no]") && !one.closest("[translate=yes]")
        || one.closest("[lang]").lang !== language;
    const found = [document.title.replace(" · Tiebreak", "")];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const one = node.parentElement;
        if (foreign(node instanceof Text ? one : node)) continue;
        if (node instanceof Text) found.push(node.data.trim());
        else for (const name of ["aria-label", "title", "placeholder"]) found.push(node.getAttribute(name));
    }
    return [...new Set(found.filter(text => ours.has(text)))];
}"""
DRAWN = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))"

LANGUAGES = ("en", "de")
Say = Callable[[str], str]


def look(theme: str, width: int, **options: Any) -> dict[str, Any]:
    # The policy would refuse the checker's script; what the product itself loads is tested elsewhere.
    return {"color_scheme": theme, "viewport": {"width": width, "height": 800}, "bypass_csp": True, **options}


def speaking(language: str) -> Say:
    """The texts of the pages in this language, by the English ones; what is no text of the pages stays as it is."""
    if language == "en":
        return lambda text: text
    words = json.loads((FRONTEND / "src" / "locales" / f"{language}.json").read_text())
    return lambda text: str(words.get(text, text))


class Tally:
    """How many pages were looked at, and what axe found there: a row for each page."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, int]] = {}

    def add(self, where: str, passed: int, impacts: list[str]) -> None:
        row = self.rows.setdefault(
            where, {"looks": 0, "rules": 0, "minor": 0, "moderate": 0, "serious": 0, "critical": 0}
        )
        row["looks"] += 1
        row["rules"] = max(row["rules"], passed)
        for impact in impacts:
            row[impact] += 1

    def __str__(self) -> str:
        heads = ["page", "looks", "rules", "minor", "moderate", "serious", "critical"]
        lines = [f"{heads[0]:<34}" + "".join(f"{head:>10}" for head in heads[1:])]
        lines += [
            f"{where:<34}" + "".join(f"{row[head]:>10}" for head in heads[1:]) for where, row in self.rows.items()
        ]
        return "\n".join(lines)


def seen_in(page: Page, theme: Theme, width: int) -> None:
    """The same page in another theme or width, once it is drawn so."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    if page.viewport_size != {"width": width, "height": 800}:
        page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(DRAWN)


def check(page: Page, where: str, tally: Tally | None = None, *, only_colours: bool = False) -> Iterator[str]:
    """What is wrong with this page as it is now, everything unfolded."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    page.evaluate(UNFOLD)
    found = page.evaluate(RUN_AXE, RULES_OF_COLOUR if only_colours else RULES)
    if tally is not None:
        tally.add(where, found["passed"], [one["impact"] for one in found["violations"]])
    for one in found["violations"]:
        yield f"{where}: {one['impact']}: {one['text']}"
    yield from check_reflow(page, where)


def check_reflow(page: Page, where: str) -> Iterator[str]:
    for wide in page.evaluate(SIDEWAYS):
        yield f"{where}: scrolls sideways, because of {wide}"
    for table in page.evaluate(TOO_WIDE):
        yield f"{where}: the table {table} scrolls sideways"


def check_spacing(page: Page, where: str) -> Iterator[str]:
    spaced = page.add_style_tag(content=SPACING)
    page.evaluate(UNFOLD)
    for cut in page.evaluate(CUT_OFF):
        yield f"{where}: cut off with wider spacing: {cut}"
    yield from check_reflow(page, f"{where}, with wider spacing")
    spaced.evaluate("style => style.remove()")


def check_focus(page: Page, where: str, steps: int = 25) -> Iterator[str]:
    """Through the page by Tab and back again, once around or this far: what has the focus is never hidden."""
    steps = min(steps, page.evaluate(WATCH_FOCUS) + 1)
    for _ in range(steps):
        page.keyboard.press("Tab")
    page.keyboard.down("Shift")
    for _ in range(steps):
        page.keyboard.press("Tab")
    page.keyboard.up("Shift")
    tabbed = page.evaluate("window.tabbed")
    assert tabbed["steps"] >= steps, "the keys went somewhere else"
    for hidden in tabbed["hidden"]:
        yield f"{where}: the focus is hidden on {hidden}"


def check_spoken(page: Page, where: str, language: str) -> Iterator[str]:
    """After the language was changed in place nothing is left that the page says in English elsewhere."""
    words = json.loads((FRONTEND / "src" / "locales" / f"{language}.json").read_text())
    told = {text for text in words.values() if isinstance(text, str)}
    # Small single words are also values in lists: roles, states, names.
    ours = (key for key in words if "{{" not in key and (" " in key or key[0].isupper()))
    english = [key for key in ours if words[key] != key and key not in told]
    for text in page.evaluate(LEFT_OVER, english):
        yield f"{where}: still says {text!r}"
