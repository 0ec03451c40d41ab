"""Method and path -> operation, from the catalogue. A word of the path goes before an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import Operation


class Match(NamedTuple):
    """An operation and the ids of its path."""

    operation: Operation
    ids: Mapping[str, str]


def _by_shape() -> dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]]:
    found: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
    for operation in OPERATIONS.values():
        parts = tuple(operation.path.strip("/").split("/"))
        found.setdefault((operation.method, len(parts)), []).append((parts, operation))
    for several in found.values():
        several.sort(key=lambda one: sum(part.startswith("{") for part in one[0]))
    return found


_BY_SHAPE = _by_shape()


def match(method: str, parts: Sequence[str]) -> Match | None:
    """The operation that a method and the parts of a path name. Klaviyo takes a slash at the end, too."""
    asked = "GET" if method == "HEAD" else method
    for wanted, operation in _BY_SHAPE.get((asked, len(parts)), ()):
        if all(one.startswith("{") or one == given for one, given in zip(wanted, parts, strict=True)):
            ids = {one[1:-1]: given for one, given in zip(wanted, parts, strict=True) if one.startswith("{")}
            return Match(operation, ids)
    return None


def methods(parts: Sequence[str]) -> list[str]:
    """The methods that an address knows, at whatever revision."""
    return [one for one in ("GET", "POST", "PATCH", "DELETE") if match(one, parts)]
