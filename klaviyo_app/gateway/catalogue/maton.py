"""Maton's connection API. It publishes no description; its clients' code says what is known.

Maton's limit of 10 a second counts for the key, all operations together; here each gets the whole of it.
"""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import Limit, Operation, Repeat

MATON_LIMIT = Limit(10, 600)

MATON: tuple[Operation, ...] = (
    Operation(
        name="list_connections",
        method="GET",
        path="/connections",
        repeat=Repeat.READ,
        limit=MATON_LIMIT,
        success=(200,),
        control=True,
    ),
    Operation(
        name="create_connection",
        method="POST",
        path="/connections",
        repeat=Repeat.ONCE,
        limit=MATON_LIMIT,
        success=(200, 201),
        control=True,
    ),
    Operation(
        name="get_connection",
        method="GET",
        path="/connections/{connection_id}",
        repeat=Repeat.READ,
        limit=MATON_LIMIT,
        success=(200,),
        control=True,
    ),
    Operation(
        name="delete_connection",
        method="DELETE",
        path="/connections/{connection_id}",
        repeat=Repeat.IDEMPOTENT,
        limit=MATON_LIMIT,
        success=(200, 204),
        control=True,
    ),
)
