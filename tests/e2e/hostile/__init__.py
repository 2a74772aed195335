"""Texts that a model, or somebody through it, might send to harm a reader; and traps that notice when one succeeds.

`payloads.json` holds one text a line: `text`, or `runs` of [text, times], or chat `messages`. Every text that can run
anything calls `pwned()`, and every address leads to evil.example, so that one look tells whether a text got through.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Text = str | list[dict[str, Any]]

TRAPS = """
window.executed = [];
window.pwned = () => window.executed.push("called");
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

# Whatever waits for an event gets it: a click, a hover, a focus, a load that failed, an animation that began.
POKE = """() => {
  const events = ["click", "mouseover", "pointerenter", "focus", "error", "load", "toggle", "animationstart",
                  "beforeinput", "beforetoggle", "submit", "begin"];
  for (const element of document.querySelectorAll(".content, .content *:not(button), [translate=no] *:not(button)")) {
    for (const name of events) element.dispatchEvent(new Event(name, {bubbles: false}));
  }
}"""

# Inside model text: nothing that loads, leads, sends or covers. The fold of a reasoning is the product's own.
LIVE = """() => {
  const live = "a, area, img, picture, source, video, audio, track, iframe, frame, object, embed, applet, portal,"
    + "form, input, select, textarea, button:not(.reasoning-fold), script, style, link, meta, base, template, dialog,"
    + "use, image, foreignObject, animate, set, maction, marquee, [href], [src], [srcset], [action], [formaction],"
    + "[data], [poster], [background], [ping], [id], [name], [contenteditable], [autofocus], [popover], [srcdoc]";
  const texts = [...document.querySelectorAll(".content, [role=textbox][aria-readonly]")];
  const found = texts.flatMap((text) => [...text.querySelectorAll(live)]);
  const handled = texts.flatMap((text) => [...text.querySelectorAll("*")]).filter((element) =>
    element.getAttributeNames().some((name) => name.startsWith("on"))
      || /url\\(|fixed/.test(element.getAttribute("style") ?? ""));
  return [...found, ...handled].map((element) => element.outerHTML.slice(0, 200));
}"""

# Anywhere on the page: nothing that leads away or runs, whatever it stands in.
LEADS = """() => [...document.querySelectorAll("#root *")].filter((element) =>
    element.getAttributeNames().some((name) => name.startsWith("on")
      || /^(?:href|src|srcset|action|formaction|data|poster|background|style|xlink:href)$/.test(name)
        && /evil\\.example|^\\s*(?:javascript|vbscript|data):/i.test(element.getAttribute(name)))
    || /^(?:script|style|iframe|object|embed|base|meta|link|applet|portal)$/.test(element.localName)
  ).map((element) => element.outerHTML.slice(0, 200))"""

HARM = """() => ({
  executed: window.executed, violations: window.violations, polluted: ({}).polluted !== undefined,
  hidden: getComputedStyle(document.body).display === "none", address: location.pathname,
})"""


def payloads() -> list[Text]:
    lines = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
    return [_text(line) for line in lines]


def _text(line: dict[str, Any]) -> Text:
    if "messages" in line:
        messages: list[dict[str, Any]] = line["messages"]
        return messages
    if "runs" in line:
        return "".join(part * times for part, times in line["runs"])
    return str(line["text"])
