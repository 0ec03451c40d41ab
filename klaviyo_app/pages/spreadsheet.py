"""Text for a CSV that people open in a spreadsheet."""

from __future__ import annotations

# A spreadsheet takes these at the head of a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """Text that no spreadsheet runs (CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text
