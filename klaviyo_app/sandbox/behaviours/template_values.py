"""Values in a template: literals, dotted paths and filters. Looks only into mappings and lists, never into objects.

Source: Klaviyo's help article 4408802648731 (tags and filters) and the description of template-render: variables that
the context lacks are false and print nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from klaviyo_app.sandbox.behaviours.template_filters import FILTERS

LONGEST_VALUE = 200_000  # characters that one value may grow to by filters


class TemplateError(ValueError):
    """A template that cannot be read, or that does too much. The text says what and where."""


_PIECE = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<path>[A-Za-z_$][\w$\-]*(?:\.[\w$\-]+)*)
      | (?P<mark>==|!=|>=|<=|>|<|\||:|=|,)
    )""",
    re.VERBOSE,
)
_WORDS: Mapping[str, Any] = {"True": True, "False": False, "None": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of an expression. `kind`: text, number, path, mark."""

    kind: str
    text: str


def pieces_of(source: str) -> list[Piece]:
    """The tokens of an expression. TemplateError for anything that is none."""
    found: list[Piece] = []
    at = 0
    source = source.strip()
    while at < len(source):
        match = _PIECE.match(source, at)
        if match is None or match.lastgroup is None:
            raise TemplateError(f"Could not parse the remainder: {source[at : at + 40]!r}")
        found.append(Piece(match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


@dataclass(frozen=True, slots=True)
class Value:
    """A literal or a path, with filters laid over it in order."""

    literal: Any = None
    path: tuple[str, ...] = ()
    filters: tuple[tuple[str, Value | None], ...] = field(default=())

    def of(self, context: Mapping[str, Any]) -> Any:
        """The value within a context; None where a path leads nowhere."""
        found = look_up(context, self.path) if self.path else self.literal
        for name, argument in self.filters:
            found = FILTERS[name](found, None if argument is None else argument.of(context))
            if isinstance(found, str) and len(found) > LONGEST_VALUE:
                raise TemplateError(f"The filter {name} made more than {LONGEST_VALUE} characters.")
        return found


def look_up(context: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Follow a dotted path through mappings and lists; None as soon as a step is missing."""
    found: Any = context
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdigit():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found


def take_value(pieces: list[Piece]) -> Value:
    """Take one value with its filters off the front of a list of tokens."""
    if not pieces or pieces[0].kind == "mark":
        raise TemplateError("A value is missing.")
    first = _plain(pieces.pop(0))
    filters: list[tuple[str, Value | None]] = []
    while pieces and pieces[0] == Piece("mark", "|"):
        pieces.pop(0)
        name = pieces.pop(0).text if pieces else ""
        if name not in FILTERS:
            raise TemplateError(f"Invalid filter: {name!r}")
        argument = None
        if pieces and pieces[0] == Piece("mark", ":"):
            pieces.pop(0)
            argument = _plain(pieces.pop(0)) if pieces else Value()
        filters.append((name, argument))
    return Value(first.literal, first.path, tuple(filters))


def value_of(source: str) -> Value:
    """Read a whole expression as one value."""
    pieces = pieces_of(source)
    value = take_value(pieces)
    if pieces:
        raise TemplateError(f"Could not parse the remainder: {pieces[0].text!r}")
    return value


def _plain(piece: Piece) -> Value:
    if piece.kind == "text":
        return Value(re.sub(r"\\(.)", r"\1", piece.text[1:-1]))
    if piece.kind == "number":
        return Value(float(piece.text) if "." in piece.text else int(piece.text))
    if piece.kind != "path":
        raise TemplateError(f"A value is missing before {piece.text!r}.")
    if piece.text in _WORDS:
        return Value(_WORDS[piece.text])
    return Value(path=tuple(piece.text.split(".")))
