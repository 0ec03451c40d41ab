"""What the shop's e-mail templates say: forty of them, in letter_plans.json. The layouts stand in letters.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class LetterPlan(NamedTuple):
    """One template: its layout, its landscape, its words and the hue it is printed in."""

    name: str
    layout: str
    scene: str
    hue: str
    kicker: str
    title: str
    words: str
    button: str
    first: int = 0  # the first product shown


_WORDS = Path(__file__).with_name("letter_plans.json").read_text(encoding="utf-8")
PLANS: tuple[LetterPlan, ...] = tuple(LetterPlan(**one) for one in json.loads(_WORDS))

# ink, accent, wash, paper
HUES: dict[str, tuple[str, str, str, str]] = {
    "moss": ("#1f2a24", "#2f6f4f", "#e4efe7", "#f6f4ef"),
    "fjord": ("#182838", "#1f5f8b", "#dfebf3", "#f3f6f8"),
    "clay": ("#33231b", "#a2502d", "#f6e6dc", "#faf5f0"),
    "slate": ("#22282e", "#4a5a68", "#e6eaee", "#f4f5f6"),
    "berry": ("#331a26", "#8f2f55", "#f6e3ea", "#faf4f6"),
    "spring": ("#1f2b1a", "#4d7a1f", "#ebf3dd", "#f8f9f2"),
    "ink": ("#15161a", "#3a3f8f", "#e5e6f4", "#f3f3f7"),
}
