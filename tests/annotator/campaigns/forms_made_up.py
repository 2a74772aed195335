"""Forms, completions and answers that might be: every kind, with any options, as hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from annotator.campaigns.forms import Form, steps_of
from annotator.campaigns.forms.marks import ENDS

TEXTS = st.text(st.sampled_from("ab \n`é😀"), min_size=1, max_size=30)
WORDS = st.text(st.sampled_from("xyz 😀"), max_size=12)
FLAGS = st.booleans()

OPTIONS: dict[str, Any] = {
    "pair": {"strength": FLAGS, "ties": FLAGS, "both_bad": FLAGS},
    "best_worst": {"worst": FLAGS},
    "ranking": {"ties": FLAGS},
    "rating": {
        "criteria": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["helpful", "harmless", "honest"])},
                optional={"low": st.integers(-5, 0), "high": st.integers(2, 9), "high_label": WORDS},
            ),
            min_size=1,
            unique_by=lambda one: one["name"],
        )
    },
    "binary": {"good": st.just("Yes")},
    "steps": {"split": st.sampled_from(["paragraph", "line"])},
    "spans": {
        "types": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["wrong", "unsafe"])}, optional={"title": WORDS}),
            min_size=1,
            unique_by=lambda one: one["name"],
        )
    },
    "critique": {"per": st.sampled_from(["card", "completion"]), "min_length": st.integers(0, 2)},
    "edit": {},
}
NEEDED = {"rating": {"criteria"}, "spans": {"types"}}
COUNTS = {"pair": (2, 2), "best_worst": (2, 8), "ranking": (2, 8)}


@st.composite
def questions(draw: st.DrawFn, kind: str, name: str) -> dict[str, Any]:
    needed = {option: OPTIONS[kind][option] for option in NEEDED.get(kind, ())}
    optional = {option: made for option, made in OPTIONS[kind].items() if option not in needed}
    common = {"required": FLAGS, "title": WORDS, "guideline": WORDS}
    options = draw(st.fixed_dictionaries(needed, optional=optional | common))
    if "criteria" in options and draw(FLAGS):
        options["orders_by"] = draw(st.sampled_from([one["name"] for one in options["criteria"]]))
    return {"kind": kind, "name": name, **options}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    completions = draw(st.integers(1, 8))
    fitting = [kind for kind in OPTIONS if COUNTS.get(kind, (1, 8))[0] <= completions <= COUNTS.get(kind, (1, 8))[1]]
    kinds = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=4))
    raw = [draw(questions(kind, f"q{at}")) for at, kind in enumerate(kinds)]
    return Form.from_json(raw, completions)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Form, list[str], dict[str, Any], list[int]]:
    """A form, the texts of a card, a complete answer to it, and an order the card may have been shown in."""
    form = draw(forms())
    texts = draw(st.lists(TEXTS, min_size=form.completions, max_size=form.completions))
    answer = {question.name: draw(_answer(question.to_json(), texts)) for question in form.questions}
    return form, texts, answer, draw(st.permutations(range(form.completions)))


def _answer(question: dict[str, Any], texts: list[str]) -> st.SearchStrategy[Any]:
    return ANSWERS[question["kind"]](question, texts)


def _pair(question: dict[str, Any], texts: list[str]) -> st.SearchStrategy[Any]:
    strength = st.sampled_from([None, 1, 2, 3]) if question["strength"] else st.none()
    wins = st.fixed_dictionaries({"choice": st.sampled_from(["first", "second"])}, optional={"strength": strength})
    neither = [name for name, given in (("tie", question["ties"]), ("both_bad", question["both_bad"])) if given]
    return st.one_of(wins, *(st.just({"choice": name}) for name in neither))


@st.composite
def _best_worst(draw: st.DrawFn, question: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    best, worst = draw(st.permutations(range(len(texts))))[:2]
    return {"best": best, "worst": worst if question["worst"] and draw(FLAGS) else None}


def _ranking(question: dict[str, Any], texts: list[str]) -> st.SearchStrategy[Any]:
    ranks = st.integers(1, len(texts))
    given = st.lists(ranks, min_size=len(texts), max_size=len(texts), unique=not question["ties"])
    return given.map(lambda ranks: {"ranks": ranks})


def _rating(question: dict[str, Any], texts: list[str]) -> st.SearchStrategy[Any]:
    scores = {one["name"]: _each(st.integers(one["low"], one["high"]), texts) for one in question["criteria"]}
    return st.fixed_dictionaries({"scores": st.fixed_dictionaries(scores)})


@st.composite
def _steps(draw: st.DrawFn, question: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    marks, ends = [], []
    for text in texts:
        count = len(steps_of(text, question["split"]))
        marks.append(draw(st.lists(st.sampled_from([1, 0, -1, None]), min_size=count, max_size=count)))
        impossible = "solved" if -1 in marks[-1] else "found_error"
        ends.append(draw(st.sampled_from([end for end in ENDS if end != impossible])))
    return {"marks": marks, "end": ends}


@st.composite
def _spans(draw: st.DrawFn, question: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    found = []
    for text in texts:
        starts = draw(st.lists(st.integers(0, len(text) - 1), max_size=3))
        names = st.sampled_from([one["name"] for one in question["types"]])
        found.append([{"start": at, "end": draw(st.integers(at + 1, len(text))), "type": draw(names)} for at in starts])
    return {"spans": found}


def _critique(question: dict[str, Any], texts: list[str]) -> st.SearchStrategy[Any]:
    words = WORDS.map(lambda text: f"ok {text}")
    return st.fixed_dictionaries({"text": words} if question["per"] == "card" else {"texts": _each(words, texts)})


def _each(of: st.SearchStrategy[Any], texts: list[str]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=len(texts), max_size=len(texts))


ANSWERS: dict[str, Any] = {
    "pair": _pair,
    "best_worst": _best_worst,
    "ranking": _ranking,
    "rating": _rating,
    "binary": lambda question, texts: _each(FLAGS, texts).map(lambda good: {"good": good}),
    "steps": _steps,
    "spans": _spans,
    "critique": _critique,
    "edit": lambda question, texts: _each(st.none() | TEXTS.map(lambda text: f"so: {text}"), texts).map(
        lambda edits: {"texts": edits}
    ),
}
