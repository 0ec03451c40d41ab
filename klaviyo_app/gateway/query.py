"""The query of a call: filter, fields, includes, sort, page; checked against the catalogue before a call is spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from klaviyo_app.gateway.catalogue.field_names import field_names
from klaviyo_app.gateway.catalogue.operation import XS, Limit, M, Operation
from klaviyo_app.gateway.filter_kinds import misfit
from klaviyo_app.gateway.filters import (
    And,
    Comparison,
    Filter,
    NotAllowed,
    and_,
    any_of,
    contains,
    contains_all,
    contains_any,
    ends_with,
    equals,
    greater_or_equal,
    greater_than,
    has,
    less_or_equal,
    less_than,
    starts_with,
)

__all__ = [
    "And",
    "Comparison",
    "Filter",
    "NotAllowed",
    "Query",
    "and_",
    "any_of",
    "contains",
    "contains_all",
    "contains_any",
    "ends_with",
    "equals",
    "greater_or_equal",
    "greater_than",
    "has",
    "less_or_equal",
    "less_than",
    "starts_with",
]


@dataclass(frozen=True, slots=True)
class Query:
    """What to read of a collection or a resource. `page_size` in items; `sort` with a minus for descending."""

    filter: Filter | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    additional_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    sort: str | None = None
    page_size: int | None = None
    cursor: str | None = None

    def params(self, cursor: str = "page[cursor]") -> list[tuple[str, str]]:
        """The parameters, decoded; the client encodes them once. `cursor`: what the operation calls its cursor."""
        pairs: list[tuple[str, str]] = []
        if self.filter is not None:
            pairs.append(("filter", self.filter.text()))
        pairs += [(f"fields[{kind}]", ",".join(names)) for kind, names in self.fields.items()]
        pairs += [(f"additional-fields[{kind}]", ",".join(names)) for kind, names in self.additional_fields.items()]
        if self.include:
            pairs.append(("include", ",".join(self.include)))
        if self.sort:
            pairs.append(("sort", self.sort))
        if self.page_size is not None:
            pairs.append(("page[size]", str(self.page_size)))
        if self.cursor:
            pairs.append((cursor, self.cursor))
        return pairs

    def after(self, cursor: str) -> Query:
        """The same query, from a cursor on."""
        return replace(self, cursor=cursor)


# What has windows of its own when it is asked for, the tightest first (Klaviyo's descriptions; of subscriptions its
# page on rate limits).
_TIGHTER_FIELDS: Mapping[str, Limit] = {"profile_count": XS, "predictive_analytics": M, "subscriptions": M}
_TIGHTER_INCLUDES: Mapping[tuple[str, str], Limit] = {("get_profile", "lists"): XS, ("get_profile", "segments"): XS}


def tighter(query: Query, operation: Operation) -> tuple[str, Limit] | None:
    """What the query asks for that Klaviyo counts apart, and its limit; None where nothing is."""
    for name in query.include:
        if (operation.name, name) in _TIGHTER_INCLUDES:
            return name, _TIGHTER_INCLUDES[operation.name, name]
    asked = {name for names in query.additional_fields.values() for name in names}
    return next(((name, limit) for name, limit in _TIGHTER_FIELDS.items() if name in asked), None)


def check(query: Query, operation: Operation, revision: str) -> None:
    """Raises NotAllowed when the operation at that revision would refuse the query."""
    _check_filter(query, operation, revision)
    for name in query.include:
        if name not in operation.includes or not _there(operation, f"include:{name}", revision):
            raise NotAllowed(f"{operation.name} cannot include {name}")
    if query.sort and query.sort.removeprefix("-") not in operation.sorts:
        raise NotAllowed(f"{operation.name} cannot sort by {query.sort}")
    for kind, names in query.fields.items():
        if unknown := set(names) - field_names(operation, kind, revision):
            raise NotAllowed(f"{operation.name} has no fields of {kind} at {revision}: {', '.join(sorted(unknown))}")
    for kind, names in query.additional_fields.items():
        known = operation.additional_fields.get(kind, ())
        if set(names) - set(known) or not _there(operation, f"additional-field:{kind}", revision):
            raise NotAllowed(f"{operation.name} has no additional fields {kind}: {', '.join(names)}")
    _check_page(query, operation, revision)


def _there(operation: Operation, what: str, revision: str) -> bool:
    return revision >= operation.newer.get(what, "")


def _check_filter(query: Query, operation: Operation, revision: str) -> None:
    used = list(query.filter.comparisons()) if query.filter is not None else []
    for one in used:
        known = (
            one.operator in operation.filters.get(one.field, ())
            and _there(operation, f"filter:{one.field}", revision)
            and _there(operation, f"filter:{one.field}:{one.operator}", revision)
        )
        if not known:
            raise NotAllowed(f"{operation.name} cannot filter {one.field} by {one.operator} at {revision}")
        if words := misfit(one):
            raise NotAllowed(f"{one.operator} of {one.field} {words}")
    if operation.required_filters and not {one.field for one in used} & set(operation.required_filters):
        raise NotAllowed(f"{operation.name} needs a filter on {' or '.join(operation.required_filters)}")


def _check_page(query: Query, operation: Operation, revision: str) -> None:
    rule = operation.page_at(revision)
    if query.cursor and rule is None and operation.cursor == "page[cursor]":
        raise NotAllowed(f"{operation.name} has no pages")
    if query.page_size is None:
        return
    if rule is None or rule.fixed:
        raise NotAllowed(f"{operation.name} takes no page[size] at {revision}")
    if not 1 <= query.page_size <= rule.maximum:
        raise NotAllowed(f"{operation.name} gives 1 to {rule.maximum} a page")
