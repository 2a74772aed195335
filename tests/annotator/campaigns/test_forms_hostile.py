"""Whatever JSON is sent as a form or as an answer is taken or refused with a path; nothing else ever happens."""

from __future__ import annotations

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.campaigns.forms import Form
from annotator.errors import InvalidAnswer, InvalidConfig

from .forms_made_up import answered, forms

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.integers(),
    st.sampled_from([10**400, -(10**25), 2**63]),
    st.floats(),
    st.text(st.characters(), max_size=8),  # lone surrogates and 0x00 among them
    st.sampled_from(["pair", "first", "solved", "wrong", "helpful", "name"]),
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)


def places(value, path=()):
    """Every place in a piece of JSON, as the keys that lead there."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


@st.composite
def spoilt(draw, good):
    """A copy in which one thing is replaced, dropped, doubled, or added."""
    wrapped = {"all": copy.deepcopy(good)}
    path = draw(st.sampled_from([path for path in places(wrapped) if path]))
    holder = wrapped
    for key in path[:-1]:
        holder = holder[key]
    how = draw(st.sampled_from(["replace", "drop", "add"]))
    if how == "drop" and len(path) > 1:
        del holder[path[-1]]
    elif how == "add" and isinstance(holder, dict):
        holder[draw(st.text(max_size=5))] = draw(ANYTHING)
    elif how == "add":
        holder.append(copy.deepcopy(holder[path[-1]]))
    else:
        holder[path[-1]] = draw(ANYTHING)
    return wrapped.get("all")


def tells_where(refused):
    body = refused.as_dict()
    json.dumps(body).encode()
    assert isinstance(body["context"]["field"], str)
    assert len(body["message"]) < 2_000
    body["message"].encode()


@settings(max_examples=150)
@given(st.data(), answered())
def test_a_spoilt_answer_is_refused_or_stored_as_one_that_can_be_used(data, case):
    form, texts, answer, order = case
    sent = data.draw(spoilt(answer) | ANYTHING)
    try:
        checked = form.check(sent, texts)
    except InvalidAnswer as refused:
        tells_where(refused)
        return
    json.dumps(checked, allow_nan=False).encode()
    stored = form.reorder(checked, order)
    assert form.check(form.as_shown(stored, order), texts) == checked
    assert all(form.level(key) for key in form.units(stored))
    form.comparisons(stored)


@settings(max_examples=150)
@given(st.data(), forms(), st.integers(-1, 10) | LEAVES)
def test_a_spoilt_form_is_refused_or_usable(data, form, completions):
    sent = data.draw(spoilt(form.to_json()) | ANYTHING)
    try:
        made = Form.from_json(sent, completions if data.draw(st.booleans()) else form.completions)
    except InvalidConfig as refused:
        tells_where(refused)
        return
    json.dumps(made.to_json(), allow_nan=False).encode()
    assert Form.from_json(made.to_json(), made.completions) == made
