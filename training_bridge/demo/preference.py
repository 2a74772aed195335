"""What the simulated annotators want: kind, short, finished replies. Only they and the final evaluation know it.

Each part saturates, so no single trick wins: a third kind phrase adds nothing, repeating one adds nothing, and an
empty or endless reply loses more than kindness can earn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

KIND = ("sorry", "thank you", "thanks", "happy to help", "please", "gladly")
RUDE = (
    "whatever",
    "not my problem",
    "you again",
    "read the manual",
    "wasting my time",
    "figure it out",
    "own fault",
    "wait like",
)
MOST_KIND, MOST_RUDE = 2, 2
SHORTEST_WORDS, LONGEST_WORDS = 5, 16


def kindness(text: str) -> float:
    """Distinct kind phrases, at most two count; distinct rude ones take as much away."""
    lowered = text.lower()
    kind = min(MOST_KIND, sum(phrase in lowered for phrase in KIND))
    rude = min(MOST_RUDE, sum(phrase in lowered for phrase in RUDE))
    return float(kind - rude)


def brevity(text: str) -> float:
    """Nothing lost between 5 and 16 words; a tenth lost per word outside, two at most."""
    words = len(text.split())
    outside = max(SHORTEST_WORDS - words, words - LONGEST_WORDS, 0)
    return -min(2.0, 0.1 * outside * (2 if words < SHORTEST_WORDS else 1))


def finish(text: str) -> float:
    """A reply ends with exactly one full stop."""
    return 0.7 if re.search(r"[^.!?\s]\.$", text.rstrip()) else 0.0


def stammer(text: str) -> float:
    """Saying the same clause twice is worse than not saying it."""
    clauses = [clause.strip().lower() for clause in re.split(r"[,.!?]", text) if clause.strip()]
    return -1.0 * (len(clauses) - len(set(clauses)))


def utility(completion: str) -> float:
    """The hidden true preference for one reply; higher is better, about -4 to 2.7."""
    return kindness(completion) + brevity(completion) + finish(completion) + stammer(completion)


def mean_utility(completions: Sequence[str]) -> float:
    if not completions:
        raise ValueError("No completions to judge.")
    return sum(utility(text) for text in completions) / len(completions)
