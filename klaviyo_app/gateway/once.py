"""The transport that cannot repeat: one fresh connection, at most one request on the wire, and a class for the outcome.

It never raises for trouble on the wire. What is not proven is UNKNOWN.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from klaviyo_app.gateway import answers, fresh, wire
from klaviyo_app.gateway.budget import Priority, Spend
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.gateway.client import Gateway

log = structlog.get_logger("klaviyo.gateway")

REFUSING_KLAVIYO = frozenset({400, 401, 403, 404, 405, 409, 410, 415, 422})
REFUSING_MATON = frozenset({400, 401, 403, 404, 412, 422})


class OutcomeKind(enum.Enum):
    """What is proven about an attempt."""

    ACCEPTED = "accepted"  # 2xx of the right type and id
    NOTHING_LEFT = "nothing_left"  # no byte left: may be tried again
    REFUSED = "refused"  # a 4xx in the other side's own form
    TOLD_TO_WAIT = "told_to_wait"  # a 429 in the other side's own form: nothing was accepted
    UNKNOWN = "unknown"  # everything else: read back, never repeat


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `detail` is for people; `evidence` is to be kept with the attempt and holds no secret."""

    kind: OutcomeKind
    status: int | None = None
    speaker: str = ""
    detail: str = ""
    wait_s: float = 0.0
    resource_id: str = ""
    request_id: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


def send_once(
    gateway: Gateway,
    connection_id: str,
    name: str,
    *,
    body: Mapping[str, Any],
    before_first_byte: Callable[[], None],
    path: Mapping[str, str] | None = None,
    connect_s: float = 3,
    total_s: float = 20,
    expect_account: str | None = None,
) -> Outcome:
    """Send one request of the operation, once.

    `before_first_byte` runs when the connection stands and nothing has left: what it raises goes through to the caller
    and nothing leaves then. NotAllowed (ours) for a wrong id. No other exception.
    """
    operation = OPERATIONS[name]
    request = wire.prepare(
        operation,
        base=gateway.control_url if operation.control else gateway.gateway_url,
        ids=path or {},
        body=body,
        revision=gateway.revision,
        connection_id=connection_id,
    )
    wait = _budget_wait(gateway, operation, expect_account or connection_id)
    if wait > 0:
        return Outcome(OutcomeKind.NOTHING_LEFT, speaker="us", detail="the budget says wait", wait_s=wait)
    started = time.perf_counter()
    try:
        raw = fresh.exchange(
            request, gateway.key, connect_s=connect_s, total_s=total_s, before_first_byte=before_first_byte
        )
    except fresh.NothingLeft as error:
        outcome = Outcome(OutcomeKind.NOTHING_LEFT, speaker="us", detail=str(error))
    except fresh.Lost as error:
        outcome = Outcome(OutcomeKind.UNKNOWN, speaker="us", detail=str(error))
    else:
        outcome = classify(operation, raw, gateway=gateway, body=body, expect_account=expect_account)
    ms = round((time.perf_counter() - started) * 1000, 1)
    log.info(
        "gateway.once",
        operation=name,
        outcome=outcome.kind.value,
        status=outcome.status or 0,
        ms=ms,
        request_id=outcome.request_id,
    )
    _hold(gateway, operation, expect_account or connection_id, outcome)
    return outcome


def classify(
    operation: Operation,
    raw: fresh.Raw,
    *,
    gateway: Gateway,
    body: Mapping[str, Any],
    expect_account: str | None = None,
) -> Outcome:
    """What an answer proves."""
    document = answers.document_of(raw.body)
    speaker = answers.speaker_of(document)
    resource = document.get("data") if isinstance(document, dict) else None
    resource_id = str(resource.get("id") or "") if isinstance(resource, dict) else ""
    facts: dict[str, Any] = {
        "status": raw.status,
        "speaker": speaker,
        "detail": answers.detail_of(document),
        "resource_id": resource_id,
        "request_id": answers.request_id_of(raw.headers, document),
        "evidence": _evidence(raw, resource),
    }
    if 200 <= raw.status < 300:
        right = _is_the_one(operation, raw, resource, body) and _is_the_account(raw, expect_account)
        return Outcome(OutcomeKind.ACCEPTED if right else OutcomeKind.UNKNOWN, **facts)
    if raw.status == 429 and speaker != "neither":
        wait = answers.retry_after_s(raw.headers, gateway.now())
        return Outcome(OutcomeKind.TOLD_TO_WAIT, wait_s=wait, **facts)
    refusing = {"klaviyo": REFUSING_KLAVIYO, "maton": REFUSING_MATON}.get(speaker, frozenset())
    return Outcome(OutcomeKind.REFUSED if raw.status in refusing else OutcomeKind.UNKNOWN, **facts)


def _is_the_one(operation: Operation, raw: fresh.Raw, resource: object, body: Mapping[str, Any]) -> bool:
    if not raw.body.strip():
        return bool({204} & set(operation.success)) and raw.status in (202, 204)
    if not isinstance(resource, dict) or not resource.get("id"):
        return False
    asked = body.get("data")
    asked_id = asked.get("id") if isinstance(asked, Mapping) else None
    right_type = operation.body is None or resource.get("type") == operation.body
    return right_type and (asked_id is None or resource["id"] == asked_id)


def _is_the_account(raw: fresh.Raw, expect_account: str | None) -> bool:
    answered = raw.headers.get("cid", "")
    return not expect_account or not answered or answered == expect_account


def _evidence(raw: fresh.Raw, resource: object) -> dict[str, Any]:
    """What is kept of an answer: the envelope and the resource's name and state, not its content."""
    kept = ("x-klaviyo-api-revision", "cid", "x-klaviyo-req-id", "x-request-id", "retry-after", "content-type", "date")
    evidence: dict[str, Any] = {name: raw.headers[name][:200] for name in kept if name in raw.headers}
    evidence["bytes"] = len(raw.body)
    if isinstance(resource, dict):
        evidence["type"] = str(resource.get("type") or "")
        evidence["id"] = str(resource.get("id") or "")
        attributes = resource.get("attributes")
        if isinstance(attributes, dict) and "status" in attributes:
            evidence["state"] = str(attributes["status"])
    return evidence


def _budget_wait(gateway: Gateway, operation: Operation, account: str) -> float:
    if gateway.budget is None:
        return 0.0
    return gateway.budget.take(_spend(gateway, operation, account), Priority.SEND)


def _spend(gateway: Gateway, operation: Operation, account: str) -> Spend:
    name = None if operation.control else operation.name
    return Spend(gateway.key_id, account, name, operation.limit_at(gateway.revision))


def _hold(gateway: Gateway, operation: Operation, account: str, outcome: Outcome) -> None:
    if gateway.budget is not None and outcome.kind is OutcomeKind.TOLD_TO_WAIT:
        spend = _spend(gateway, operation, account)
        gateway.budget.hold(spend, speaker=outcome.speaker, wait_s=outcome.wait_s)
