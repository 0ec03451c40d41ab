"""Templates in the sandbox."""

from __future__ import annotations

from tests.sandbox.shop import Shop
from tests.sandbox_server import World


def make(shop: Shop, html: str, **more: str) -> str:
    attributes = {"name": "Mine", "editor_type": "CODE", "html": html, **more}
    return shop.do("create_template", {"attributes": attributes}).thing.id


def test_a_fragment_comes_back_as_a_whole_document(shop: Shop) -> None:
    html = shop.things.get("template", make(shop, "<p>Hi</p>")).attributes["html"]
    assert html == "<html><head></head><body><p>Hi</p></body></html>"


def test_a_document_without_a_head_gets_one(shop: Shop) -> None:
    whole = '<!DOCTYPE html><html lang="en"><body>Hi</body></html>'
    html = shop.things.get("template", make(shop, whole)).attributes["html"]
    assert html == '<!DOCTYPE html><html lang="en"><head></head><body>Hi</body></html>'


def test_a_whole_document_stays_as_it_is(shop: Shop) -> None:
    whole = "<!DOCTYPE html><html><head><title>Hi</title></head><body>Hi</body></html>"
    assert shop.things.get("template", make(shop, whole)).attributes["html"] == whole


def test_a_deleted_template_is_answered_without_a_body(world: World) -> None:
    attributes = {"name": "Mine", "editor_type": "CODE", "html": "<p>Hi</p>"}
    made = world.call("POST", "templates", {"data": {"type": "template", "attributes": attributes}})["data"]["id"]
    answer = world.ask("DELETE", f"templates/{made}")
    assert (answer.status_code, answer.content, answer.headers.get("Content-Type")) == (200, b"", None)


def test_rendering_prints_html_and_text_with_the_context(shop: Shop) -> None:
    id_ = make(shop, "<p>{{ person.name }} of {{ organization.name }}</p>", text="{{ person.name }}")
    context = {"person": {"name": "A & B"}}
    shown = shop.do("render_template", {"id": id_, "attributes": {"context": context}}).thing.attributes
    assert "<p>A &amp; B of Fjell &amp; Field</p>" in shown["html"]
    assert shown["text"] == "A & B"


def test_rendering_changes_nothing_that_is_kept(shop: Shop) -> None:
    id_ = make(shop, "{{ x }}")
    before = shop.things.get("template", id_).attributes
    shop.do("render_template", {"id": id_, "attributes": {"context": {"x": 1}}})
    assert shop.things.get("template", id_).attributes == before


def test_a_template_that_cannot_be_read_is_refused_when_rendered(shop: Shop) -> None:
    id_ = make(shop, "{% if x %}open")
    assert shop.refused("render_template", {"id": id_, "attributes": {"context": {}}}).status == 400


def test_a_template_that_a_flow_uses_cannot_be_deleted(shop: Shop) -> None:
    used = shop.named("template", "Welcome 1: hello")
    assert shop.refused("delete_template", id=used.id).status == 409


def test_a_deleted_template_is_gone(shop: Shop) -> None:
    id_ = make(shop, "x")
    assert shop.do("delete_template", id=id_).status == 200
    assert shop.refused("delete_template", id=id_).status == 404


def test_a_clone_has_the_same_content(shop: Shop) -> None:
    id_ = make(shop, "x")
    twin = shop.do("clone_template", {"id": id_, "attributes": {"name": "Other"}}).thing
    assert twin.attributes["html"] == shop.things.get("template", id_).attributes["html"]
    assert twin.attributes["name"] == "Other"


def test_amp_is_unknown_before_2025(shop: Shop) -> None:
    shop.revision = "2024-10-15"
    attributes = {"name": "Mine", "editor_type": "CODE", "amp": "<amp>"}
    refused = shop.refused("create_template", {"attributes": attributes})
    assert refused.errors[0][1] == {"pointer": "/data/attributes/amp"}


def test_the_thousand_and_first_template_is_refused(shop: Shop) -> None:
    one = next(iter(shop.things.all("template")))
    twins = [type(one)("template", f"T{number:05d}", one.attributes) for number in range(1000)]
    shop.things.put_all(twins)
    assert shop.refused("create_template", {"attributes": {"name": "x", "editor_type": "CODE"}}).status == 400
