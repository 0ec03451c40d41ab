"""What is looked for in a catalog, as Klaviyo's filters, and things by their ids.

Klaviyo finds part of a title or name, whole ids and SKUs, and sorts by the time of making alone (its description). Its
ids are made of the shop's own: `$custom:::$default:::TENT-2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.http import QueryDict

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.query import Filter, Query, and_, any_of, contains, equals

WHOSE = "$custom:::$default:::"
# Klaviyo names no length of a filter; proxies commonly take addresses of 8,000 characters.
LONGEST = 6000
MOST_IDS = 100  # a page
NAMED = {"item": "title", "variant": "title", "category": "name"}
LISTS = {"item": "get_catalog_items", "variant": "get_catalog_variants", "category": "get_catalog_categories"}
OLDEST, NEWEST = "created", "-created"


def filters_of(kind: str, asked: QueryDict) -> list[Filter]:
    """The filters of an address: q, id, and what the kind has beside them (published, category, sku)."""
    found: list[Filter] = []
    if q := _typed(asked, "q"):
        found.append(contains(NAMED[kind], q))
    if id_ := _typed(asked, "id"):
        found.append(any_of("ids", ids_of(id_)))
    if kind != "category" and (published := asked.get("published", "")) in {"yes", "no"}:
        found.append(equals("published", published == "yes"))
    if kind == "item" and (category := _typed(asked, "category")):
        found.append(equals("category.id", category))
    if kind == "variant" and (sku := _typed(asked, "sku")):
        found.append(equals("sku", sku))
    return found


def query_of(kind: str, asked: QueryDict) -> Query:
    """The query of an address; the order is the table's."""
    wanted = filters_of(kind, asked)
    return Query(filter=and_(*wanted) if wanted else None)


def _typed(asked: QueryDict, name: str) -> str:
    """What was typed, where it can stand in a filter."""
    found = asked.get(name, "").strip()
    return found if found.isprintable() else ""


def ids_of(typed: str) -> list[str]:
    """Klaviyo's ids of one external id or of several with commas or spaces between; an id may hold such itself."""
    several = [one for one in re.split(r"[\s,;]+", typed) if one]
    wanted = dict.fromkeys(one if ":::" in one else f"{WHOSE}{one}" for one in [typed, *several])
    return list(wanted)[:MOST_IDS]


def some(
    client: Client, kind: str, ids: Sequence[str], *, operation: str = "", path: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Those of these things that Klaviyo has, by id, in the order of the ids. Raises GatewayError.

    `operation`, `path`: another list to look in, such as a category's.
    """
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(ids):
        query = Query(filter=any_of("ids", part))
        found |= {str(one["id"]): one for one in client.items(operation or LISTS[kind], path=path, query=query)}
    return {one: found[one] for one in ids if one in found}


def _parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """The ids in parts that fit into an address."""
    part: list[str] = []
    length = 0
    for one in ids:
        size = len(quote(one, safe="")) + 9  # its quotes and comma, encoded
        if part and (length + size > LONGEST or len(part) == MOST_IDS):
            yield part
            part, length = [], 0
        part.append(one)
        length += size
    if part:
        yield part


def all_ids(
    client: Client, kind: str, query: Query, *, most: int, operation: str = "", path: Mapping[str, str] | None = None
) -> list[str]:
    """Ids of all that a query finds, one more than `most` where there are more. Raises GatewayError."""
    lean = replace(query, fields={f"catalog-{kind}": ("external_id",)})
    found = client.items(operation or LISTS[kind], path=path, query=lean)
    return [str(one["id"]) for one in islice(found, most + 1)]
