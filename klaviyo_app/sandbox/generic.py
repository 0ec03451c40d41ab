"""The shapes that most operations have: list, get, delete, what is related, relationships."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox import rendering
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed
from klaviyo_app.sandbox.kinds import RELATIONS, Relation, kind_of
from klaviyo_app.sandbox.problems import refused

# What cannot be added to such a thing twice (recorded); elsewhere a second adding changes nothing.
_ONCE = frozenset({"catalog-category", "catalog-item"})


def perform(call: Call, operation: Operation) -> Reply:
    """Carry an operation out by its shape. Raises Refused."""
    parts = operation.path.strip("/").split("/")
    kind = kind_of(parts[1])
    if len(parts) == 2:
        if operation.method != "GET":
            raise not_played(operation)
        return Reply(200, things=call.things.all(kind))
    id_ = next(iter(call.path.values()))
    if kind == "flow-action" and not id_.isdecimal():  # recorded: 400, not 404
        raise invalid(f"Invalid Action ID: '{id_}'", "/data/id")
    thing = needed(call, kind, id_)
    if len(parts) == 3:
        return _single(call, operation, thing)
    relation = RELATIONS.get(kind, {}).get(parts[-1])
    if relation is None:
        raise not_played(operation)
    if operation.method == "GET":
        return _related(call, thing, parts[-1], relation)
    return _relate(call, operation, thing, parts[-1], relation)


def not_played(operation: Operation) -> Exception:
    """501: the catalogue knows the operation, the sandbox does not (docs/sandbox.md)."""
    detail = f"The sandbox does not play {operation.name}."
    return refused(501, "not_implemented", "Not implemented.", detail, pointer="/data/")


def _single(call: Call, operation: Operation, thing: Thing) -> Reply:
    if operation.method == "GET":
        return Reply(200, thing)
    if operation.method == "DELETE":
        call.things.drop(thing.kind, thing.id)
        return Reply(204)
    raise not_played(operation)


def _related(call: Call, thing: Thing, name: str, relation: Relation) -> Reply:
    found = call.things.some(relation.kind, rendering.related(call, thing, name, relation))
    return Reply(200, things=found) if relation.many else Reply(200, found[0] if found else None)


def _relate(call: Call, operation: Operation, thing: Thing, name: str, relation: Relation) -> Reply:
    """POST adds, DELETE removes, PATCH replaces; answers 204 without a body."""
    if not isinstance(call.data, list):
        raise invalid("'data' must be a list.", "/data")
    others = [needed(call, relation.kind, str(one["id"])).id for one in call.data]
    if operation.method == "POST" and thing.kind in _ONCE:
        _refuse_twice(others, rendering.related(call, thing, name, relation))
    if operation.method == "PATCH" and relation.back:
        for holder in list(call.things.holders(relation.kind, relation.back, thing.id)):
            call.things.unlink(relation.kind, holder, relation.back, [thing.id])
    elif operation.method == "PATCH":
        call.things.unlink(thing.kind, thing.id, name)
    if relation.back:
        for other in others:
            if operation.method == "DELETE":
                call.things.unlink(relation.kind, other, relation.back, [thing.id])
            else:
                call.things.link(relation.kind, other, relation.back, {thing.id: call.stamp})
    elif operation.method == "DELETE":
        call.things.unlink(thing.kind, thing.id, name, others)
    else:
        call.things.link(thing.kind, thing.id, name, dict.fromkeys(others, call.stamp))
    return Reply(204)


def _refuse_twice(others: list[str], there: list[str]) -> None:
    if twice := sorted(set(others).intersection(there)):
        raise conflict(f"It is related to {', '.join(twice)} already.", "/data")
