"""A thing as the store has it: three texts of JSON, each read only when somebody asks for what is in it.

A page of a hundred people then costs no reading of what they did, and where attributes are shown as they are kept,
their text goes into the answer as it is.
"""

from __future__ import annotations

from typing import Any

import orjson

from klaviyo_app.sandbox.behaviours.call import Thing

PARTS = ("attributes", "relationships", "hidden")
COLUMNS = ", ".join(PARTS)


class Kept(Thing):
    """A thing whose parts come into being when they are first asked for."""

    __slots__ = ("_unread",)

    _unread: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        """Called for a part that has no value yet: read it."""
        if name not in PARTS:
            raise AttributeError(name)
        value = orjson.loads(self._unread.pop(name))
        setattr(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        """A thing is what it holds, read or not."""
        if not isinstance(other, Thing):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in ("kind", "id", *PARTS))

    __hash__ = None  # type: ignore[assignment]

    def text(self, part: str) -> str | None:
        """The JSON of a part that nobody has read or changed; None for one that has its value."""
        return self._unread.get(part)


def read(kind: str, id: str, *texts: str) -> Kept:  # noqa: A002 - Klaviyo's word
    """A thing from its kind, its id and the texts of COLUMNS."""
    thing = Kept.__new__(Kept)
    thing.kind, thing.id = kind, id
    thing._unread = dict(zip(PARTS, texts, strict=True))
    return thing


def written(thing: Thing) -> tuple[str, str, str]:
    """The texts of COLUMNS."""
    attributes, relationships, hidden = (
        orjson.dumps(getattr(thing, part), option=orjson.OPT_NON_STR_KEYS).decode() for part in PARTS
    )
    return attributes, relationships, hidden


def at(place: str) -> str:
    """SQL for a place in a thing: "attributes.email", "hidden.channel"."""
    column, _, path = place.partition(".")
    return f"json_extract({column}, '$.{path}')"
