"""JSON:API documents: resource objects, relationships, links at Klaviyo's host, sparse fields, includes.

Source: recorded answers: links inside resources end in a slash, the answer's own does not and echoes path and query;
`fields[type]` trims attributes and the relationships that are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from klaviyo_app.sandbox.asking import Asked
from klaviyo_app.sandbox.behaviours import PRESENT
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.kinds import RELATIONS, UNASKED, Relation, plural

_NAMES_ONLY = frozenset({"webhook-topic"})  # kinds whose id says everything
HOST = "https://a.klaviyo.com"
_PLAIN = re.compile(r"[0-9A-Za-z-]+")  # ids as Klaviyo gives them: faster than quote(), which a page calls 100 times
_CURSOR = re.compile(r"page(_|\[|%5B)cursor(\]|%5D)?=", re.IGNORECASE)


def shown(call: Call, thing: Thing) -> dict[str, Any]:
    """A thing's attributes as they are now, at the served revision."""
    present = PRESENT.get(thing.kind)
    return present(call, thing) if present else thing.attributes


def address(thing: Thing) -> str:
    """A resource's own link."""
    written = thing.id if _PLAIN.fullmatch(thing.id) else quote(thing.id, safe=":$")
    return f"{HOST}/api/{plural(thing.kind)}/{written}/"


def related(call: Call, thing: Thing, name: str, relation: Relation) -> list[str]:
    """Ids of what a relation leads to."""
    if not relation.many:
        other = thing.relationships.get(name)
        return [other] if other else []
    if relation.back == thing.kind:  # kept as a to-one on the others
        return [one.id for one in call.things.all(relation.kind) if one.relationships.get(relation.back) == thing.id]
    if relation.back:
        return list(call.things.holders(relation.kind, relation.back, thing.id))
    return list(call.things.linked(thing.kind, thing.id, name))


def resource(call: Call, thing: Thing, asked: Asked) -> dict[str, Any]:
    """A resource object, trimmed to the fields that were asked for."""
    attributes = shown(call, thing)
    wanted = asked.fields.get(thing.kind)
    if wanted is not None:
        attributes = _trimmed(attributes, wanted)
    relations = _relations(thing.kind, call.revision, wanted, asked.include)
    document: dict[str, Any] = {"type": thing.kind, "id": thing.id, "attributes": attributes}
    if thing.kind in _NAMES_ONLY:
        del document["attributes"]
    own = address(thing)
    if relations:
        document["relationships"] = {name: _relationship(call, thing, name, one, own, asked) for name, one in relations}
    if has_links(thing.kind):
        document["links"] = {"self": own}
    return document


@lru_cache(maxsize=1024)
def _relations(
    kind: str, revision: str, wanted: frozenset[str] | None, include: tuple[str, ...]
) -> tuple[tuple[str, Relation], ...]:
    """The relations that resources of a kind tell of. `wanted`: sparse fields, None for all."""
    known = ((name, one) for name, one in RELATIONS.get(kind, {}).items() if one.shown and one.since <= revision)
    return tuple((name, one) for name, one in known if wanted is None or name in wanted or name in include)


def has_links(kind: str) -> bool:
    """Whether an answer has links: those with reports have none (Klaviyo's description)."""
    return not kind.endswith("-report")


def _trimmed(attributes: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Only these attributes; "definition.content.subject" names a part of one."""
    kept: dict[str, Any] = {}
    for name in sorted(wanted):
        source: Any = attributes
        target = kept
        *above, last = name.split(".")
        for part in above:
            source = source.get(part) if isinstance(source, Mapping) else None
            target = target.setdefault(part, {}) if isinstance(source, Mapping) else target
        if isinstance(source, Mapping) and last in source:
            target[last] = source[last]
    return kept


def _relationship(call: Call, thing: Thing, name: str, relation: Relation, own: str, asked: Asked) -> dict[str, Any]:
    links = {"related": f"{own}{name}/"}
    if relation.pointers:
        links = {"self": f"{own}relationships/{name}/", **links}
    if name not in asked.include and (thing.kind, name) not in UNASKED:
        return {"links": links}
    pointers = [{"type": relation.kind, "id": one} for one in related(call, thing, name, relation)]
    return {"data": pointers if relation.many else next(iter(pointers), None), "links": links}


def included(call: Call, things: Iterable[Thing], asked: Asked) -> list[Thing]:
    """What `include` brings, each once."""
    wanted: dict[str, dict[str, None]] = {}
    for thing in things:
        for name in asked.include:
            relation = RELATIONS.get(thing.kind, {}).get(name)
            if relation is not None:
                wanted.setdefault(relation.kind, {}).update(dict.fromkeys(related(call, thing, name, relation)))
    return [one for kind, ids in wanted.items() for one in call.things.some(kind, ids)]


def links(target: str, next_cursor: str, revision: str, parameter: str = "page[cursor]") -> dict[str, Any]:
    """The links of a collection. `target`: path and query as they came. first and last: until 2026-04-15."""
    path, _, query = target.partition("?")
    kept = [part for part in query.split("&") if part and not _CURSOR.match(part)]

    def at(cursor: str) -> str:
        return f"{HOST}{path}?{'&'.join([*kept, f'{quote(parameter)}={cursor}'])}"

    document: dict[str, Any] = {"self": f"{HOST}{target}"}
    if revision < "2026-04-15":
        document |= {"first": f"{HOST}{path}{'?' if kept else ''}{'&'.join(kept)}", "last": None}
    return {**document, "prev": None, "next": at(next_cursor) if next_cursor else None}
