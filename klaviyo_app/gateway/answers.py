"""Pure: an answer's status, headers and body become an Answer or a typed error. The body's shape first, status second.

Shapes (Maton's SDK, Klaviyo's description): errors[] is Klaviyo; a flat message, error.message, detail as text or as a
list are Maton's route, key check, router and validation; HTML, an empty body and redirects are neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from klaviyo_app.gateway.catalogue.operation import Operation, Repeat
from klaviyo_app.gateway.errors import (
    Conflict,
    FieldError,
    Forbidden,
    GatewayError,
    GrantRefused,
    Invalid,
    KeyRefused,
    NotConnected,
    NotFound,
    OutcomeUnknown,
    RevisionRetired,
    TooMany,
    Upstream,
)
from klaviyo_app.gateway.wire import Answer

LONGEST_WAIT_S = 3600.0


def speaker_of(document: object) -> str:
    """Who wrote this error body: "klaviyo", "maton" or "neither"."""
    if not isinstance(document, dict):
        return "neither"
    errors = document.get("errors")
    if isinstance(errors, list) and errors and all(isinstance(item, dict) for item in errors):
        return "klaviyo"
    if isinstance(document.get("error"), dict) and isinstance(document["error"].get("message"), str):
        return "maton"
    if isinstance(document.get("message"), str) or isinstance(document.get("detail"), (str, list)):
        return "maton"
    return "neither"


def detail_of(document: Any) -> str:
    """The other side's own words, for people; "" where there are none."""
    speaker = speaker_of(document)
    if speaker == "klaviyo":
        return " ".join(str(item.get("detail") or item.get("title") or "") for item in document["errors"]).strip()
    if speaker == "maton":
        inner = document.get("error")
        words = document.get("message") or (inner.get("message") if isinstance(inner, dict) else None)
        words = words or document.get("detail") or ""
        if isinstance(words, list):
            words = " ".join(str(item.get("msg", "")) for item in words if isinstance(item, dict))
        return str(words)
    return ""


def fields_of(document: Any) -> tuple[FieldError, ...]:
    """Klaviyo's complaints with what they point at."""
    if speaker_of(document) != "klaviyo":
        return ()
    found = []
    for item in document["errors"]:
        source = item.get("source") if isinstance(item.get("source"), dict) else {}
        found.append(
            FieldError(
                pointer=str(source.get("pointer") or ""),
                parameter=str(source.get("parameter") or ""),
                code=str(item.get("code") or ""),
                detail=str(item.get("detail") or item.get("title") or ""),
            )
        )
    return tuple(found)


def retry_after_s(headers: Mapping[str, str], now: dt.datetime, default: float = 1.0) -> float:
    """Seconds to wait by Retry-After (seconds or an HTTP date), between 0 and an hour."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return default
    try:
        wait = float(text)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(text).astimezone(dt.UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return default
    return min(max(wait, 0.0), LONGEST_WAIT_S) if wait == wait else default  # noqa: PLR0124 - not-a-number


def request_id_of(headers: Mapping[str, str], document: Any = None) -> str:
    """The id that the other side's support asks for."""
    found = headers.get("x-klaviyo-req-id") or headers.get("x-request-id") or ""
    if not found and isinstance(document, dict):
        found = str(document.get("trace_id") or "")
    return found[:128]


def document_of(body: bytes) -> Any:
    """The body as JSON, or None where it is none."""
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None


def read(
    operation: Operation,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: dt.datetime,
    ms: float = 0.0,
) -> Answer:
    """The Answer, or the error raised. Header names are lower case."""
    document = document_of(body)
    if 200 <= status < 300:
        if readable(operation, document, body):
            return Answer(
                status=status,
                document=document if isinstance(document, dict) else {},
                revision=headers.get("x-klaviyo-api-revision", ""),
                account_id=headers.get("cid", ""),
                request_id=request_id_of(headers, document),
                ms=ms,
                headers=headers,
            )
        raise _unclear(operation, "an answer that cannot be read", status, headers, document)
    raise error_of(operation, status, headers, document, now=now)


def readable(operation: Operation, document: Any, body: bytes) -> bool:
    """Whether a 2xx says what the operation promises."""
    if not body.strip():
        return operation.method == "DELETE" or bool({202, 204} & set(operation.success))
    if not isinstance(document, dict):
        return operation.method == "DELETE" and document is not None
    return operation.control or operation.method == "DELETE" or "data" in document


def error_of(
    operation: Operation, status: int, headers: Mapping[str, str], document: Any, *, now: dt.datetime
) -> GatewayError:
    """The typed error of an answer that is not a 2xx."""
    speaker = speaker_of(document)
    facts: dict[str, Any] = {
        "operation": operation.name,
        "status": status,
        "request_id": request_id_of(headers, document),
        "speaker": speaker,
    }
    detail = detail_of(document)
    if status == 429 and (speaker != "neither" or operation.repeat is not Repeat.ONCE):
        return TooMany(detail, wait_s=retry_after_s(headers, now), **facts)
    if speaker == "klaviyo" and status < 500:
        return _of_klaviyo(status, detail, document, facts)
    if speaker == "maton" and status < 500:
        return _of_maton(operation, status, detail, facts)
    if status == 410:
        return RevisionRetired(detail, **facts)
    return _unclear(operation, detail, status, headers, document)


def _of_klaviyo(status: int, detail: str, document: Any, facts: dict[str, Any]) -> GatewayError:
    if status == 409:
        meta = document["errors"][0].get("meta")
        duplicate = str(meta.get("duplicate_profile_id") or "") if isinstance(meta, dict) else ""
        return Conflict(detail, duplicate_id=duplicate, fields=fields_of(document), **facts)
    simple: dict[int, type[GatewayError]] = {401: GrantRefused, 403: Forbidden, 404: NotFound, 410: RevisionRetired}
    if status in simple:
        return simple[status](detail, **facts)
    return Invalid(detail, fields=fields_of(document), **facts)


def _of_maton(operation: Operation, status: int, detail: str, facts: dict[str, Any]) -> GatewayError:
    if status == 412 or (status == 400 and not operation.control):
        return NotConnected(detail, **facts)
    if status == 404:
        return NotFound(detail, **facts) if operation.control else NotConnected(detail, **facts)
    simple: dict[int, type[GatewayError]] = {401: KeyRefused, 403: Forbidden, 409: Conflict, 410: RevisionRetired}
    return simple.get(status, Invalid)(detail, **facts)


def _unclear(
    operation: Operation, detail: str, status: int, headers: Mapping[str, str], document: Any
) -> Upstream | OutcomeUnknown:
    """5xx and the unreadable: for an operation that must not repeat it may have happened."""
    facts: dict[str, Any] = {
        "operation": operation.name,
        "status": status,
        "request_id": request_id_of(headers, document),
        "speaker": speaker_of(document),
    }
    if operation.repeat is Repeat.ONCE:
        return OutcomeUnknown(detail, **facts)
    passing = status >= 500 or status in (403, 408, 429)
    return Upstream(detail, passing=passing, **facts)
