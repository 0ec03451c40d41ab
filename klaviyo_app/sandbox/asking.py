"""The query of a request, checked against the catalogue: what an operation does not know is a 400, as at Klaviyo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox import filters
from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.filters import Condition
from klaviyo_app.sandbox.kinds import kind_of
from klaviyo_app.sandbox.problems import bad_parameter

_FAMILY = re.compile(r"(fields|additional-fields|page)\[([\w-]+)\]\Z")
_NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Asked:
    """What a request asks of a collection or a resource."""

    filters: list[Condition] = field(default_factory=list)
    sort: str = ""
    include: tuple[str, ...] = ()
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    additional: dict[str, frozenset[str]] = field(default_factory=dict)
    size: int = 0  # of a page; 0: all of it
    cursor: str = ""

    def counts(self) -> bool:
        """Whether profile_count is asked for, which has a tighter limit."""
        return any("profile_count" in names for names in self.additional.values())


def read(operation: Operation, pairs: Iterable[tuple[str, str]], revision: str) -> Asked:
    """Read and check. Raises Refused (400)."""
    asked = Asked()
    rule = operation.page_at(revision)
    asked.size = rule.default if rule else 0
    for name, value in pairs:
        if name == "filter" and operation.filters:
            asked.filters += _filters(operation, value, revision)
        elif name == "sort" and operation.sorts:
            asked.sort = _sort(operation, value)
        elif name == "include" and operation.includes:
            asked.include = _include(operation, value, revision)
        elif name == operation.cursor:
            asked.cursor = _cursor(operation, name, value)
        else:
            _family(operation, asked, name, value, revision)
    if operation.required_filters and not {one.field for one in asked.filters} & set(operation.required_filters):
        names = " or ".join(f"'{one}'" for one in operation.required_filters)
        raise bad_parameter(f"A filter on {names} is required for this endpoint.", "filter")
    return asked


def _is_here(newer: Mapping[str, str], name: str, revision: str) -> bool:
    return revision >= newer.get(name, "")


def _filters(operation: Operation, value: str, revision: str) -> list[Condition]:
    newer = operation.newer
    offered = {
        name: tuple(one for one in operators if _is_here(newer, f"filter:{name}:{one}", revision))
        for name, operators in operation.filters.items()
        if _is_here(newer, f"filter:{name}", revision)
    }
    found = filters.parse(value)
    filters.check(found, offered)
    return found


def _sort(operation: Operation, value: str) -> str:
    if value.removeprefix("-") not in operation.sorts:
        words = ", ".join(f"{one}, -{one}" for one in operation.sorts)
        raise bad_parameter(f"'{value}' is not a valid choice for 'sort'. Allowed: {words}.", "sort")
    return value


def _include(operation: Operation, value: str, revision: str) -> tuple[str, ...]:
    found = tuple(one for one in value.split(",") if one)
    for one in found:
        if one not in operation.includes or not _is_here(operation.newer, f"include:{one}", revision):
            raise bad_parameter(f"'{one}' is not a valid relationship to include for this resource.", "include")
    return found


def _cursor(operation: Operation, name: str, value: str) -> str:
    if operation.page is None and name == "page[cursor]":
        raise _unknown(operation, name)
    return value


def _family(operation: Operation, asked: Asked, name: str, value: str, revision: str) -> None:
    """fields[type], additional-fields[type], page[size]; everything else is unknown."""
    match = _FAMILY.match(name)
    if match is None:
        raise _unknown(operation, name)
    names = frozenset(one for one in value.split(",") if one)
    match match.groups():
        case ("fields", kind) if kind in operation.fields:
            asked.fields[kind] = asked.fields.get(kind, _NOTHING) | names
        case ("additional-fields", kind) if _is_here(operation.newer, f"additional-field:{kind}", revision):
            if kind not in operation.additional_fields or not names <= set(operation.additional_fields[kind]):
                raise _unknown(operation, name)
            asked.additional[kind] = names
        case ("page", "size"):
            asked.size = _size(operation, value, revision)
        case _:
            raise _unknown(operation, name)


def _size(operation: Operation, value: str, revision: str) -> int:
    rule = operation.page_at(revision)
    if rule is None or rule.fixed:
        raise _unknown(operation, "page[size]")
    if not value.isdigit() or not 1 <= int(value) <= rule.maximum:
        raise bad_parameter(f"Page size must be an integer between 1 and {rule.maximum}.", "page[size]")
    return int(value)


def _unknown(operation: Operation, name: str) -> Refused:
    """The sentence that was recorded for page[size] where there is none; it says page_size."""
    plain = name.replace("[", "_").replace("]", "")
    kind = kind_of(operation.path.strip("/").split("/")[1])
    return bad_parameter(f"'{plain}' is not a valid field for the resource '{kind}'.", plain)
