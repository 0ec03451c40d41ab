"""Klaviyo's published descriptions as an oracle: what is wrong with a value, by the schema of an operation's answer.

Honours `nullable` beside references, reads oneOf as "at least one fits", and closes objects whose members are known.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from klaviyo_app.gateway.catalogue import Operation

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "klaviyo-openapi"
KINDS = {"string": str, "integer": int, "boolean": bool, "array": list, "number": (int, float), "object": dict}


@cache
def description(revision: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{revision}.json").read_text())


class Described:
    """The description of one revision."""

    def __init__(self, revision: str) -> None:
        whole = description(revision)
        self.schemas = whole["components"]["schemas"]
        self.errors = whole["components"]["responses"]["ClientError"]["content"]["application/vnd.api+json"]["schema"]
        self.calls = {
            (method.upper(), path): one for path, all_ in whole["paths"].items() for method, one in all_.items()
        }
        members = (one for one in self.calls.values() if isinstance(one, dict))
        self.operations = {one["operationId"]: one for one in members if "operationId" in one}

    def of(self, operation: Operation) -> dict[str, Any]:
        """By method and path: older revisions name some operations otherwise."""
        return self.calls[operation.method, operation.path]

    def attributes_of(self, operation: str) -> dict[str, Any]:
        content = self.operations[operation]["responses"]["200"]["content"]
        data = self.merged(self.merged(next(iter(content.values()))["schema"])["properties"]["data"])
        return data["properties"]["attributes"]

    def plain(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].split("/")[-1]]
        return schema

    def merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Properties and required members, over allOf."""
        schema = self.plain(schema)
        found = {"properties": dict(schema.get("properties", {})), "required": list(schema.get("required", []))}
        for one in (self.merged(part) for part in schema.get("allOf", [])):
            for name, inner in one["properties"].items():
                if name == "attributes" and name in found["properties"]:
                    first, second = self.merged(found["properties"][name]), self.merged(inner)
                    inner = {  # noqa: PLW2901
                        "properties": {**first["properties"], **second["properties"]},
                        "required": first["required"] + second["required"],
                    }
                found["properties"][name] = inner
            found["required"] += one["required"]
        return found

    def wrong(self, value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
        nullable = schema.get("nullable")  # beside a reference
        schema = self.plain(schema)
        if value is None:
            return [] if nullable or schema.get("nullable") or not schema.get("type") else [f"{at}: null"]
        for name in ("oneOf", "anyOf"):
            if name in schema:
                tried = [self.wrong(value, one, at) for one in schema[name]]
                return min(tried, key=len)
        if "allOf" in schema or schema.get("properties"):
            return self._object(value, self.merged(schema), at)
        return self._plain(value, schema, at)

    def _plain(self, value: Any, schema: dict[str, Any], at: str) -> list[str]:
        if "enum" in schema:
            return [] if value in schema["enum"] else [f"{at}: {value!r} is not offered"]
        if not isinstance(value, KINDS.get(schema.get("type", ""), object)):
            return [f"{at}: {value!r} is no {schema['type']}"]
        if schema.get("type") == "array":
            return [one for item in value for one in self.wrong(item, schema["items"], f"{at}[]")]
        return []

    def _object(self, value: Any, schema: dict[str, Any], at: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{at}: {value!r} is no object"]
        found = [f"{at}.{name} is missing" for name in schema["required"] if name not in value]
        for name, one in value.items():
            if name in schema["properties"]:
                found += self.wrong(one, schema["properties"][name], f"{at}.{name}")
            else:
                found.append(f"{at}.{name} is unknown")
        return found
