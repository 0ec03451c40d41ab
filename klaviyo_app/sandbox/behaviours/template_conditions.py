"""Conditions of `{% if %}`: comparisons, `in`, and, or, not. Missing variables are false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.template_filters import number
from klaviyo_app.sandbox.behaviours.template_values import Piece, TemplateError, pieces_of, take_value

Condition = Callable[[Mapping[str, Any]], bool]
_MARKS = frozenset(("==", "!=", ">", "<", ">=", "<="))


def condition_of(source: str) -> Condition:
    """Read a condition. TemplateError when it cannot be read."""
    pieces = pieces_of(source)
    condition = _either(pieces)
    if pieces:
        raise TemplateError(f"Could not parse the remainder of the condition: {pieces[0].text!r}")
    return condition


def _word(pieces: list[Piece], word: str) -> bool:
    if pieces and pieces[0] == Piece("path", word):
        pieces.pop(0)
        return True
    return False


def _either(pieces: list[Piece]) -> Condition:
    parts = [_both(pieces)]
    while _word(pieces, "or"):
        parts.append(_both(pieces))
    return lambda context: any(part(context) for part in parts)


def _both(pieces: list[Piece]) -> Condition:
    parts = [_negated(pieces)]
    while _word(pieces, "and"):
        parts.append(_negated(pieces))
    return lambda context: all(part(context) for part in parts)


def _negated(pieces: list[Piece]) -> Condition:
    if _word(pieces, "not"):
        inner = _negated(pieces)
        return lambda context: not inner(context)
    return _comparison(pieces)


def _comparison(pieces: list[Piece]) -> Condition:
    left = take_value(pieces)
    if pieces and pieces[0].text in _MARKS:
        mark = pieces.pop(0).text
        right = take_value(pieces)
        return lambda context: _compare(left.of(context), mark, right.of(context))
    refused = len(pieces) > 1 and pieces[0] == Piece("path", "not") and pieces[1] == Piece("path", "in")
    if refused:
        pieces.pop(0)
    if _word(pieces, "in"):
        right = take_value(pieces)
        return lambda context: _within(left.of(context), right.of(context)) is not refused
    return lambda context: bool(left.of(context))


def _within(item: Any, whole: Any) -> bool:
    if isinstance(whole, str):
        return str(item) in whole
    return isinstance(whole, list | tuple | dict) and item in whole


def _compare(left: Any, mark: str, right: Any) -> bool:
    if mark == "==":
        return bool(left == right)
    if mark == "!=":
        return bool(left != right)
    one, other = number(left), number(right)
    if one is None or other is None:
        return False
    return {">": one > other, "<": one < other, ">=": one >= other, "<=": one <= other}[mark]
