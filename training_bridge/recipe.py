"""How a prompt and a completion become one token sequence and four plain numbers. No torch, no weights.

1. Prompt and completion are tokenised apart. The prompt keeps its last `PROMPT_TOKENS` tokens, the same for every
   completion of a group, so two completions of one prompt differ only by what the policy wrote. A completion that does
   not fit into the rest loses its middle: how it starts and how it ends say most.
2. `[start] prompt [separator] completion [end]`, with those special tokens the tokenizer knows; one without a separator
   gets a newline. Encoders and decoders, word pieces and bytes all fit.
3. Surface features of the completion's text, each about 0..1: log length, log number of line breaks, share of
   characters that are neither letters nor blanks, share of distinct words (a policy that loops shows here first).

`RECIPE` is part of a backbone's digest: features of another recipe are other features. Change it with any change here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Text = str | Sequence[Mapping[str, Any]]
Pair = tuple[Text, Text]

RECIPE = "pair-1"
PROMPT_TOKENS = 96
MAX_TOKENS = 512
SURFACE = 4
# A token is rarely longer than this many characters; text far beyond what can be kept is not worth tokenising.
CHARACTERS_PER_TOKEN = 16


class Tokenizer(Protocol):
    """What the recipe needs of a Hugging Face tokenizer."""

    cls_token_id: int | None
    bos_token_id: int | None
    sep_token_id: int | None
    eos_token_id: int | None

    def __call__(self, text: list[str], *, add_special_tokens: bool, verbose: bool) -> Mapping[str, Any]: ...


@dataclasses.dataclass(frozen=True)
class Layout:
    """Token ids, and where the completion (with its end token) begins."""

    ids: tuple[int, ...]
    completion_from: int


def flatten(text: Text) -> str:
    """Messages become `role: content` lines; a plain string stays as it is, but for halves of characters.

    A policy that works on bytes can be cut off inside a character, and JSON can carry the stray half; tokenizers refuse
    it. It reads as `?` here; what people see and what is stored is not touched.
    """
    if not isinstance(text, str):
        text = "\n".join(f"{message['role']}: {_content(message.get('content'))}" for message in text)
    return text.encode("utf-8", "replace").decode("utf-8")


def _content(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(str(part["text"]) for part in content if "text" in part)


def lay_out(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]], max_tokens: int) -> list[Layout]:
    """One token sequence per pair, at most `max_tokens` long."""
    marks = _Marks.of(tokenizer)
    prompts = sorted({prompt for prompt, _ in pairs})
    kept = max_tokens // 2 if max_tokens < 4 * PROMPT_TOKENS else PROMPT_TOKENS
    tails = _tokenize(tokenizer, [prompt[-kept * CHARACTERS_PER_TOKEN :] for prompt in prompts])
    prompt_ids = {prompt: ids[-kept:] for prompt, ids in zip(prompts, tails, strict=True)}
    long = max_tokens * CHARACTERS_PER_TOKEN
    bodies = _tokenize(tokenizer, [_without_middle(completion, long) for _, completion in pairs])
    return [_join(marks, prompt_ids[prompt], body, max_tokens) for (prompt, _), body in zip(pairs, bodies, strict=True)]


@dataclasses.dataclass(frozen=True)
class _Marks:
    start: list[int]
    between: list[int]
    end: list[int]

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> _Marks:
        def first(*ids: int | None) -> list[int]:
            return next(([token] for token in ids if token is not None), [])

        between = first(tokenizer.sep_token_id) or _tokenize(tokenizer, ["\n"])[0]
        return cls(
            start=first(tokenizer.cls_token_id, tokenizer.bos_token_id),
            between=between,
            end=first(tokenizer.sep_token_id, tokenizer.eos_token_id),
        )


def _join(marks: _Marks, prompt: list[int], body: list[int], max_tokens: int) -> Layout:
    head = marks.start + prompt + marks.between
    room = max_tokens - len(head) - len(marks.end)
    ids = head + list(_without_middle(body, room)) + marks.end
    # Without an end token an empty completion has nothing of its own to pool: the separator stands for it.
    return Layout(tuple(ids), min(len(head), max(len(ids) - 1, 0)))


def _without_middle(items: Any, room: int) -> Any:
    if len(items) <= room:
        return items
    tail = room // 2
    return items[: room - tail] + items[len(items) - tail :]


def _tokenize(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    if not texts:
        return []
    return list(tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"])  # we truncate, it need not warn


def surface(completion: str) -> tuple[float, float, float, float]:
    """The four surface features, in the order of the module's text."""
    words = completion.split()
    odd = sum(not (c.isalpha() or c.isspace()) for c in completion)
    return (
        math.log1p(len(completion)) / 10.0,
        math.log1p(completion.count("\n")) / 5.0,
        odd / max(len(completion), 1),
        len(set(words)) / max(len(words), 1),
    )
