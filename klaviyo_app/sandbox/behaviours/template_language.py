"""A small interpreter of Klaviyo's template language, for previews. No attributes, no calls, bounded work.

render() takes the source and a context and gives the text; TemplateError for what cannot be read or does too much.
Source: Klaviyo's help article 4408802648731 and the description of POST template-render.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from klaviyo_app.sandbox.behaviours.template_conditions import Condition, condition_of
from klaviyo_app.sandbox.behaviours.template_filters import Markup, text
from klaviyo_app.sandbox.behaviours.template_tags import TAGS, Surroundings
from klaviyo_app.sandbox.behaviours.template_values import (
    Piece,
    TemplateError,
    Value,
    pieces_of,
    take_value,
    value_of,
)

MOST_STEPS = 50_000
MOST_CHARACTERS = 2_000_000
DEEPEST = 40
_SPLIT = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)

Node = "str | Value | Call | If | For | With"
Nodes = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A tag that prints one thing."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class If:
    """Branches in order; the last may have no condition."""

    branches: tuple[tuple[Condition | None, Nodes], ...]


@dataclass(frozen=True, slots=True)
class For:
    """A loop over a list; `empty` is printed when there is nothing in it."""

    names: tuple[str, ...]
    over: Value
    body: Nodes
    empty: Nodes


@dataclass(frozen=True, slots=True)
class With:
    """A block with more names."""

    names: tuple[tuple[str, Value], ...]
    body: Nodes


@dataclass(slots=True)
class _Reader:
    """Reads the parts of a source, front to back."""

    parts: list[str]
    depth: int = 0

    def until(self, *ends: str) -> tuple[Nodes, str]:
        """Nodes up to one of the ending tags; also that tag's whole text."""
        if self.depth > DEEPEST:
            raise TemplateError(f"More than {DEEPEST} blocks inside one another.")
        nodes: list[Any] = []
        while self.parts:
            part = self.parts.pop(0)
            if part.startswith("{%"):
                inner = part[2:-2].strip()
                name = inner.split(None, 1)[0] if inner else ""
                if name in ends:
                    return tuple(nodes), inner
                nodes.append(self._tag(name, inner[len(name) :].strip()))
            elif part.startswith("{{"):
                nodes.append(value_of(part[2:-2]))
            elif part and not part.startswith("{#"):
                nodes.append(part)
        if ends:
            raise TemplateError(f"Unclosed tag: looked for {' or '.join(ends)}.")
        return tuple(nodes), ""

    def _tag(self, name: str, rest: str) -> Any:
        blocks = {"if": self._if, "for": self._for, "with": self._with, "comment": self._comment}
        if name in blocks:
            self.depth += 1
            node = blocks[name](rest)
            self.depth -= 1
            return node
        if name not in TAGS:
            raise TemplateError(f"Invalid block tag: {name!r}.")
        pieces = pieces_of(rest)
        values: list[Value] = []
        while pieces:
            values.append(take_value(pieces))
        return Call(name, tuple(values))

    def _if(self, rest: str) -> If:
        branches: list[tuple[Condition | None, Nodes]] = []
        condition: Condition | None = condition_of(rest)
        while True:
            body, end = self.until("elif", "else", "endif")
            branches.append((condition, body))
            if end.startswith("elif"):
                condition = condition_of(end[4:])
            elif end == "else":
                condition = None
            else:
                return If(tuple(branches))

    def _for(self, rest: str) -> For:
        match = re.fullmatch(r"([\w]+(?:\s*,\s*\w+)*)\s+in\s+(.+)", rest, re.DOTALL)
        if match is None:
            raise TemplateError(f"A loop needs 'for name in list', not {rest!r}.")
        names = tuple(one.strip() for one in match[1].split(","))
        over = value_of(match[2])
        body, end = self.until("empty", "endfor")
        empty = self.until("endfor")[0] if end == "empty" else ()
        return For(names, over, body, empty)

    def _with(self, rest: str) -> With:
        match = re.fullmatch(r"(.+)\s+as\s+(\w+)", rest, re.DOTALL)
        names = ((match[2], value_of(match[1])),) if match else tuple(_assignments(pieces_of(rest)))
        return With(names, self.until("endwith")[0])

    def _comment(self, _rest: str) -> str:
        self.until("endcomment")
        return ""


def _assignments(pieces: list[Piece]) -> Iterable[tuple[str, Value]]:
    while pieces:
        name = pieces.pop(0)
        if name.kind != "path" or not pieces or pieces.pop(0).text != "=":
            raise TemplateError("'with' needs name=value.")
        yield name.text, take_value(pieces)


@dataclass(slots=True)
class _Printer:
    around: Surroundings
    escaping: bool
    steps: int = 0
    size: int = 0
    printed: list[str] = field(default_factory=list)

    def run(self, nodes: Nodes, context: Mapping[str, Any]) -> None:
        """Print nodes, counting the work."""
        for node in nodes:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise TemplateError(f"The template does more than {MOST_STEPS} steps.")
            self._one(node, context)

    def _one(self, node: Any, context: Mapping[str, Any]) -> None:
        match node:
            case str():
                self._put(node)
            case Value():
                self._show(node.of(context))
            case Call():
                self._show(TAGS[node.name]([one.of(context) for one in node.values], context, self.around))
            case If():
                bodies = (body for test, body in node.branches if test is None or test(context))
                self.run(next(bodies, ()), context)
            case With():
                self.run(node.body, {**context, **{name: value.of(context) for name, value in node.names}})
            case For():
                self._loop(node, context)

    def _loop(self, node: For, context: Mapping[str, Any]) -> None:
        over = node.over.of(context)
        items: Sequence[Any] = (
            list(over.items()) if isinstance(over, Mapping) else over if isinstance(over, list | tuple) else ()
        )
        for index, item in enumerate(items):
            loop = {"counter": index + 1, "counter0": index, "first": index == 0, "last": index == len(items) - 1}
            values = item if len(node.names) > 1 and isinstance(item, list | tuple) else (item,)
            named = dict(zip(node.names, values, strict=False))
            self.run(node.body, {**context, **named, "forloop": loop})
        if not items:
            self.run(node.empty, context)

    def _show(self, value: Any) -> None:
        shown = text(value)
        self._put(html.escape(shown) if self.escaping and not isinstance(value, Markup) else shown)

    def _put(self, piece: str) -> None:
        self.size += len(piece)
        if self.size > MOST_CHARACTERS:
            raise TemplateError(f"The template prints more than {MOST_CHARACTERS} characters.")
        self.printed.append(piece)


def render(source: str, context: Mapping[str, Any], around: Surroundings, *, escaping: bool = True) -> str:
    """The text that a template prints. `escaping`: for HTML. TemplateError says what is wrong with it."""
    if len(source) > MOST_CHARACTERS:
        raise TemplateError(f"The template has more than {MOST_CHARACTERS} characters.")
    nodes, _ = _Reader(_SPLIT.split(source)).until()
    printer = _Printer(around, escaping)
    printer.run(nodes, context)
    return "".join(printer.printed)
