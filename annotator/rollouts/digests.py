"""Equal content has equal digests, and the ids of rows that came without one follow from their content alone.

No file name, time or arrival order enters a digest: reading the same dump twice, or in other batches, names every
rollout the same. Texts never hold 0x00 (rows.py refuses it), so it separates parts without ambiguity.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .rows import Completion, Text

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

ID_LENGTH = 32  # hex digits: 128 bits


def canonical(text: Text) -> bytes:
    """One byte string per text; a plain string never equals a conversation."""
    if isinstance(text, str):
        return b"s\0" + text.encode()
    parts = ["m"]
    for message in text:
        parts += message["role"], message["content"]
        if len(message) > 2:
            parts.append(_json({k: v for k, v in message.items() if k not in ("role", "content")}))
        parts.append("\0")
    return "\0".join(parts).encode()


def prompt_digest(prompt: bytes) -> bytes:
    """Of a canonical prompt: one prompt returns at many steps, and label sets split by this."""
    return hashlib.sha256(prompt).digest()


def text_seed(prompt: bytes) -> Hash:
    """A group's completions share their prompt: it is hashed once and the state copied."""
    seed = hashlib.sha256(b"%d\0" % len(prompt))
    seed.update(prompt)
    return seed


def text_digest(seed: Hash, completion: bytes) -> bytes:
    """Of canonical prompt and completion: the key of everything that depends on the text only."""
    seen = seed.copy()
    seen.update(completion)
    return seen.digest()


def content_digest(group_id: str, text: bytes, completion: Completion) -> bytes:
    """Of everything said about a rollout except its place in the group: another one under the same id is a conflict."""
    said = f"{group_id}\0{completion.reward!r}\0{completion.generator}"
    if completion.reward_parts or completion.meta:
        said += f"\0{_json(completion.reward_parts)}\0{_json(completion.meta)}"
    return hashlib.sha256(text + said.encode()).digest()


def derived_group_id(run: str, step: int, prompt: bytes) -> str:
    """Rows without a group id belong together when run, step and prompt are equal."""
    return hashlib.sha256(b"group\0%s\0%d\0%s" % (run.encode(), step, prompt)).hexdigest()[:ID_LENGTH]


def derived_rollout_id(run: str, group_id: str, text: bytes, ordinal: int) -> str:
    """Of run, group, text and the place in the group: equal completions of one group stay two rollouts."""
    named = b"%s\0%s\0%d\0%s" % (run.encode(), group_id.encode(), ordinal, text)
    return hashlib.sha256(named).hexdigest()[:ID_LENGTH]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
