"""Which numbers an annotator's cards go by: such that neither their order nor their gaps tell anything.

A personal card's slot is made when it is dealt, long after those around it, and nobody else ever held it: its id and
its lease number would tell gold and repeats from all other cards. So what leaves for an annotator is a keyed
permutation of the id, and the lease number moved by as much as the id says; what comes back is undone here. Nothing
below the API knows of it. Whoever changes the secret of a running installation makes the cards in people's hands
unknown, as it signs everybody out.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

from django.conf import settings

HALF_BITS = 26  # 52 bits in all: a whole number that JavaScript holds exactly
HALF = 1 << HALF_BITS
ROUNDS = 8
LEASES = 1 << 31


def shown(assignment_id: int) -> int:
    """The number an annotator sees for a slot."""
    left, right = divmod(assignment_id, HALF)
    for turn in range(ROUNDS):
        left, right = right, left ^ _mixed(turn, right)
    return left * HALF + right


def meant(handle: int) -> int:
    """The slot that an annotator's number stands for; 0, which no slot has, for numbers that none can have."""
    left, right = divmod(handle, HALF)
    if not 0 <= left < HALF:
        return 0
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ _mixed(turn, left), left
    return left * HALF + right


def lease_shown(assignment_id: int, lease_number: int) -> int:
    return (lease_number + _offset(assignment_id)) % LEASES


def lease_meant(assignment_id: int, lease_shown: int) -> int:
    return (lease_shown - _offset(assignment_id)) % LEASES


def in_shown_terms(context: dict[str, Any]) -> dict[str, Any]:
    """What an error says about a slot, by the number its reader knows."""
    return context | {"assignment": shown(context["assignment"])} if "assignment" in context else context


def _offset(assignment_id: int) -> int:
    return _digest(b"lease", assignment_id) % LEASES


def _mixed(turn: int, half: int) -> int:
    return _digest(bytes([turn]), half) % HALF


def _digest(what: bytes, number: int) -> int:
    message = what + number.to_bytes(8, "big")
    return int.from_bytes(hashlib.blake2b(message, key=_key(settings.SECRET_KEY), digest_size=8).digest(), "big")


@functools.lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"the numbers of cards:" + secret.encode()).digest()
