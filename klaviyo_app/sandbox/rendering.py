"""JSON:API documents: resource objects, relationships, links at Klaviyo's host, sparse fields, includes.

Source: recorded answers: links inside resources end in a slash, the answer's own does not and echoes path and query;
`fields[type]` trims attributes and the relationships that are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson

from klaviyo_app.sandbox.asking import Asked
from klaviyo_app.sandbox.behaviours import PRESENT, SHOWN_AS_KEPT
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.kept import Kept
from klaviyo_app.sandbox.kinds import RELATIONS, UNASKED, Relation, plural

_NAMES_ONLY = frozenset({"webhook-topic"})  # kinds whose id says everything
HOST = "https://a.klaviyo.com"
_PLAIN = re.compile(r"[0-9A-Za-z-]+")  # ids as Klaviyo gives them: faster than quote(), which a page calls 100 times
_WITH_DATA = {kind: tuple(name for one, name in UNASKED if one == kind) for kind, _ in UNASKED}
_OWN, _ATTRIBUTES, _DATA = "own-address", ',"attributes":', "data-of-"
Page = dict[tuple[str, str], list[str]]  # by relation and id: where it leads
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


def resource(call: Call, thing: Thing, asked: Asked, page: Page | None = None) -> dict[str, Any] | orjson.Fragment:
    """A resource object, trimmed to the fields that were asked for; as JSON where its frame is the same for all."""
    wanted = asked.fields.get(thing.kind)
    if wanted is None and not asked.include and thing.kind not in _NAMES_ONLY:
        return orjson.Fragment(_framed(call, thing, page))
    attributes = shown(call, thing)
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


def _framed(call: Call, thing: Thing, page: Page | None) -> str:
    """A resource's JSON: the frame of its kind around its id, its attributes and the pointers that come unasked."""
    before, after = _frame(thing.kind, call.revision)
    after = after.replace(_OWN, address(thing))
    for name in _WITH_DATA.get(thing.kind, ()):
        pointers = _pointers(call, thing, name, RELATIONS[thing.kind][name], page)
        after = after.replace(f'"{_DATA}{name}"', orjson.dumps(pointers).decode())
    written = f'"{thing.id}"' if _PLAIN.fullmatch(thing.id) else orjson.dumps(thing.id).decode()
    return f"{before}{written}{_ATTRIBUTES}{_attributes(call, thing)}{after}"


def _attributes(call: Call, thing: Thing) -> str:
    """The JSON of a thing's attributes; as it is kept, where they are shown so."""
    if isinstance(thing, Kept) and (kept := thing.text("attributes")) is not None:
        as_kept = SHOWN_AS_KEPT.get(thing.kind)
        if as_kept(call, thing) if as_kept else thing.kind not in PRESENT:
            return kept
    return orjson.dumps(shown(call, thing)).decode()


@lru_cache(maxsize=1024)
def _frame(kind: str, revision: str) -> tuple[str, str]:
    """What stands before a resource's id and after its attributes, with marks for its address and for pointers."""
    own = Thing(kind, _OWN, {})
    document: dict[str, Any] = {"type": kind, "id": _OWN, "attributes": {}}
    if relations := _relations(kind, revision, None, ()):
        document["relationships"] = {
            name: {
                **({"data": f"{_DATA}{name}"} if name in _WITH_DATA.get(kind, ()) else {}),
                **_linked(address(own), name, one),
            }
            for name, one in relations
        }
    if has_links(kind):
        document["links"] = {"self": address(own)}
    before, _, after = orjson.dumps(document).decode().partition(f'"{_OWN}"{_ATTRIBUTES}{{}}')
    return before, after.replace(address(own), _OWN)


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
    linked = _linked(own, name, relation)
    if name not in asked.include and (thing.kind, name) not in UNASKED:
        return linked
    return {"data": _pointers(call, thing, name, relation), **linked}


def _pointers(call: Call, thing: Thing, name: str, relation: Relation, page: Page | None = None) -> Any:
    """The data of a relationship."""
    known = page.get((name, thing.id)) if page is not None else None
    ids = related(call, thing, name, relation) if known is None else known
    pointers = [{"type": relation.kind, "id": one} for one in ids]
    return pointers if relation.many else next(iter(pointers), None)


def page_of(call: Call, things: Sequence[Thing]) -> Page:
    """Where the relations lead whose data comes unasked, of all things of a page at once."""
    found: Page = {}
    for kind in {one.kind for one in things}:
        ids = [one.id for one in things if one.kind == kind]
        for name in _WITH_DATA.get(kind, ()):
            led = call.things.linked_of(kind, ids, name)
            found |= {(name, id_): led.get(id_, []) for id_ in ids}
    return found


def _linked(own: str, name: str, relation: Relation) -> dict[str, Any]:
    """A relationship without its data. `own`: the resource's address."""
    links = {"related": f"{own}{name}/"}
    return {"links": {"self": f"{own}relationships/{name}/", **links} if relation.pointers else links}


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
