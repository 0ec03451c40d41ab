"""The one path of a call: prepare, take from the budget, send, read, and repeat where the operation allows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from klaviyo_app.gateway import answers, told, wire
from klaviyo_app.gateway.budget import Priority, Spend
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import Operation, Repeat
from klaviyo_app.gateway.circuit import Circuit, is_failure
from klaviyo_app.gateway.errors import (
    GatewayError,
    NotFound,
    NotOffered,
    OutcomeUnknown,
    TooMany,
    Unreachable,
    Upstream,
    WrongAccount,
)
from klaviyo_app.gateway.query import Query, check, tighter
from klaviyo_app.gateway.transport import Gateway
from klaviyo_app.gateway.wire import Answer, Form, Request

__all__ = ["Answer", "Client", "Gateway", "Patience", "Priority"]

log = structlog.get_logger("klaviyo.gateway")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may wait between its tries (all together), how many it has, and when no new one begins."""

    wait_s: float
    tries: int
    lasts_s: float


PATIENCE: Mapping[Priority, Patience] = {
    Priority.SEND: Patience(8.0, 4, 20.0),
    Priority.PERSON: Patience(4.0, 3, 8.0),
    Priority.BACKGROUND: Patience(20.0, 5, 90.0),
}
FIRST_BACKOFF_S = 0.25


def perform(gateway: Gateway, request: Request, *, account: str, priority: Priority, team: str = "") -> Answer:
    """Send a request through the budget, repeat it where that is safe, log each try; the Answer, or a GatewayError.

    Background calls take turns by `team`.
    """
    operation = request.operation
    spend = Spend(gateway.key_id, account, None if operation.control else request.bucket, request.limit, team)
    patience = PATIENCE[priority]
    over = time.monotonic() + patience.lasts_s
    waited = 0.0
    tries = 0
    in_doubt = False  # an earlier try may have been carried out
    line = gateway.circuits.setdefault(account, Circuit())
    while True:
        # Sends have a protocol of their own for trouble, and must hear from Klaviyo as soon as it can be heard.
        if priority is not Priority.SEND and not line.admits():
            raise line.last()
        wait = 0.0 if gateway.budget is None else gateway.budget.take(spend, priority)
        if wait <= 0:
            tries += 1
            try:
                return _one_try(gateway, request, spend, line, tries)
            except GatewayError as error:
                if in_doubt and operation.method == "DELETE" and isinstance(error, NotFound):
                    return Answer(status=204, document={}, request_id=error.request_id)  # gone by our own earlier try
                in_doubt = in_doubt or isinstance(error, (OutcomeUnknown, Upstream))
                if tries >= patience.tries or not may_repeat(operation, error):
                    raise
                wait = _pause_after(error, tries, gateway.chance)
                if waited + wait > patience.wait_s or time.monotonic() + wait > over:
                    raise
        elif waited + wait > patience.wait_s:
            raise TooMany(wait_s=wait, operation=operation.name, speaker="us")
        gateway.sleep(wait)
        waited += wait


def may_repeat(operation: Operation, error: GatewayError) -> bool:
    """Whether the same request may be sent again after this error."""
    if isinstance(error, (Unreachable, TooMany)):
        return True
    if operation.repeat is Repeat.ONCE:
        return False
    return isinstance(error, OutcomeUnknown) or (isinstance(error, Upstream) and error.passing)


def _pause_after(error: GatewayError, tries: int, chance: Callable[[], float]) -> float:
    if isinstance(error, TooMany):
        return error.wait_s + 0.1 * chance()
    return float(FIRST_BACKOFF_S * 2 ** (tries - 1) * (0.5 + chance()))


def _one_try(gateway: Gateway, request: Request, spend: Spend, line: Circuit, tries: int) -> Answer:
    started = time.perf_counter()
    status, size, headers = 0, 0, {}
    outcome, request_id, served = "ok", "", ""
    try:
        raw = gateway.send(request)
        status, size, headers = raw.status, len(raw.body), raw.headers
        elapsed = (time.perf_counter() - started) * 1000
        answer = answers.read(request.operation, status, headers, raw.body, now=gateway.now(), ms=elapsed)
    except GatewayError as error:
        outcome, request_id = type(error).__name__, error.request_id
        line.failed(error) if is_failure(error) else line.answered()
        if isinstance(error, TooMany) and gateway.budget is not None:
            gateway.budget.hold(spend, speaker=error.speaker, wait_s=error.wait_s)
        raise
    else:
        line.answered()
        request_id, served = answer.request_id, answer.revision
        said = told.told(headers)
        if said is not None and gateway.budget is not None:
            gateway.budget.learn(spend, said, age_s=time.perf_counter() - started)
        return answer
    finally:
        log.info(
            "gateway.call",
            operation=request.operation.name,
            outcome=outcome,
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1),
            bytes=size,
            request_id=request_id,
            revision=served,
            tries=tries,
        )


class Client:
    """Calls to one connection's account. Every call names the connection; an answer of another account is an error."""

    def __init__(
        self,
        gateway: Gateway,
        connection_id: str,
        *,
        expect_account: str | None = None,
        priority: Priority = Priority.PERSON,
        revision: str | None = None,
        team: str = "",
    ) -> None:
        self.gateway = gateway
        self.connection_id = connection_id
        self.expect_account = expect_account
        self.priority = priority
        self.revision = revision or gateway.revision
        self.team = team

    def __repr__(self) -> str:
        return f"Client({self.gateway!r}, account={self.expect_account!r})"

    @property
    def served_revision(self) -> str:
        """The revision really served: the last one that Klaviyo named, else by its policy. Bodies are built for it."""
        named = self.gateway.served.get(self.revision)
        return named or wire.served_revision(self.revision, self.gateway.now().date())

    def call(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | Form | None = None,
    ) -> Answer:
        """Call the operation of that name: `path` its ids, `body` the whole JSON:API document (or Form).

        Raises GatewayError; NotAllowed (ours), before anything is sent, for what the catalogue does not have.
        """
        request = self.request(name, path=path, query=query, body=body)
        account = self.expect_account or self.connection_id
        answer = perform(self.gateway, request, account=account, priority=self.priority, team=self.team)
        self._check_account(answer, name)
        if answer.revision:
            self.gateway.served[self.revision] = answer.revision
        return answer

    def request(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | Form | None = None,
    ) -> Request:
        """The checked request of a call, without the key."""
        operation = OPERATIONS[name]
        asked = query or Query()
        if not operation.control and not operation.served_at(self.served_revision):
            raise NotOffered(operation=name, speaker="us")
        check(asked, operation, self.served_revision)
        return wire.prepare(
            operation,
            base=self.gateway.control_url if operation.control else self.gateway.gateway_url,
            ids=path or {},
            params=asked.params(operation.cursor),
            body=body,
            revision=self.revision,
            connection_id=self.connection_id,
            tighter=tighter(asked, operation),
        )

    def pages(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Iterator[Answer]:
        """Page after page by links.next's cursor; its host is never called. Upstream when the link leads elsewhere.

        Takes the memory of one page, however many there are; a query with a cursor goes on from there.
        """
        asked = query or Query()
        mark, steps, length = asked.cursor, 0, 1  # a circle comes past the mark, which moves on at 1, 2, 4 ... pages
        while True:
            answer = self.call(name, path=path, query=asked, body=body)
            yield answer
            cursor = self.next_cursor(answer, name)
            del answer
            if cursor is None:
                return
            if cursor == mark:
                raise Upstream("The pages go round in a circle.", passing=False, operation=name, speaker="us")
            steps += 1
            if steps == length:
                mark, steps, length = cursor, 0, 2 * length
            asked = asked.after(cursor)

    def items(
        self, name: str, *, path: Mapping[str, str] | None = None, query: Query | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every resource of every page."""
        for answer in self.pages(name, path=path, query=query):
            yield from answer.data or []

    def next_cursor(self, answer: Answer, name: str = "") -> str | None:
        """The cursor of the page after this answer. Upstream when its link leads neither to Klaviyo nor to us."""
        try:
            return wire.cursor_of(answer.links.get("next"), own_hosts=(wire.host_of(self.gateway.gateway_url),))
        except ValueError as error:
            raise Upstream(str(error), passing=False, operation=name, speaker="us") from error

    def _check_account(self, answer: Answer, name: str) -> None:
        expected = self.expect_account
        if expected and answer.account_id and answer.account_id != expected:
            raise WrongAccount(
                operation=name,
                status=answer.status,
                request_id=answer.request_id,
                speaker="klaviyo",
                expected=expected,
                answered=answer.account_id,
            )
