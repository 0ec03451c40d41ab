"""Things that are read only as far as somebody asks, and stores from before they were kept in parts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest

from klaviyo_app.sandbox import rendering
from klaviyo_app.sandbox.asking import Asked
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.kept import PARTS, Kept
from klaviyo_app.sandbox.store import Store
from tests.sandbox.shop import Shop

KINDS = (
    *("profile", "list", "segment", "campaign", "campaign-message", "template", "coupon", "coupon-code", "tag"),
    *("flow", "flow-action", "flow-message", "metric", "catalog-item", "catalog-category", "form", "review"),
)


@pytest.mark.parametrize("revision", ["2024-10-15", "2025-01-15", "2026-07-15"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_is_shown_alike_whether_it_was_read_before_or_not(shop: Shop, kind: str, revision: str) -> None:
    """Its frame and its kept text, or its parts: the same resource, whose fields can also be asked for one by one."""
    shop.revision = revision
    call, asked = shop.call("any"), Asked()
    for one in list(shop.things.all(kind))[:20]:
        known = Thing(one.kind, one.id, one.attributes, one.relationships, one.hidden)
        fresh = shop.things.get(kind, one.id)
        assert isinstance(fresh, Kept)
        shown = orjson.loads(orjson.dumps(rendering.resource(call, fresh, asked)))
        assert shown == orjson.loads(orjson.dumps(rendering.resource(call, known, asked)))
        every = frozenset({*shown["attributes"], *shown.get("relationships", {})})
        trimmed = rendering.resource(call, known, Asked(fields={kind: every}))
        assert orjson.loads(orjson.dumps(trimmed)) == shown


def test_a_thing_that_was_changed_is_shown_changed(shop: Shop) -> None:
    one = next(iter(shop.things.all("profile")))
    one.attributes["first_name"] = "Ågot"
    shown = orjson.loads(orjson.dumps(rendering.resource(shop.call("any"), one, Asked())))
    assert shown["attributes"]["first_name"] == "Ågot"


def test_a_page_of_people_reads_nothing_of_what_they_did(shop: Shop) -> None:
    found, _ = shop.things.all("profile").page((), "", None, 100)
    for one in found:
        rendering.resource(shop.call("any"), one, Asked())
    assert [one for one in found if not isinstance(one, Kept) or one.text("hidden") is None] == []


def test_a_store_of_one_text_a_thing_is_taken_over_with_all_that_is_in_it(shop: Shop) -> None:
    """As they were made until things were kept in parts."""
    before = {kind: list(shop.things.all(kind)) for kind in KINDS}
    path = shop.store.path
    shop.store.close()
    with sqlite3.connect(path) as old:
        for (index,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL").fetchall():
            old.execute(f"DROP INDEX {index}")
        whole = ", ".join(f"'{one}', json({one})" for one in PARTS)
        old.execute(f"CREATE TABLE older AS SELECT position, scope, kind, id, json_object({whole}) AS body FROM things")
        old.execute("DROP TABLE things")
        old.execute(
            "CREATE TABLE things (position INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, "
            "kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (scope, kind, id))"
        )
        old.execute("INSERT INTO things SELECT * FROM older")
        old.execute("DROP TABLE older")
    again = Store(Path(path))
    things = again.things("a-test", shop.account.id)
    assert {kind: list(things.all(kind)) for kind in KINDS} == before
    assert [one.id for one in things.find("profile", "email", before["profile"][3].attributes["email"])]
    assert Store(Path(path)).things("a-test", shop.account.id).count("profile") == len(before["profile"])
