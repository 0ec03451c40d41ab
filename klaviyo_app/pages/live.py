"""A table read from Klaviyo page by page, with the words for an account that cannot be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query
from klaviyo_app.pages.columns import Table, Verb
from klaviyo_app.pages.rows import LiveRows, NoRows
from klaviyo_app.pages.showing import listing


def live_listing(
    request: HttpRequest,
    account: Account,
    *,
    template: str,
    operation: str,
    row_of: Callable[[Mapping[str, Any]], dict[str, Any]],
    table: Table,
    path: Mapping[str, str] | None = None,
    query: Query | None = None,
    finish: Callable[[list[dict[str, Any]]], None] | None = None,
    verbs: tuple[Verb, ...] = (),
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One page of an operation's collection as a table; a GatewayError stands in its place."""
    try:
        rows: LiveRows | NoRows = LiveRows(
            client_for(account), operation, row_of, path or {}, query or Query(), finish=finish
        )
    except GatewayError as error:
        rows = NoRows(error)
    return listing(request, template=template, rows=rows, table=table, verbs=verbs, context=context)
