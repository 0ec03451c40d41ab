from __future__ import annotations

import pytest

from klaviyo_app.gateway.errors import KeyRefused, NotFound, OutcomeUnknown, Upstream
from klaviyo_app.gateway.maton import Maton, connection_of
from tests.gateway.wire_server import klaviyo_error, reply, reset

LINK = "https://connect.maton.ai/?session_token=secret-token"
PENDING = {"connection_id": "c1", "status": "PENDING", "creation_time": "2026-11-01T10:00:00Z", "url": LINK}


@pytest.fixture
def maton_to(gateway_to):
    return lambda server: Maton(gateway_to(server.url))


@pytest.mark.parametrize(
    "document",
    [
        {"connection_id": "c1"},
        {"connection_Id": "c1"},
        {"id": "c1"},
        {"connection": {"connection_id": "c1"}},
        {"connection": {"id": "c1"}},
    ],
)
def test_creating_answers_the_id_in_any_of_its_spellings(serve, maton_to, document):
    server = serve(reply(201, document))
    assert maton_to(server).create() == "c1"
    assert server.requests[0].body == b'{"app":"klaviyo"}'
    assert "maton-connection" not in server.requests[0].headers


def test_creating_without_an_id_in_the_answer_is_an_unknown_outcome(serve, maton_to):
    with pytest.raises(OutcomeUnknown):
        maton_to(serve(reply(201, {"ok": True}))).create()


def test_creating_is_never_repeated_after_a_lost_answer(serve, maton_to):
    server = serve(reset)
    with pytest.raises(OutcomeUnknown):
        maton_to(server).create()
    assert server.connections == 1


def test_a_connection_lacking_times_and_method_is_read(serve, maton_to):
    found = maton_to(serve(reply(200, {"connection": PENDING}))).get("c1")
    assert (found.status, found.updated_at, found.method) == ("PENDING", None, "")
    assert found.created_at.isoformat() == "2026-11-01T10:00:00+00:00"
    assert found.url.reveal() == LINK


def test_the_link_shows_in_no_repr(serve, maton_to):
    found = maton_to(serve(reply(200, {"connection": PENDING}))).get("c1")
    assert "secret-token" not in f"{found!r}{found}{found.url}{found.url!r}"


def test_an_answer_about_another_connection_is_refused(serve, maton_to):
    with pytest.raises(Upstream):
        maton_to(serve(reply(200, {"connection": {**PENDING, "connection_id": "c2"}}))).get("c1")


def test_listing_asks_for_klaviyo_and_keeps_only_that(serve, maton_to):
    other = {"connection_id": "c2", "app": "slack", "status": "ACTIVE"}
    server = serve(reply(200, {"connections": [PENDING, other, {"status": "ACTIVE"}, 7]}))
    assert [one.id for one in maton_to(server).list()] == ["c1"]
    assert server.requests[0].target == "/connections?app=klaviyo&limit=100"


def test_deleting_goes_to_that_connection(serve, maton_to):
    server = serve(reply(200, {}))
    maton_to(server).delete("c1")
    assert server.requests[0].line.startswith("DELETE /connections/c1 ")


def test_a_connection_deleted_elsewhere_is_not_found(serve, maton_to):
    with pytest.raises(NotFound):
        maton_to(serve(reply(404, {"detail": "Not Found"}))).get("c1")


def test_a_bad_key_is_refused(serve, maton_to):
    with pytest.raises(KeyRefused):
        maton_to(serve(reply(401, {"error": {"message": "Invalid API key"}}))).list()


@pytest.mark.parametrize("document", [{}, {"connections": None}, klaviyo_error(200, "x")])
def test_a_list_that_is_none_is_an_upstream_error(serve, maton_to, document):
    with pytest.raises(Upstream):
        maton_to(serve(reply(200, document))).list()


def test_an_unknown_status_is_kept_as_it_is():
    assert connection_of({"id": "c", "status": "Sleeping"}).status == "SLEEPING"
