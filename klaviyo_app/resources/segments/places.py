"""Where in a JSON text each value begins, so that a complaint about a path can name its line. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]

Path = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder()


def lines(text: str) -> dict[Path, int]:
    """Path -> line (from 1) of every value of a valid JSON text; of those that are not nested beyond all reason."""
    found: dict[Path, int] = {}
    with suppress(RecursionError):
        _walk(text, _skip(text, 0), (), found)
    return found


def line_of(path: Sequence[str | int], known: dict[Path, int]) -> int:
    """The line of a path, or of the nearest value around it."""
    place = tuple(path)
    while place and place not in known:
        place = place[:-1]
    return known.get(place, 1)


def shown(path: Sequence[str | int]) -> str:
    """("condition_groups", 0, "conditions") -> "condition_groups[0].conditions"."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _walk(text: str, at: int, path: Path, found: dict[Path, int]) -> int:
    """Note the value that begins at `at` and what is in it; returns where it ends."""
    found[path] = text.count("\n", 0, at) + 1
    if text[at] not in "{[":
        return _DECODER.raw_decode(text, at)[1]
    closing = "}" if text[at] == "{" else "]"
    at, number = _skip(text, at + 1), 0
    while text[at] != closing:
        name: str | int = number
        if closing == "}":
            name, at = scanstring(text, at + 1)
            at = _skip(text, _skip(text, at) + 1)
        at = _skip(text, _walk(text, at, (*path, name), found))
        at = _skip(text, at + 1) if text[at] == "," else at
        number += 1
    return at + 1
