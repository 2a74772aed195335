"""A small made-up language of requests and replies that a 1-3 M parameter byte model can learn in a minute.

Every prompt can be answered in every tone, so a policy trained on it can say kind things, curt things and rude things;
which of them people want is not written here.
"""

from __future__ import annotations

import random

THINGS = ["parcel", "lamp", "phone", "kettle", "printer", "bike", "door", "heater", "laptop", "ticket"]
TROUBLES = [
    "My {thing} is late.",
    "My {thing} is broken.",
    "How do I return the {thing}?",
    "Where is my {thing}?",
    "I lost the {thing}.",
    "Can you fix my {thing}?",
    "The {thing} is too loud.",
    "Who can help with my {thing}?",
    "The {thing} came twice.",
    "I paid for the {thing} two times.",
]
OPENINGS = {
    "kind": ["I am so sorry", "Thank you for asking", "I am happy to help", "Thanks for your patience"],
    "plain": ["Noted", "Yes", "I see", "We have read this"],
    "rude": ["Whatever", "That is not my problem", "You again", "Read the manual"],
}
BODIES = {
    "kind": ["please send me the number", "we will gladly sort this out", "please give me a minute to look"],
    "plain": ["send the number", "it takes two days", "the form is on the page", "we will look at it"],
    "rude": ["stop wasting my time", "figure it out", "it is your own fault", "wait like all the others"],
}
RAMBLES = [
    "and as I said before there are many rules about this and many pages",
    "but then again it depends on this and that and on the day of the week",
    "because the system is slow and the other system is slow as well",
]
ENDINGS = [".", ".", "!", "...", ""]
TONES = ["kind", "plain", "plain", "rude", "rude"]


def all_prompts() -> list[str]:
    """Every request the language knows, in a fixed order."""
    return [trouble.format(thing=thing) + "\n" for trouble in TROUBLES for thing in THINGS]


def reply(rng: random.Random) -> str:
    """One reply: an opening and a body of independent tones, perhaps rambling, ended well or badly."""
    parts = [rng.choice(OPENINGS[rng.choice(TONES)])]
    if rng.random() < 0.85:
        parts.append(rng.choice(BODIES[rng.choice(TONES)]))
    for _ in range(rng.choice([0, 0, 1, 2])):
        parts.append(rng.choice(RAMBLES))
    return ", ".join(parts) + rng.choice(ENDINGS)


def example(rng: random.Random) -> tuple[str, str]:
    """One prompt and one reply to it."""
    return rng.choice(all_prompts()), reply(rng)
