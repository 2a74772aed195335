"""One case of every kind of question: what is pressed, and what that says; and a campaign that asks it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from annotator.rollouts.models import Rollout
from tests.factories import make_open_campaign, make_run

from .conftest import SignIn
from .judging import ready

TEXT = "The cat sat down.\n\nIt slept well.\n\nThe end 🙂 came."
CRITERIA = [
    {"name": "helpful", "title": "Helpful", "guideline": "Does it do *what was asked*?"},
    {"name": "true", "title": "True", "low": 1, "high": 5, "low_label": "wrong", "high_label": "right"},
]
TYPES = [{"name": "fact", "title": "Factual error"}, {"name": "style", "title": "Style"}]
EDITED = {"texts": [f"{TEXT} More."]}
BAD_STEP = {"marks": [[1, 0, -1]], "end": ["found_error"]}


def question(kind: str, **options: Any) -> dict[str, Any]:
    return {"kind": kind, "name": "q", **options}


# kind, completions, keys of a first answer, what it says, keys that change it, what it says then
KINDS = [
    (question("pair"), 2, ["a"], {"choice": "first", "strength": 2}, ["t"], {"choice": "tie", "strength": None}),
    (
        question("pair", strength=False),
        2,
        ["2"],
        {"choice": "second", "strength": None},
        ["x"],
        {"choice": "both_bad", "strength": None},
    ),
    (question("best_worst"), 4, ["2", "4"], {"best": 1, "worst": 3}, ["1", "2"], {"best": 0, "worst": 1}),
    (question("best_worst", worst=False), 3, ["3"], {"best": 2, "worst": None}, ["1"], {"best": 0, "worst": None}),
    (
        question("ranking"),
        4,
        ["3", "ArrowUp", "ArrowUp", "Enter"],
        {"ranks": [2, 3, 1, 4]},
        ["4", "t", "Enter"],
        {"ranks": [2, 3, 1, 3]},
    ),
    (
        question("ranking"),
        8,
        ["Shift+8", "Shift+1", "Enter"],
        {"ranks": [2, 3, 4, 5, 6, 7, 8, 1]},
        ["2", "=", "Enter"],
        {"ranks": [2, 2, 3, 4, 5, 6, 7, 1]},
    ),
    (
        question("rating", criteria=CRITERIA),
        2,
        ["5", "3", "4", "1", "Enter"],
        {"scores": {"helpful": [5, 3], "true": [4, 1]}},
        ["7", "Enter"],
        {"scores": {"helpful": [7, 3], "true": [4, 1]}},
    ),
    (question("binary"), 1, ["g"], {"good": [True]}, ["b"], {"good": [False]}),
    (
        question("binary", good="Safe", bad="Unsafe"),
        3,
        ["g", "b", "g", "Enter"],
        {"good": [True, False, True]},
        ["3", "b", "Enter"],
        {"good": [True, False, False]},
    ),
    (
        question("steps"),
        1,
        ["1", "2", "e", "Enter"],
        BAD_STEP,
        ["Shift+1", "s", "Enter"],
        {"marks": [[1, 1, 1]], "end": ["solved"]},
    ),
    (
        question("steps"),
        2,
        ["1", "u", "g", "b", "Enter"],
        {"marks": [[1, None, None], [None] * 3], "end": ["gave_up", "bad_problem"]},
        ["3", "Enter"],
        {"marks": [[-1, None, None], [None] * 3], "end": ["gave_up", "bad_problem"]},
    ),
    (
        question("spans", types=TYPES),
        1,
        ["ArrowRight", "Shift+ArrowRight", "1", "Enter"],
        {"spans": [[{"start": 4, "end": 11, "type": "fact"}]]},
        ["ArrowRight", "u", "ArrowDown", "ArrowDown", "Shift+ArrowRight", "2", "Enter"],
        {"spans": [[{"start": 39, "end": 44, "type": "style"}]]},
    ),
    (
        question("critique", min_length=5),
        2,
        ["i", "@Both are short.", "Control+Enter"],
        {"text": "Both are short."},
        ["i", "@ Too short.", "Escape", "Enter"],
        {"text": "Both are short. Too short."},
    ),
    (
        question("critique", per="completion"),
        2,
        ["i", "@One.", "Escape", "2", "i", "@Two.", "Control+Enter"],
        {"texts": ["One.", "Two."]},
        ["i", "@ Again.", "Control+Enter"],
        {"texts": ["One. Again.", "Two."]},
    ),
    (
        question("edit"),
        1,
        ["i", "@ More.", "Control+Enter"],
        EDITED,
        ["i", "@ Still.", "Escape", "Enter"],
        {"texts": [f"{TEXT} More. Still."]},
    ),
]
NAMES = [f"{one['kind']}-{n}-{i}" for i, (one, n, *_) in enumerate(KINDS)]
# Rate, then rank, then say why where one wants to.
COMBINED = [
    {"kind": "rating", "name": "quality", "title": "Quality", "criteria": CRITERIA, "guideline": "Each on its own."},
    {"kind": "ranking", "name": "order", "title": "Order"},
    {"kind": "critique", "name": "why", "title": "Why", "required": False},
]
RATED = ["5", "3", "4", "1", "2", "3"]


def asking(people: dict[str, Any], form: list[dict[str, Any]], completions: int) -> Any:
    run = make_run("grpo-1", groups=8, size=8)
    Rollout.objects.filter(run=run).update(completion=TEXT)
    return make_open_campaign(people, slug="asked", run=run, form=form, completions=completions)


def opened(people: dict[str, Any], sign_in: SignIn, form: list[dict[str, Any]], n: int, **options: Any) -> Page:
    asking(people, form, n)
    page = sign_in("alice", "/annotate/asked", **options)
    ready(page)
    return page
