"""How a prompt and a completion become one token sequence and four plain numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_bridge.recipe import PROMPT_TOKENS, flatten, lay_out, surface


class Bytes:
    """A tokenizer of one token per byte; which special tokens it knows is up to the test."""

    cls_token_id = bos_token_id = sep_token_id = eos_token_id = None

    def __init__(self, **special):
        vars(self).update(special)

    def __call__(self, text, *, add_special_tokens, verbose):
        return {"input_ids": [list(one.encode()) for one in text]}


ENCODER = Bytes(cls_token_id=301, sep_token_id=302)
DECODER = Bytes(bos_token_id=401, eos_token_id=402)


def test_an_encoder_gets_its_own_marks():
    (layout,) = lay_out(ENCODER, [("ab", "c")], 512)
    assert layout.ids == (301, 97, 98, 302, 99, 302)
    assert layout.ids[layout.completion_from :] == (99, 302)


def test_a_decoder_gets_a_newline_between_and_its_end_token():
    (layout,) = lay_out(DECODER, [("ab", "c")], 512)
    assert layout.ids == (401, 97, 98, 10, 99, 402)
    assert layout.ids[layout.completion_from :] == (99, 402)


def test_a_tokenizer_without_special_tokens_still_has_something_to_pool_for_an_empty_completion():
    (layout,) = lay_out(Bytes(), [("ab", "")], 512)
    assert layout.ids == (97, 98, 10)
    assert layout.ids[layout.completion_from :] == (10,)


def test_a_long_prompt_keeps_its_end_the_same_for_every_completion():
    prompt = "x" * 500 + "y" * PROMPT_TOKENS
    short, long = lay_out(ENCODER, [(prompt, "a"), (prompt, "b" * 900)], 512)
    assert short.ids[1 : short.completion_from] == long.ids[1 : long.completion_from]
    assert set(short.ids[1 : short.completion_from - 1]) == {ord("y")}


def test_a_long_completion_loses_its_middle_and_fills_what_there_is():
    (layout,) = lay_out(ENCODER, [("p", "a" * 1000 + "b" * 1000 + "c" * 1000)], 512)
    body = layout.ids[layout.completion_from : -1]
    assert len(layout.ids) == 512
    assert body[:254].count(ord("a")) == 254 and body[-254:].count(ord("c")) == 254


def test_an_absurdly_long_text_is_not_tokenised_whole():
    seen = []

    class Watching(Bytes):
        def __call__(self, text, **options):
            seen.extend(map(len, text))
            return super().__call__(text, **options)

    lay_out(Watching(), [("p" * 10**6, "c" * 10**7)], 512)
    assert max(seen) < 10_000


@settings(max_examples=100)
@given(st.text(max_size=300), st.text(max_size=900), st.integers(16, 512), st.sampled_from([ENCODER, DECODER, Bytes()]))
def test_a_layout_fits_the_model_and_always_holds_something_to_pool(prompt, completion, max_tokens, tokenizer):
    (layout,) = lay_out(tokenizer, [(prompt, completion)], max_tokens)
    assert 1 <= len(layout.ids) <= max_tokens
    assert 0 <= layout.completion_from < len(layout.ids)


def test_messages_become_lines_with_their_role():
    assert flatten("as it is") == "as it is"
    talk = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": [{"type": "text", "text": "look"}, {"type": "image"}]},
    ]
    assert flatten(talk) == "user: hi\nassistant: \nuser: look"


def test_half_a_character_reads_as_a_question_mark():
    assert flatten("caf\u00e9 \ud83d!") == "caf\u00e9 ?!"
    assert flatten([{"role": "user", "content": "\udc00"}]) == "user: ?"


def test_surface_features_worked_by_hand():
    assert surface("a b a!\n") == pytest.approx((math.log(8) / 10, math.log(2) / 5, 1 / 7, 3 / 3))
    assert surface("so so so so")[3] == 0.25
    assert surface("") == (0.0, 0.0, 0.0, 0.0)


def test_surface_features_stay_of_order_one_for_very_long_texts():
    assert max(surface("word 12 \n" * 20_000)) < 3
