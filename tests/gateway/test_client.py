from __future__ import annotations

import datetime as dt
import socket
import ssl
import time

import pytest
import structlog

from klaviyo_app.gateway import fresh
from klaviyo_app.gateway.client import Client, Gateway, Priority
from klaviyo_app.gateway.errors import (
    Conflict,
    Forbidden,
    GrantRefused,
    Invalid,
    KeyRefused,
    NotConnected,
    NotFound,
    NotOffered,
    OutcomeUnknown,
    RevisionRetired,
    TooMany,
    Unreachable,
    Upstream,
    WrongAccount,
    field_errors,
)
from klaviyo_app.gateway.query import NotAllowed, Query
from tests.environment import free_port
from tests.gateway.conftest import KEY
from tests.gateway.wire_server import drip, hang, klaviyo_error, raw, reply, reset, reset_unread

LISTS = {"data": [{"type": "list", "id": "A"}], "links": {"next": None}}
SHORT = {"read_s": 0.6, "total_s": 1.0}  # for what is never answered
NEW_LIST = {"data": {"type": "list", "attributes": {"name": "VIP"}}}


def test_a_call_carries_key_revision_connection_and_media_type(serve, client_to):
    server = serve(reply(200, LISTS))
    client_to(server).call("get_lists")
    sent = server.requests[0]
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["revision"] == "2026-07-15"
    assert sent.headers["maton-connection"] == "conn-1"
    assert sent.headers["accept"] == "application/vnd.api+json"
    assert sent.headers["user-agent"].startswith("klaviyo-dashboard/")


def test_a_write_carries_the_json_api_media_type(serve, client_to):
    server = serve(reply(201, {"data": {"type": "list", "id": "A"}}))
    client_to(server).call("create_list", body=NEW_LIST)
    assert server.requests[0].headers["content-type"] == "application/vnd.api+json"


def test_brackets_and_quotes_are_encoded_once(serve, client_to):
    server = serve(reply(200, LISTS))
    from klaviyo_app.gateway.query import equals

    client_to(server).call("get_lists", query=Query(filter=equals("name", 'a "b" [c]'), fields={"list": ("name",)}))
    assert "fields%5Blist%5D=name" in server.requests[0].target
    assert "filter=equals%28name%2C%22a%20%5C%22b%5C%22%20%5Bc%5D%22%29" in server.requests[0].target


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        (400, klaviyo_error(400, "invalid"), Invalid),
        (401, klaviyo_error(401, "authentication_failed"), GrantRefused),
        (403, klaviyo_error(403, "permission_denied"), Forbidden),
        (404, klaviyo_error(404, "not_found"), NotFound),
        (409, klaviyo_error(409, "conflict"), Conflict),
        (410, klaviyo_error(410, "gone"), RevisionRetired),
        (415, klaviyo_error(415, "unsupported"), Invalid),
        (422, klaviyo_error(422, "invalid"), Invalid),
        (429, klaviyo_error(429, "throttled"), TooMany),
        (500, klaviyo_error(500, "error"), Upstream),
        (400, {"message": "Missing connection"}, NotConnected),
        (412, {"message": "No connection"}, NotConnected),
        (404, {"detail": "Not Found"}, NotConnected),
        (401, {"error": {"message": "Invalid API key"}}, KeyRefused),
        (403, {"message": "Forbidden"}, Forbidden),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, Invalid),
        (429, {"message": "Too many"}, TooMany),
        (500, {"message": "boom"}, Upstream),
        (410, None, RevisionRetired),
    ],
)
def test_each_answer_becomes_its_typed_error(serve, client_to, status, document, error):
    with pytest.raises(error) as caught:
        client_to(serve(reply(status, document))).call("get_lists")
    assert type(caught.value) is error
    assert caught.value.sentence
    assert caught.value.next_step
    assert caught.value.status == status


@pytest.mark.parametrize("body", [b"<html>Just a moment</html>", b"", b"[1]", b'"x"', b"{", b'{"weird": 1}'])
def test_an_answer_that_is_no_document_is_an_upstream_error(serve, client_to, body):
    with pytest.raises(Upstream):
        client_to(serve(reply(200, body=body))).call("get_lists")


def test_a_redirect_is_an_upstream_error_and_never_followed(serve, client_to):
    elsewhere = serve(reply(200, LISTS))
    server = serve(reply(302, headers={"Location": elsewhere.url}))
    with pytest.raises(Upstream):
        client_to(server).call("get_lists")
    assert (len(server.requests), elsewhere.connections) == (1, 0)


def test_a_read_is_repeated_after_a_passing_failure(serve, client_to, waits):
    server = serve(reply(503, None), reset, reply(200, LISTS))
    assert client_to(server).call("get_lists").data[0]["id"] == "A"
    assert (len(server.requests), len(waits)) == (3, 2)


def test_a_patch_is_repeated_after_a_lost_answer(serve, client_to):
    server = serve(reset, reply(200, {"data": {"type": "list", "id": "A"}}))
    client_to(server).call("update_list", path={"id": "A"}, body=NEW_LIST)
    assert len(server.requests) == 2


def test_a_delete_that_was_carried_out_by_its_first_try_is_a_success(serve, client_to):
    server = serve(reset, reply(404, klaviyo_error(404, "not_found")))
    assert client_to(server).call("delete_list", path={"id": "A"}).status == 204


def test_a_delete_of_something_gone_is_not_found(serve, client_to):
    with pytest.raises(NotFound):
        client_to(serve(reply(404, klaviyo_error(404, "not_found")))).call("delete_list", path={"id": "A"})


@pytest.mark.parametrize(
    "fault",
    [reset, reset_unread, hang(1.2), drip(1.2), drip(1.2, in_headers=True), reply(503), reply(200, body=b"<p>")],
)
def test_a_write_of_unknown_outcome_is_never_repeated(serve, client_to, fault):
    server = serve(fault)
    with pytest.raises(OutcomeUnknown):
        client_to(server, **SHORT).call("create_list", body=NEW_LIST)
    assert server.connections == 1


def test_a_write_told_to_wait_is_sent_again(serve, client_to, waits):
    told = reply(429, klaviyo_error(429, "throttled"), headers={"Retry-After": "2"})
    server = serve(told, reply(201, {"data": {"type": "list", "id": "A"}}))
    client_to(server).call("create_list", body=NEW_LIST)
    assert len(server.requests) == 2
    assert 2.0 <= waits[0] < 2.2


def test_a_write_after_a_429_of_unknown_form_is_not_sent_again(serve, client_to):
    server = serve(reply(429, body=b"<html>"))
    with pytest.raises(OutcomeUnknown):
        client_to(server).call("create_list", body=NEW_LIST)
    assert len(server.requests) == 1


def test_a_write_goes_over_a_fresh_connection(serve, client_to):
    server = serve(reply(200, LISTS, keep=True), reply(201, {"data": {"type": "list", "id": "A"}}))
    client = client_to(server)
    client.call("get_lists")
    client.call("create_list", body=NEW_LIST)
    assert server.connections == 2


def test_reads_share_a_pooled_connection(serve, client_to):
    server = serve(reply(200, LISTS, keep=True))
    client = client_to(server)
    client.call("get_lists")
    client.call("get_lists")
    assert server.connections == 1


def test_a_person_waits_four_seconds_at_most(serve, client_to, waits):
    server = serve(reply(429, klaviyo_error(429, "throttled"), headers={"Retry-After": "30"}))
    with pytest.raises(TooMany) as caught:
        client_to(server).call("get_lists")
    assert caught.value.wait_s == 30
    assert sum(waits) <= 4


def test_background_work_waits_longer(serve, client_to, waits):
    told = reply(429, klaviyo_error(429, "throttled"), headers={"Retry-After": "9"})
    server = serve(told, reply(200, LISTS))
    client_to(server, priority=Priority.BACKGROUND).call("get_lists")
    assert sum(waits) > 9


def test_nobody_listening_is_unreachable(client_to):
    with pytest.raises(Unreachable):
        client_to(f"http://127.0.0.1:{free_port()}").call("get_lists")


def test_a_name_that_does_not_resolve_is_unreachable_for_a_write_too(client_to):
    with pytest.raises(Unreachable):
        client_to("http://no-such-host.invalid").call("create_list", body=NEW_LIST)


def test_a_tls_failure_before_the_first_byte_is_unreachable_for_a_write(serve, client_to):
    server = serve(reply(200, LISTS))
    with pytest.raises(Unreachable):
        client_to(server.url.replace("http:", "https:")).call("create_list", body=NEW_LIST)


def test_a_connection_that_is_never_taken_is_unreachable(client_to):
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = full.getsockname()[1]
    fill = [socket.socket() for _ in range(3)]
    for one in fill:
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
    with pytest.raises(Unreachable):
        client_to(f"http://127.0.0.1:{port}", connect_s=0.3).call("create_list", body=NEW_LIST)
    for one in (*fill, full):
        one.close()


@pytest.mark.parametrize("fault", [hang(1.2), drip(2.0)])
def test_a_read_that_hangs_or_drips_ends_in_time(serve, client_to, fault):
    with pytest.raises(Upstream):
        client_to(serve(fault), **SHORT).call("get_lists")


def test_a_truncated_answer_is_not_taken_for_whole(serve, client_to):
    cut = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data": []}')
    with pytest.raises(Upstream):
        client_to(serve(cut)).call("get_lists")


@pytest.mark.parametrize("name", ["get_lists", "create_list"])
def test_an_endless_answer_is_cut_off(serve, client_to, monkeypatch, name):
    monkeypatch.setattr(fresh, "BODY_CAP", 10_000)
    server = serve(reply(200, body=b"x" * 50_000))
    with pytest.raises((Upstream, OutcomeUnknown)):
        client_to(server).call(name, body=NEW_LIST if name == "create_list" else None)
    assert len(server.requests) == 1


def test_broken_compression_is_an_upstream_error(serve, client_to):
    with pytest.raises(Upstream):
        client_to(serve(reply(200, body=b"no gzip", headers={"Content-Encoding": "gzip"}))).call("get_lists")


def test_the_answer_names_revision_account_and_request(serve, client_to):
    headers = {"X-Klaviyo-API-Revision": "2025-01-15", "cid": "ACC", "x-klaviyo-req-id": "r-1"}
    client = client_to(serve(reply(200, LISTS, headers=headers)), expect_account="ACC")
    answer = client.call("get_lists")
    assert (answer.revision, answer.account_id, answer.request_id) == ("2025-01-15", "ACC", "r-1")
    assert client.served_revision == "2025-01-15"


def test_a_new_client_knows_the_revision_that_an_earlier_one_was_served(serve, client_to):
    first = client_to(serve(reply(200, LISTS, headers={"X-Klaviyo-API-Revision": "2026-10-15"})))
    first.call("get_lists")
    assert Client(first.gateway, "conn-2").served_revision == "2026-10-15"


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "a\x00b", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_before_any_call(key):
    with pytest.raises(KeyRefused) as caught:
        Gateway("http://127.0.0.1:1", "http://127.0.0.1:1", key, "2026-07-15")
    assert key not in str(caught.value)


def test_an_answer_of_another_account_is_refused(serve, client_to):
    client = client_to(serve(reply(200, LISTS, headers={"cid": "OTHER"})), expect_account="ACC")
    with pytest.raises(WrongAccount) as caught:
        client.call("get_lists")
    assert (caught.value.expected, caught.value.answered) == ("ACC", "OTHER")


def test_a_conflict_names_the_profile_that_is_there(serve, client_to):
    document = klaviyo_error(409, "duplicate_profile")
    document["errors"][0]["meta"] = {"duplicate_profile_id": "01P"}
    with pytest.raises(Conflict) as caught:
        client_to(serve(reply(409, document))).call("create_profile", body={"data": {"type": "profile"}})
    assert caught.value.duplicate_id == "01P"


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/data/attributes/name", "name"),
        ("/data/attributes/content/subject", "subject"),
        ("/data/attributes/definition/content/subject", "subject"),
        ("/data/attributes/definition", ""),
        ("/data/relationships/template/data/id", "template"),
        ("/data/attributes/audiences/included/0", "included"),
        ("/data", ""),
    ],
)
def test_a_complaint_lands_at_its_field(serve, client_to, pointer, field):
    document = klaviyo_error(400, "invalid", "Too long.", pointer=pointer)
    with pytest.raises(Invalid) as caught:
        client_to(serve(reply(400, document))).call("create_list", body=NEW_LIST)
    assert field_errors(caught.value) == {field: ["Too long."]}


def page(cursor: str | None, host: str = "a.klaviyo.com", item: str = "A"):
    link = f"https://{host}/api/lists?page%5Bcursor%5D={cursor}" if cursor else None
    return reply(200, {"data": [{"type": "list", "id": item}], "links": {"next": link}})


def test_pages_follow_only_the_cursor(serve, client_to):
    server = serve(page("c1", item="A"), page("c2", item="B"), page(None, item="C"))
    assert [one["id"] for one in client_to(server).items("get_lists")] == ["A", "B", "C"]
    assert "page%5Bcursor%5D=c1" in server.requests[1].target


def test_a_next_link_to_a_foreign_host_is_an_error(serve, client_to):
    with pytest.raises(Upstream):
        list(client_to(serve(page("c1", host="evil.example"))).items("get_lists"))


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_pages_that_go_round_in_a_circle_end(serve, client_to, length):
    circle = [page(f"c{turn % length}") for turn in range(6 * length)]
    with pytest.raises(Upstream, match="circle"):
        list(client_to(serve(page("start"), *circle, page(None))).items("get_lists"))


def test_pages_go_on_from_a_cursor_that_was_kept(serve, client_to):
    server = serve(page("c2", item="B"), page(None, item="C"))
    assert [one["id"] for one in client_to(server).items("get_lists", query=Query(cursor="c1"))] == ["B", "C"]
    assert "page%5Bcursor%5D=c1" in server.requests[0].target


def test_what_the_catalogue_forbids_is_never_sent(serve, client_to):
    server = serve(reply(200, LISTS))
    with pytest.raises(NotAllowed):
        client_to(server).call("get_lists", query=Query(sort="size"))
    assert server.connections == 0


def test_an_operation_younger_than_the_revision_served_is_never_sent(serve, client_to):
    server = serve(reply(201, {"data": {"type": "flow", "id": "F"}}))
    client = client_to(server, revision="2024-10-15", now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(NotOffered):
        client.call("create_flow", body={"data": {"type": "flow"}})
    assert server.connections == 0


def test_a_retired_revision_is_judged_by_the_one_served_in_its_place(serve, client_to):
    server = serve(reply(201, {"data": {"type": "flow", "id": "F"}}))
    client = client_to(server, revision="2024-10-15", now=lambda: dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    client.call("create_flow", body={"data": {"type": "flow"}})
    assert server.requests[0].headers["revision"] == "2024-10-15"


def test_the_key_shows_in_no_repr_log_or_error(serve, client_to, capsys):
    client = client_to(serve(reply(500, {"message": "x"})))
    with structlog.testing.capture_logs() as lines, pytest.raises(Upstream) as caught:
        client.call("get_profiles")
    assert KEY not in f"{client!r}{client.gateway!r}{lines}{caught.value!r}{capsys.readouterr()}"


def test_each_try_logs_operation_status_time_size_and_request(serve, client_to):
    server = serve(reply(200, LISTS, headers={"x-request-id": "r-9"}))
    with structlog.testing.capture_logs() as lines:
        client_to(server).call("get_lists")
    line = lines[0]
    assert (line["operation"], line["status"], line["outcome"], line["request_id"]) == ("get_lists", 200, "ok", "r-9")
    assert line["bytes"] > 0
    assert line["ms"] > 0


def test_the_tls_context_checks_certificates():
    assert fresh.tls_context().verify_mode is ssl.CERT_REQUIRED


def test_an_answer_may_take_longer_than_connecting_may(serve, client_to):
    answer = reply(200, LISTS)

    def slow(sock, received):
        time.sleep(0.3)
        answer(sock, received)

    server = serve(slow)
    client_to(server, connect_s=0.2, read_s=5.0, total_s=5.0).call("get_lists")
    assert len(server.requests) == 1
