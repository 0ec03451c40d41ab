"""Draw a page, or the part of it that htmx swaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_filters import FilterSet

from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.columns import Table, Verb
from klaviyo_app.pages.navigation import frame
from klaviyo_app.pages.rows import MirrorRows, Page, Rows

LONGEST_WISH = 2000
# What a failed call of Klaviyo's makes of a page: the page is ours and fine, what it shows is not there.
STATUS = {"NotFound": 404, "Forbidden": 403, "Invalid": 422, "NotOffered": 422, "Conflict": 409, "TooMany": 503}


def part_of(template: str) -> str:
    """lists/index.html -> lists/_index.html, the part inside it that can be swapped alone."""
    folder, _, name = template.rpartition("/")
    return f"{folder}/_{name}"


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the part alone: boosted links and a restored history need the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def show(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The page, or its part for htmx. `Vary` is set for all answers by dashboard.middleware."""
    part = wants_part(request)
    values = {**frame(request, part=part), **context}
    return render(request, part_of(template) if part else template, values, status=status, using="jinja2")


def status_of(error: GatewayError) -> int:
    """The HTTP status of a page that shows this error."""
    return STATUS.get(type(error).__name__, 502)


def detail(request: HttpRequest, *, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A page about one thing."""
    return show(request, template, context)


def listing(
    request: HttpRequest,
    *,
    template: str,
    rows: Rows,
    table: Table,
    filters: FilterSet | None = None,
    verbs: tuple[Verb, ...] = (),
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A table: ?q= searches, ?sort= sorts, ?at= is the page; `filters` is bound to request.GET and narrows further."""
    asked = {name: request.GET.get(name, "").strip()[:LONGEST_WISH] for name in ("q", "sort", "at")}
    if filters is not None and isinstance(rows, MirrorRows):
        narrowed = filters.qs if filters.is_valid() else rows.queryset
        rows = replace(rows, queryset=narrowed)
    problem: GatewayError | None = None
    try:
        page = rows.page(table=table, sort=asked["sort"], cursor=asked["at"], q=asked["q"])
    except GatewayError as error:
        problem, page = error, Page(rows=(), sort=asked["sort"])
    member = getattr(request, "member", None)
    offered = tuple(verb for verb in verbs if member is not None and member.may(verb.right))
    values = {
        "page": page,
        "table": table,
        "q": asked["q"],
        "filters": filters,
        "verbs": offered,
        "problem": problem,
        "address": Address(request),
        "narrowed": bool(asked["q"]) or _filtered(filters),
    }
    status = 200 if problem is None else status_of(problem)
    return show(request, template, {**values, **(context or {})}, status=status)


def _filtered(filters: FilterSet | None) -> bool:
    """Whether a filter is set."""
    return filters is not None and any(filters.form.data.get(name) for name in filters.form.fields)


class Address:
    """Links of a table: this page's address with one thing changed. The page's state lives in the address alone."""

    def __init__(self, request: HttpRequest) -> None:
        self.path = request.path
        self._asked = [(name, value) for name, values in request.GET.lists() for value in values if value]

    @property
    def match(self) -> str:
        """What narrows the rows, for "all that match": the query string without the page."""
        return urlencode([(name, value) for name, value in self._asked if name not in {"at", "sort"}])

    def with_(self, **changes: str) -> str:
        """The address with these parameters; a change of order or search goes back to the first page."""
        kept = [(name, value) for name, value in self._asked if name not in changes and name != "at"]
        query = urlencode(kept + [(name, value) for name, value in changes.items() if value])
        return f"{self.path}?{query}" if query else self.path
