"""Closed shapes of request bodies: what is missing, of a wrong kind, or unknown, with a pointer to it.

A shape is a function of a value and the pointer to it that yields what is wrong. Klaviyo refuses unknown fields
(recorded answers), although its descriptions do not say so: therefore objects are closed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a part of a body."""

    pointer: str  # "/data/attributes/name"
    detail: str


Shape = Callable[[Any, str], Iterator[Wrong]]


def anything(_value: Any, _pointer: str) -> Iterator[Wrong]:
    """Whatever JSON there is."""
    yield from ()


def text(*, least: int = 0, most: int | None = None) -> Shape:
    """A string of so many characters."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        if not isinstance(value, str):
            yield Wrong(pointer, f"'{_name(pointer)}' must be a string.")
        elif len(value.strip()) < least:
            yield Wrong(pointer, f"'{_name(pointer)}' must not be blank.")
        elif most is not None and len(value) > most:
            yield Wrong(pointer, f"'{_name(pointer)}' must have at most {most} characters.")

    return shape


def flag(value: Any, pointer: str) -> Iterator[Wrong]:
    """True or false."""
    if not isinstance(value, bool):
        yield Wrong(pointer, f"'{_name(pointer)}' must be a boolean.")


def whole(value: Any, pointer: str) -> Iterator[Wrong]:
    """An integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        yield Wrong(pointer, f"'{_name(pointer)}' must be an integer.")


def real(value: Any, pointer: str) -> Iterator[Wrong]:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Wrong(pointer, f"'{_name(pointer)}' must be a number.")


def moment(value: Any, pointer: str) -> Iterator[Wrong]:
    """A time or a date, ISO 8601."""
    try:
        dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        yield Wrong(pointer, f"'{_name(pointer)}' is not a valid ISO 8601 date and time.")


def choice(*allowed: Any) -> Shape:
    """One of these values."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        if not any(value is one or (type(value) is type(one) and value == one) for one in allowed):
            words = ", ".join(str(one) for one in allowed)
            yield Wrong(pointer, f"'{value}' is not a valid choice for '{_name(pointer)}'. Allowed: {words}.")

    return shape


def nullable(inner: Shape) -> Shape:
    """Null, or the inner shape."""
    return lambda value, pointer: iter(()) if value is None else inner(value, pointer)


def either(*shapes: Shape) -> Shape:
    """At least one of these fits; otherwise what the last says."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        wrongs: list[Wrong] = []
        for one in shapes:
            wrongs = list(one(value, pointer))
            if not wrongs:
                return
        yield from wrongs

    return shape


def items(inner: Shape, *, least: int = 0, most: int | None = None) -> Shape:
    """A list of so many things of one shape."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        if not isinstance(value, list):
            yield Wrong(pointer, f"'{_name(pointer)}' must be a list.")
            return
        if len(value) < least:
            yield Wrong(pointer, f"'{_name(pointer)}' must have at least {least} item{'s' if least > 1 else ''}.")
        if most is not None and len(value) > most:
            yield Wrong(pointer, f"'{_name(pointer)}' may have at most {most} items.")
            return
        for index, one in enumerate(value):
            yield from inner(one, f"{pointer}/{index}")

    return shape


def obj(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None, *, of: str = "") -> Shape:
    """An object with these members and no others. `of`: what Klaviyo calls it, where that is not where it stands."""
    known = {**(optional or {}), **required}

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        if not isinstance(value, Mapping):
            yield Wrong(pointer, f"'{_name(pointer)}' must be an object.")
            return
        for name in required:
            if name not in value:
                yield Wrong(
                    f"{pointer}/{name}", f"'{name}' is a required field for the resource '{of or _name(pointer)}'."
                )
        for name, one in value.items():
            if name in known:
                yield from known[name](one, f"{pointer}/{name}")
            else:
                yield Wrong(
                    f"{pointer}/{name}", f"'{name}' is not a valid field for the resource '{of or _name(pointer)}'."
                )

    return shape


def by(name: str, shapes: Mapping[Any, Shape]) -> Shape:
    """An object whose shape hangs on one of its members."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        if not isinstance(value, Mapping):
            yield Wrong(pointer, f"'{_name(pointer)}' must be an object.")
        elif name not in value:
            yield Wrong(f"{pointer}/{name}", f"'{name}' is a required field for the resource '{_name(pointer)}'.")
        else:
            yield from choice(*shapes)(value[name], f"{pointer}/{name}")
            if isinstance(value[name], str | bool) and value[name] in shapes:
                yield from shapes[value[name]](value, pointer)

    return shape


def _name(pointer: str) -> str:
    """The last word of a pointer that is no number."""
    words = [one for one in pointer.split("/") if one and not one.isdigit()]
    return words[-1] if words else "data"


def attributes_of(kind: str, attributes: Shape) -> Shape:
    """The attributes of a resource: what they lack or have too much is told of the resource (recorded)."""

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        for one in attributes(value, pointer):
            yield replace(one, detail=one.detail.replace("the resource 'attributes'", f"the resource '{kind}'"))

    return shape


def resource(kind: str, attributes: Shape, *, with_id: bool = False, more: Mapping[str, Shape] | None = None) -> Shape:
    """The `data` of a body: type, id where it must be, attributes, and more members that may be there."""
    required: dict[str, Shape] = {"type": choice(kind), "attributes": attributes_of(kind, attributes)}
    if with_id:
        required["id"] = text(least=1)
    return obj(required, more)


def pointing(kind: str) -> Shape:
    """A relationship to one thing: {"data": {"type", "id"}}."""
    return obj({"data": obj({"type": choice(kind), "id": text(least=1)})})
