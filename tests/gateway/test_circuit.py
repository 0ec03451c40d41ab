"""A gateway that keeps failing is asked seldom, and nobody waits for its next failure."""

from __future__ import annotations

import pytest

from klaviyo_app.gateway.budget import Priority
from klaviyo_app.gateway.circuit import FAILURES, PROBE_S, Circuit
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound, Upstream
from tests.gateway.wire_server import klaviyo_error, reply

BROKEN = reply(502, {"message": "Bad gateway"})
FINE = reply(200, {"data": []})
GONE = reply(404, klaviyo_error(404, "not_found"))
KLAVIYOS = reply(500, klaviyo_error(500, "internal_error"))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock)
    for _ in range(FAILURES):
        assert circuit.admits()
        circuit.failed(Upstream())
    return circuit


def test_after_some_failures_in_a_row_nothing_goes_out_but_a_probe_now_and_then(clock: Clock) -> None:
    circuit = opened(clock)
    assert not circuit.admits()
    clock.now += PROBE_S
    assert [circuit.admits() for _ in range(3)] == [True, False, False]


def test_one_answer_closes_it(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += PROBE_S
    circuit.admits()
    circuit.answered()
    assert all(circuit.admits() for _ in range(10))


def test_a_probe_that_fails_leaves_it_open(clock: Clock) -> None:
    circuit = opened(clock)
    clock.now += PROBE_S
    circuit.admits()
    circuit.failed(Upstream())
    assert not circuit.admits()


def calls(client, times: int) -> list[type[Exception] | None]:
    found: list[type[Exception] | None] = []
    for _ in range(times):
        try:
            client.call("get_lists")
        except Exception as error:  # noqa: BLE001  which one is the question
            found.append(type(error))
        else:
            found.append(None)
    return found


def test_a_failing_gateway_is_not_asked_again_and_again(serve, client_to) -> None:
    server = serve(*[BROKEN] * 40)
    client = client_to(server)
    assert set(calls(client, 10)) == {Upstream}
    assert len(server.requests) == FAILURES


def test_when_it_answers_again_calls_go_through_again(serve, client_to, clock: Clock) -> None:
    server = serve(*[BROKEN] * FAILURES, *[FINE] * 10)
    client = client_to(server)
    client.gateway.circuits[client.connection_id] = Circuit(clock)
    assert set(calls(client, 5)) == {Upstream}
    clock.now += PROBE_S
    assert calls(client, 3) == [None, None, None]


@pytest.mark.parametrize(("theirs", "error"), [(GONE, NotFound), (KLAVIYOS, Upstream)])
def test_klaviyo_s_own_errors_never_open_it(serve, client_to, theirs, error) -> None:
    server = serve(*[theirs] * 60)
    client = client_to(server, priority=Priority.BACKGROUND)
    assert set(calls(client, 8)) == {error}
    assert len(server.requests) >= 8


def test_a_call_that_is_not_let_out_ends_as_the_last_try_did(serve, client_to) -> None:
    client = client_to(serve(*[BROKEN] * 40))
    calls(client, 5)
    with pytest.raises(Upstream) as error:
        client.call("get_lists")
    assert (error.value.status, error.value.speaker, error.value.detail) == (502, "maton", "Bad gateway")


def test_an_account_that_fails_holds_up_no_other(serve, client_to) -> None:
    client = client_to(serve(*[BROKEN] * FAILURES, *[FINE] * 9))
    assert set(calls(client, 3)) == {Upstream}
    other = Client(client.gateway, "conn-of-another")
    assert calls(other, 2) == [None, None]


def test_a_send_s_own_reads_always_go_out(serve, client_to) -> None:
    server = serve(*[BROKEN] * 60)
    client = client_to(server, priority=Priority.SEND)
    calls(client, 8)
    assert len(server.requests) > FAILURES + 2
