from __future__ import annotations

import threading
import time

import pytest

from klaviyo_app.gateway.once import OutcomeKind, send_once
from tests.environment import free_port
from tests.gateway.conftest import KEY
from tests.gateway.wire_server import drip, hang, klaviyo_error, raw, reply, reset, reset_unread

BODY = {"data": {"type": "campaign-send-job", "id": "01C"}}
ACCEPTED = {"data": {"type": "campaign-send-job", "id": "01C", "attributes": {"status": "queued"}}}


def nothing() -> None:
    """No guard."""


@pytest.fixture
def send(gateway_to):
    def run(url, *, guard=nothing, total_s=1.0, **options):
        gateway = gateway_to(url, **options)
        return send_once(
            gateway, "conn-1", "send_campaign", body=BODY, before_first_byte=guard, connect_s=0.4, total_s=total_s
        )

    return run


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_of_the_right_type_and_id_is_accepted(serve, send, status):
    server = serve(reply(status, ACCEPTED, headers={"x-klaviyo-req-id": "r1", "cid": "ACC"}))
    outcome = send(server.url)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (outcome.resource_id, outcome.request_id) == ("01C", "r1")
    assert outcome.evidence["state"] == "queued"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (reply(202, {"data": {"type": "campaign-send-job", "id": "01D"}}), OutcomeKind.UNKNOWN),
        (reply(202, {"data": {"type": "campaign", "id": "01C"}}), OutcomeKind.UNKNOWN),
        (reply(202, body=b"<html>"), OutcomeKind.UNKNOWN),
        (reply(202), OutcomeKind.UNKNOWN),
        (reply(204), OutcomeKind.UNKNOWN),
        (reply(400, klaviyo_error(400, "invalid")), OutcomeKind.REFUSED),
        (reply(401, klaviyo_error(401, "authentication_failed")), OutcomeKind.REFUSED),
        (reply(403, klaviyo_error(403, "permission_denied")), OutcomeKind.REFUSED),
        (reply(404, klaviyo_error(404, "not_found")), OutcomeKind.REFUSED),
        (reply(409, klaviyo_error(409, "conflict")), OutcomeKind.REFUSED),
        (reply(415, klaviyo_error(415, "unsupported")), OutcomeKind.REFUSED),
        (reply(422, klaviyo_error(422, "invalid")), OutcomeKind.REFUSED),
        (reply(400, {"message": "Missing connection"}), OutcomeKind.REFUSED),
        (reply(401, {"error": {"message": "Invalid key"}}), OutcomeKind.REFUSED),
        (reply(400, body=b"<html>"), OutcomeKind.UNKNOWN),
        (reply(403, body=b"<html>"), OutcomeKind.UNKNOWN),
        (reply(408, klaviyo_error(408, "timeout")), OutcomeKind.UNKNOWN),
        (reply(429, klaviyo_error(429, "throttled")), OutcomeKind.TOLD_TO_WAIT),
        (reply(429, {"message": "Too many"}), OutcomeKind.TOLD_TO_WAIT),
        (reply(429, body=b"slow down"), OutcomeKind.UNKNOWN),
        (reply(500, klaviyo_error(500, "error")), OutcomeKind.UNKNOWN),
        (reply(502, body=b""), OutcomeKind.UNKNOWN),
        (reply(503, {"message": "x"}), OutcomeKind.UNKNOWN),
        (reply(301, headers={"Location": "http://127.0.0.1:1/"}), OutcomeKind.UNKNOWN),
        (reply(307, headers={"Location": "/elsewhere"}), OutcomeKind.UNKNOWN),
        (reset, OutcomeKind.UNKNOWN),
        (reset_unread, OutcomeKind.UNKNOWN),
        (hang(1.5), OutcomeKind.UNKNOWN),
        (drip(3.0), OutcomeKind.UNKNOWN),
        (drip(3.0, in_headers=True), OutcomeKind.UNKNOWN),
        (raw(b'HTTP/1.1 202 OK\r\nContent-Length: 999\r\n\r\n{"data": '), OutcomeKind.UNKNOWN),
        (raw(b"not http at all"), OutcomeKind.UNKNOWN),
        (raw(b""), OutcomeKind.UNKNOWN),
    ],
)
def test_the_outcome_says_only_what_is_proven_and_one_request_was_made(serve, send, behaviour, kind):
    server = serve(behaviour)
    assert send(server.url).kind is kind
    time.sleep(0.05)
    assert server.connections == 1


WHOLE = b'{"data": {"type": "campaign-send-job", "id": "01C"}}'


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 202 OK\r\nContent-Length: 999\r\n\r\n" + WHOLE,
        b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(WHOLE), WHOLE),
    ],
)
def test_an_answer_cut_short_proves_nothing_even_if_it_reads_well(serve, send, data):
    assert send(serve(raw(data)).url).kind is OutcomeKind.UNKNOWN


def test_a_chunked_answer_is_read(serve, send):
    chunked = b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    assert send(serve(raw(chunked % (len(WHOLE), WHOLE))).url).kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize("size", [7_000, 9_000, 100_000, 2_000_000])
@pytest.mark.parametrize("closing", [True, False])
def test_a_long_answer_is_read_whole_and_its_connection_closed(serve, send, size, closing):
    """The buffer of a line holds 8 kB; http.client lets go of the socket once the headers of a last answer are read."""
    document = {"data": {**ACCEPTED["data"], "attributes": {"status": "queued", "text": "x" * size}}}
    ended = threading.Event()
    answer = reply(202, document, keep=not closing)

    def watching(sock, received):
        answer(sock, received)
        sock.settimeout(5)
        if sock.recv(1) == b"":
            ended.set()

    assert send(serve(watching).url).kind is OutcomeKind.ACCEPTED
    assert ended.wait(5)


@pytest.mark.parametrize("slowness", [drip(5.0), drip(5.0, in_headers=True), hang(5.0)])
def test_the_whole_takes_no_longer_than_its_limit(serve, send, slowness):
    server = serve(slowness)
    started = time.monotonic()
    send(server.url, total_s=0.5)
    assert time.monotonic() - started < 1.0


def test_a_refused_connection_proves_that_nothing_left(send):
    guarded = []
    outcome = send(f"http://127.0.0.1:{free_port()}", guard=lambda: guarded.append(1))
    assert outcome.kind is OutcomeKind.NOTHING_LEFT
    assert guarded == []


def test_an_unresolved_name_proves_that_nothing_left(send):
    assert send("http://no-such-host.invalid").kind is OutcomeKind.NOTHING_LEFT


def test_a_tls_failure_proves_that_nothing_left(serve, send):
    server = serve(reply(202, ACCEPTED))
    assert send(server.url.replace("http:", "https:")).kind is OutcomeKind.NOTHING_LEFT


def test_a_guard_that_objects_stops_everything_before_the_first_byte(serve, send):
    server = serve(reply(202, ACCEPTED))

    def objects() -> None:
        raise PermissionError("fence")

    with pytest.raises(PermissionError):
        send(server.url, guard=objects)
    assert server.requests == []


def test_a_guard_that_eats_the_time_proves_that_nothing_left(serve, send):
    server = serve(reply(202, ACCEPTED))
    outcome = send(server.url, guard=lambda: time.sleep(0.6), total_s=0.5)
    assert outcome.kind is OutcomeKind.NOTHING_LEFT
    assert server.requests == []


def test_the_wait_of_a_429_is_told(serve, send):
    server = serve(reply(429, klaviyo_error(429, "throttled"), headers={"Retry-After": "17"}))
    assert send(server.url).wait_s == 17


def test_the_answer_of_another_account_is_unknown(serve, gateway_to):
    server = serve(reply(202, ACCEPTED, headers={"cid": "OTHER"}))
    outcome = send_once(
        gateway_to(server.url), "c", "send_campaign", body=BODY, before_first_byte=nothing, expect_account="ACC"
    )
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.evidence["cid"] == "OTHER"


def test_the_evidence_holds_no_key(serve, send):
    server = serve(reply(202, ACCEPTED, headers={"Authorization": f"Bearer {KEY}", "x-request-id": "r"}))
    assert KEY not in repr(send(server.url))


def test_a_stop_answers_204_and_is_accepted(serve, gateway_to):
    server = serve(reply(204))
    body = {"data": {"type": "campaign-send-job", "id": "01C", "attributes": {"action": "revert"}}}
    outcome = send_once(
        gateway_to(server.url), "c", "cancel_campaign_send", path={"id": "01C"}, body=body, before_first_byte=nothing
    )
    assert outcome.kind is OutcomeKind.ACCEPTED


class Strict:
    """A budget that is empty."""

    def take(self, *_: object) -> float:
        return 3.0

    def hold(self, *_: object, **__: object) -> None:
        raise AssertionError


def test_an_empty_budget_proves_that_nothing_left(serve, send):
    server = serve(reply(202, ACCEPTED))
    outcome = send(server.url, budget=Strict())
    assert (outcome.kind, outcome.wait_s, server.connections) == (OutcomeKind.NOTHING_LEFT, 3.0, 0)
