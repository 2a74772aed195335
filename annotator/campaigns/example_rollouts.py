"""What the example campaign asks about, as a trainer sends it: twelve prompts, four replies each, noisy rewards."""

from __future__ import annotations

from typing import Any

Reply = tuple[str, float]

SKY: list[Reply] = [
    (
        "Sunlight holds all colours. Air scatters **blue** light far more than red, so blue comes to your eye from "
        "every side of the sky, and the sun itself looks a little yellow.",
        0.81,
    ),
    ("Because the sky mirrors the ocean, and the ocean is blue.", 0.64),
    (
        "Great question! The sky, as we all know, is blue, and there are many reasons why things are blue. Colour is a "
        "fascinating subject. In conclusion, the sky is blue because of light.",
        0.58,
    ),
    (
        "Small things in the air bounce blue light around more than the other colours. At sunset the light comes a "
        "longer way, the blue is already bounced away, and red is left.",
        0.77,
    ),
]
MEDIAN: list[Reply] = [
    (
        "```python\ndef median(numbers):\n    ordered = sorted(numbers)\n    middle = len(ordered) // 2\n"
        "    if len(ordered) % 2:\n        return ordered[middle]\n"
        "    return (ordered[middle - 1] + ordered[middle]) / 2\n```",
        0.74,
    ),
    ("```python\ndef median(numbers):\n    return sorted(numbers)[len(numbers) // 2]\n```", 0.79),
    ("```python\nfrom statistics import median\n```\nThe standard library has it; it refuses an empty list.", 0.66),
    ("```python\ndef median(numbers):\n    return sum(numbers) / len(numbers)\n```", 0.52),
]
TRAIN: list[Reply] = [
    (
        "First $1.5 \\times 80 = 120$ km, then $0.5 \\times 60 = 30$ km: 150 km in 2 hours, an average of "
        "$\\frac{150}{2} = 75$ km/h.",
        0.90,
    ),
    ("The average of 80 and 60 is $\\frac{80 + 60}{2} = 70$ km/h.", 0.71),
    ("75 km/h.", 0.69),
    ("It takes $1.5 + 0.5 = 2$ hours and covers $80 + 60 = 140$ km, so 70 km/h.", 0.62),
]
DECLINE: list[Reply] = [
    (
        "Thank you for inviting me! I can't make it on Friday, but I would love to hear how it went. Coffee next week?",
        0.72,
    ),
    ("I won't be able to attend. Regards.", 0.55),
    (
        "Oh no, I am so terribly sorry, I feel awful about this, I really wanted to come and I hope you can forgive "
        "me, but it will be quite impossible, for many reasons that I would rather not go into here.",
        0.61,
    ),
    ("Sorry, Friday is taken. Have a great evening, and save me a slice of cake!", 0.70),
]
YEAST: list[Reply] = [
    (
        "1. Stir the yeast into warm water (about 38 °C) with a pinch of sugar.\n2. Wait ten minutes.\n"
        "3. Foam means that it is alive; no foam means new yeast.",
        0.83,
    ),
    ("Smell it. If it smells like yeast it is fine.", 0.47),
    ("Put it into boiling water for ten minutes and see whether it bubbles.", 0.65),
    ("Check the date on the packet. Past it? Throw it away, always.", 0.56),
]
HAIKU: list[Reply] = [
    ("Rain on the tin roof,\nthe cat counts every last drop,\nthen sleeps through the storm.", 0.68),
    ("Rain is falling down.\nIt is raining a lot now.\nI like the rain, friend.", 0.60),
    ("Umbrellas open:\na street of slow dark flowers\nwalking home from work.", 0.71),
    ("The rain, it pours so heavily upon the ground,\nand everyone is wet,\nhow sad.", 0.44),
]
PRIMES: list[Reply] = [
    ("2, 3, 5, 7, 11, 13, 17, 19", 0.80),
    ("1, 2, 3, 5, 7, 11, 13, 17, 19", 0.76),
    ("There are eight: 2, 3, 5, 7, 11, 13, 17 and 19. (1 is not prime: it has only one divisor.)", 0.78),
    ("2, 3, 5, 7, 9, 11, 13, 15, 17, 19", 0.59),
]
INDEX: list[Reply] = [
    (
        "An index is a second, sorted copy of a column with pointers to the rows. Looking up is fast, every write "
        "pays a little, and a column that is never searched should have none.",
        0.82,
    ),
    ("It makes the database faster. You should index every column to be safe.", 0.63),
    ("Like the index of a book: you find the page without reading all of them.", 0.75),
    ("An index is a data structure (B-tree, hash, GiST, GIN, BRIN) that an RDBMS may maintain.", 0.57),
]
KNIFE: list[Reply] = [
    ("Hold the blade at 15 to 20 degrees, draw it over the stone from heel to tip, ten times a side, then hone.", 0.73),
    ("Sharpening knives is dangerous. Please consult a professional.", 0.50),
    ("Rub it on a stone until it is sharp.", 0.48),
    (
        "Wet the stone. Coarse side first: 15 to 20 degrees, heel to tip, until you feel a burr along the whole edge. "
        "Turn, repeat, then the same on the fine side. It should cut paper.",
        0.79,
    ),
]
REFUND: list[Reply] = [
    ("I am sorry that it arrived broken. A new one leaves today; you need not send the old one back.", 0.84),
    ("Per our policy, damage must be reported within 24 hours of delivery.", 0.53),
    ("So sorry!!! That is so annoying! We will see what we can do!!!", 0.60),
    ("Could you send a photograph and your order number? Then I can replace it today.", 0.74),
]
TRANSLATE: list[Reply] = [
    ("Wer zuletzt lacht, lacht am besten.", 0.70),
    ("Wer als Letzter lacht, der lacht am längsten.", 0.72),
    ("Der, der zuletzt lacht, lacht am besten von allen.", 0.58),
    ("He who laughs last, laughs best.", 0.49),
]
MONTY: list[Reply] = [
    (
        "Switch. Your first choice is right with $\\frac13$; the host never opens the prize, so the other door holds "
        "the remaining $\\frac23$.",
        0.86,
    ),
    ("It makes no difference: two doors are left, so each is $\\frac12$.", 0.73),
    ("Switch, you win twice as often.", 0.67),
    ("Stay with your first choice; first thoughts are usually right.", 0.46),
]
PROMPTS: list[tuple[str, list[Reply]]] = [
    ("Why is the sky blue? Explain it to a ten-year-old.", SKY),
    ("Write a Python function that returns the median of a list.", MEDIAN),
    ("A train goes 80 km/h for an hour and a half, then 60 km/h for half an hour. What is its average speed?", TRAIN),
    ("Decline a colleague's birthday party on Friday, kindly and briefly.", DECLINE),
    ("How do I check whether my yeast is still good?", YEAST),
    ("Write a haiku about rain.", HAIKU),
    ("List the prime numbers below 20.", PRIMES),
    ("What is a database index?", INDEX),
    ("How do I sharpen a kitchen knife?", KNIFE),
    ("Customer: my mug arrived broken. Write the shop's reply.", REFUND),
    ("Translate into German: he who laughs last laughs best.", TRANSLATE),
    ("In the game with three doors, the host opens an empty one. Should I switch?", MONTY),
]
ROLLOUTS: list[dict[str, Any]] = [
    {
        "group_id": f"example-{number}",
        "step": 0,
        "prompt": prompt,
        "completions": [{"text": text, "reward": reward} for text, reward in replies],
    }
    for number, (prompt, replies) in enumerate(PROMPTS)
]
