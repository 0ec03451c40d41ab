"""The body of a request, read and checked against the catalogue: type, id, required members, size.

A form's texts become the attributes of `data`; its files stand beside it, by field, as (file name, content).
"""

from __future__ import annotations

import zlib
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

import orjson

from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox.behaviours.call import invalid
from klaviyo_app.sandbox.problems import refused
from klaviyo_app.sandbox.routes import Match
from klaviyo_app.sandbox.wire import Request

LARGEST = 5 * 1024 * 1024  # decompressed; Klaviyo's documented limit


def read(request: Request, match: Match, revision: str) -> dict[str, Any]:
    """The document, {} where the operation takes none. Raises Refused (400, 413, 415)."""
    operation = match.operation
    if operation.form:
        return _form(request, operation)
    if operation.body is None:
        return {}
    document = _document(request)
    data = document["data"]
    if isinstance(data, list) is not operation.many:
        raise invalid(f"'data' must be {'a list' if operation.many else 'an object'}.", "/data")
    for number, one in enumerate(data if operation.many else [data]):
        pointer = f"/data/{number}" if operation.many else "/data"
        if not isinstance(one, dict) or one.get("type") != operation.body:
            raise invalid(f"'type' must be '{operation.body}'.", f"{pointer}/type")
        for path in operation.required_at(revision):
            _require(one, path.split("."), pointer, operation.body)
    own = match.ids.get("id")
    if not operation.many and own is not None and data.get("id") not in (None, own):
        raise invalid(f"The id in the body is not that of the path, '{own}'.", "/data/id")
    return document


def _document(request: Request) -> dict[str, Any]:
    body = _unpacked(request)
    if len(body) > LARGEST:
        raise refused(413, "payload_too_large", "Payload too large.", "The body is larger than 5 MB.")
    _is(request, "json")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise invalid("The body is not valid JSON.", "/") from None
    if not isinstance(document, dict) or document.get("data") is None:
        raise invalid("'data' is a required field.", "/data")
    return document


def _unpacked(request: Request) -> bytes:
    """The body, decompressed no further than needed to see that it is too large."""
    if request.headers.get("content-encoding", "").lower() != "gzip":
        return request.body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(request.body, LARGEST + 1)
    except zlib.error:
        raise invalid("The body is not valid gzip.", "/") from None


def _is(request: Request, media: str) -> None:
    kind = request.headers.get("content-type", "")
    if media not in kind:
        raise refused(415, "unsupported_media_type", "Unsupported media type.", f"'{kind}' is not supported.")


def _form(request: Request, operation: Operation) -> dict[str, Any]:
    """A multipart body. Its file may be as large as the resource says; Klaviyo's limit of a body is that of JSON."""
    _is(request, "multipart/form-data")
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1")
    texts: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in message_from_bytes(head + request.body, policy=HTTP).iter_parts():
        name = str(part.get_param("name", "", "content-disposition"))
        content = part.get_payload(decode=True)
        if name not in operation.form or not isinstance(content, bytes):
            raise invalid(f"'{name}' is not a valid field.", f"/data/attributes/{name}")
        if (file_name := part.get_filename()) is not None:
            files[name] = (file_name, content)
        else:
            texts[name] = content.decode("utf-8", "replace")
    for name in operation.required:
        if name not in {**texts, **files}:
            raise invalid(f"'{name}' is a required field.", f"/data/attributes/{name}")
    return {"data": {"attributes": texts}, "files": files}


def _require(value: Any, path: list[str], pointer: str, kind: str) -> None:
    if not path:
        return
    name, rest = path[0].removesuffix("[]"), path[1:]
    below = f"{pointer}/{name}"
    if not isinstance(value, dict) or value.get(name) is None:
        raise invalid(f"'{name}' is a required field for the resource '{kind}'.", below)
    if not path[0].endswith("[]"):
        _require(value[name], rest, below, kind)
        return
    if not isinstance(value[name], list):
        raise invalid(f"'{name}' must be a list.", below)
    for number, one in enumerate(value[name]):
        _require(one, rest, f"{below}/{number}", kind)
