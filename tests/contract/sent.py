"""What the product sent to a sandbox, held against Klaviyo's published description of each call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.wire import USER_AGENT
from klaviyo_app.sandbox.worlds import LONGEST_BODY
from tests.contract.accepted import unexplained
from tests.sandbox.described import FOLDER, Described
from tests.sandbox_server import World

REVISIONS = frozenset({"2024-10-15", "2025-01-15", "2026-07-15"})


def wrong_requests(world: World) -> list[str]:
    """What is wrong with the calls of ours that the sandbox carried out; nothing where no description is at hand."""
    if not FOLDER.is_dir():
        return []
    wrong: dict[str, None] = {}
    for entry in world.requests():
        name = entry["operation"]
        ours = entry["user_agent"] == USER_AGENT and (entry["status"] or 200) < 400
        if not ours or name not in OPERATIONS or OPERATIONS[name].control:
            continue
        revision = entry["revision"]
        if revision < "2025-01-15":  # falls forward, unless the world still serves it
            revision = max(revision, world.settings()["oldest_revision"])
        if revision in REVISIONS:
            found = list(wrong_request(entry, revision))
            wrong |= dict.fromkeys(f"{name}{what}" for what in unexplained("request", name, revision, found))
    return list(wrong)


def wrong_request(entry: dict[str, Any], revision: str) -> Iterator[str]:
    """What the description of a revision does not have of a request, as the sandbox's log tells it."""
    described = _described(revision)
    operation = described.of(OPERATIONS[entry["operation"]])
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    given = dict(parse_qsl(entry["query"], keep_blank_values=True))
    for name, value in given.items():
        if name not in parameters:
            yield f"?{name} is unknown"
        else:
            yield from (f"?{name}: {what}" for what in _wrong_parameter(described.plain(parameters[name]), value))
    for one in operation.get("parameters", ()):
        if one["in"] == "query" and one.get("required") and one["name"] not in given:
            yield f"?{one['name']} is missing"
    if entry["length"] > LONGEST_BODY:
        return  # the log has only its beginning
    if "requestBody" not in operation:
        yield from ["a body where none is described"] if entry["body"] else []
        return
    content = operation["requestBody"]["content"]
    media, _, boundary = entry["content_type"].partition("; boundary=")
    if media not in content:
        yield f" as {entry['content_type']}"
    body = _fields(entry["body"], boundary) if boundary else json.loads(entry["body"])
    yield from described.wrong(body, next(iter(content.values()))["schema"])


def _fields(body: str, boundary: str) -> dict[str, Any]:
    """The fields of a form; each is text, whatever it stands for."""
    found = re.findall(r'form-data; name="(\w+)"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--' + boundary, body, re.DOTALL)
    return {name: value == "true" if value in ("true", "false") else value for name, value in found}


def _wrong_parameter(schema: dict[str, Any], value: str) -> Iterator[str]:
    if schema.get("type") == "array":
        allowed = schema["items"].get("enum")
        yield from (f"{one} is not offered" for one in value.split(",") if allowed and one not in allowed)
    elif schema.get("type") == "integer":
        inside = re.fullmatch("[0-9]+", value) and schema.get("minimum", 0) <= int(value) <= schema.get("maximum", 1e9)
        yield from [] if inside else [f"{value} is out of range"]
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{value} is not offered"


@cache
def _described(revision: str) -> Described:
    return Described(revision)
