"""JSON:API documents: resource objects, relationships, links at Klaviyo's host, sparse fields, includes.

Source: recorded answers: links inside resources end in a slash, the answer's own does not and echoes path and query;
`fields[type]` trims attributes and leaves relationships as they are.
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
from klaviyo_app.sandbox.kinds import RELATIONS, Relation, plural, unasked

_IN_PAGES = frozenset({"campaign-values-report", "flow-values-report", "flow-series-report", "metric-aggregate"})
HOST = "https://a.klaviyo.com"
_PLAIN = re.compile(r"[0-9A-Za-z-]+")  # ids as Klaviyo gives them: faster than quote(), which a page calls 100 times
_OWN, _ATTRIBUTES, _DATA = "own-address", ',"attributes":', "data-of-"
Page = dict[tuple[str, str], list[str]]  # by relation and id: where it leads
_CURSOR = re.compile(r"page(_|\[|%5B)cursor(\]|%5D)?=", re.IGNORECASE)


def shown(call: Call, thing: Thing) -> dict[str, Any]:
    """A thing's attributes as they are now, at the served revision."""
    present = PRESENT.get(thing.kind)
    return present(call, thing) if present else thing.attributes


def address(thing: Thing) -> str:
    """A resource's own link."""
    if thing.kind == "metric-aggregate":
        return f"{HOST}/api/metric-aggregates/"
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
    if asked.include:
        return document(call, thing, asked)
    return orjson.Fragment(_framed(call, thing, asked.fields.get(thing.kind), page))


def document(call: Call, thing: Thing, asked: Asked) -> dict[str, Any]:
    """The same, in parts."""
    wanted = asked.fields.get(thing.kind)
    attributes = shown(call, thing) if wanted is None else _trimmed(shown(call, thing), wanted)
    made: dict[str, Any] = {"type": thing.kind, "id": thing.id, "attributes": attributes}
    own = address(thing)
    if relations := _relations(thing.kind, call.revision, asked.include):
        made["relationships"] = {name: _relationship(call, thing, name, one, own, asked) for name, one in relations}
    if has_links(thing.kind):
        made["links"] = {"self": own}
    return made


def _framed(call: Call, thing: Thing, wanted: frozenset[str] | None, page: Page | None) -> str:
    """A resource's JSON: the frame of its kind around its id, its attributes and the pointers that come unasked."""
    before, after = _frame(thing.kind, call.revision)
    after = after.replace(_OWN, address(thing))
    for name, relation in _with_data(thing.kind, call.revision):
        pointers = _pointers(call, thing, name, relation, page)
        after = after.replace(f'"{_DATA}{name}"', orjson.dumps(pointers).decode())
    written = f'"{thing.id}"' if _PLAIN.fullmatch(thing.id) else orjson.dumps(thing.id).decode()
    return f"{before}{written}{_ATTRIBUTES}{_attributes(call, thing, wanted)}{after}"


def _attributes(call: Call, thing: Thing, wanted: frozenset[str] | None) -> str:
    """The JSON of a thing's attributes; as it is kept, where they are shown so."""
    if wanted is not None:
        return orjson.dumps(_trimmed(shown(call, thing), wanted)).decode()
    if isinstance(thing, Kept) and (kept := thing.text("attributes")) is not None:
        as_kept = SHOWN_AS_KEPT.get(thing.kind)
        if as_kept(call, thing) if as_kept else thing.kind not in PRESENT:
            return kept
    return orjson.dumps(shown(call, thing)).decode()


@lru_cache(maxsize=1024)
def _frame(kind: str, revision: str) -> tuple[str, str]:
    """What stands before a resource's id and after its attributes, with marks for its address and for pointers."""
    own = Thing(kind, _OWN, {})
    made: dict[str, Any] = {"type": kind, "id": _OWN, "attributes": {}}
    if relations := _relations(kind, revision, ()):
        data = {name: {"data": f"{_DATA}{name}"} for name, _ in _with_data(kind, revision)}
        made["relationships"] = {
            name: {**data.get(name, {}), **_linked(address(own), name, one)} for name, one in relations
        }
    if has_links(kind):
        made["links"] = {"self": address(own)}
    before, _, after = orjson.dumps(made).decode().partition(f'"{_OWN}"{_ATTRIBUTES}{{}}')
    return before, after.replace(address(own), _OWN)


@lru_cache(maxsize=1024)
def _with_data(kind: str, revision: str) -> tuple[tuple[str, Relation], ...]:
    """The relations whose data comes unasked."""
    return tuple((name, one) for name, one in _relations(kind, revision, ()) if unasked(kind, name, revision))


@lru_cache(maxsize=1024)
def _relations(kind: str, revision: str, include: tuple[str, ...]) -> tuple[tuple[str, Relation], ...]:
    """The relations that resources of a kind tell of."""
    known = ((name, one) for name, one in RELATIONS.get(kind, {}).items() if one.shown and one.since <= revision)
    return tuple((name, one) for name, one in known if one.linked or name in include or unasked(kind, name, revision))


def has_links(kind: str) -> bool:
    """Whether a resource has links: reports have none."""
    return not kind.endswith("-report")


def own_links(kind: str, target: str, revision: str) -> dict[str, Any]:
    """The links of an answer about one thing. Those about reports have them since 2026-07-15 (description)."""
    if not has_links(kind) and revision < "2026-07-15":
        return {}
    pages: dict[str, Any] = {"next": None, "prev": None} if kind in _IN_PAGES else {}
    return {"links": {"self": f"{HOST}{target}", **pages}}


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
    if name not in asked.include and not unasked(thing.kind, name, call.revision):
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
        for name, relation in _with_data(kind, call.revision):
            if relation.many and not relation.back:
                led = call.things.linked_of(kind, ids, name)
                found |= {(name, id_): led.get(id_, []) for id_ in ids}
    return found


def _linked(own: str, name: str, relation: Relation) -> dict[str, Any]:
    """A relationship without its data. `own`: the resource's address."""
    if not relation.linked:
        return {}
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
