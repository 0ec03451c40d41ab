"""What the contract tests ask the sandbox for: each operation of the catalogue once, in an order that makes sense.

Needs the standard library and the catalogue only: the environment of the older SDK has nothing else.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from klaviyo_app.gateway.catalogue import OPERATIONS, Operation

# Bodies by operation, and "operation@revision" up to that revision; after the examples of Klaviyo's descriptions.
# Of a form: its fields, the file in base 64.
BODIES: dict[str, Any] = json.loads(Path(__file__).with_name("bodies.json").read_text())
OF_KLAVIYO = {name: one for name, one in OPERATIONS.items() if not one.control}
FILTERS = {
    "get_campaigns": "equals(messages.channel,'email')",
    "get_coupon_codes": "equals(coupon.id,'{coupons}')",
}
# What changes or ends things that the others need, in this order; only the deletions come later.
LAST = (
    "send_campaign",
    "get_campaign_send_job",
    "cancel_campaign_send",
    "merge_profiles",
    "request_profile_deletion",
)
SAME_IDS = {"campaign-recipient-estimations": "campaign-recipient-estimation-jobs"}
THREE_PAGES = "three pages of get_profiles"
_NAMED = re.compile(r"\{(new )?[a-z-]+\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: the ids of its path ("" where it lacks a thing to speak of), its query by Klaviyo's names, its body."""

    operation: Operation
    ids: tuple[str, ...]
    query: dict[str, Any]
    body: Any


@dataclass(slots=True)
class Plan:
    """The calls at a revision. `ids`: by the path's word, "lists" for what there is, "new lists" for what was made."""

    revision: str
    ids: dict[str, str] = field(default_factory=dict)

    def asks(self) -> Iterator[Ask]:
        """One by one: `learn` from each answer before taking the next."""
        for operation in sorted(OF_KLAVIYO.values(), key=_rank):
            if operation.served_at(self.revision):
                yield self.ask(operation)

    def ask(self, operation: Operation) -> Ask:
        older = (f"{operation.name}@{one}" for one in ("2024-10-15", "2025-01-15") if self.revision <= one)
        body = next((BODIES[one] for one in older if one in BODIES), BODIES.get(operation.name))
        try:
            return Ask(operation, self._ids(operation), self._query(operation), self._filled(body))
        except KeyError:
            return Ask(operation, ("",), {}, None)

    @staticmethod
    def form_of(ask: Ask) -> dict[str, Any]:
        """The fields of a form, its file as bytes."""
        return {**ask.body, "file": base64.b64decode(ask.body["file"])}

    def learn(self, operation: Operation, answer: Any) -> None:
        """Take the id of what was made, and of what was made with it (a campaign's messages)."""
        data = answer.get("data") if isinstance(answer, dict) else None
        if operation.method != "POST" or not isinstance(data, dict) or "id" not in data:
            return
        self.ids[f"new {operation.path.removeprefix('/api/')}"] = data["id"]
        for name, one in (data.get("relationships") or {}).items():
            if isinstance(one.get("data"), list) and one["data"]:
                self.ids.setdefault(f"new {name}", one["data"][0]["id"])

    def _ids(self, operation: Operation) -> tuple[str, ...]:
        if not operation.path_names:
            return ()
        word = operation.path.split("/")[2]
        word = SAME_IDS.get(word, word)
        existing, made = self.ids.get(word, ""), self.ids.get(f"new {word}", "")
        alters = operation.method in ("PATCH", "DELETE") and operation.path.endswith("}")
        return ((made or existing) if alters else (existing or made),)

    def _query(self, operation: Operation) -> dict[str, Any]:
        query: dict[str, Any] = {}
        if operation.name in FILTERS:
            query["filter"] = self._filled(FILTERS[operation.name])
        if kept := [one for one in operation.includes if self._has(operation, f"include:{one}")]:
            query["include"] = kept
        for kind, names in operation.additional_fields.items():
            if self._has(operation, f"additional-field:{kind}"):
                query[f"additional-fields[{kind}]"] = list(names)
        return query

    def _has(self, operation: Operation, what: str) -> bool:
        return self.revision >= operation.newer.get(what, "")

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, str):
            return _NAMED.sub(lambda found: self.ids[found[0][1:-1]], value)
        return value


def _rank(operation: Operation) -> tuple[int, int]:
    place = list(OF_KLAVIYO).index(operation.name)
    single = operation.path.endswith("}")
    if operation.name in LAST:
        return 7, LAST.index(operation.name)
    if operation.name == "assign_template_to_campaign_message":
        return 1, place
    if operation.method == "GET":
        return 5, place
    if operation.method == "DELETE":
        return (8, -place) if single else (6, place)
    if operation.path_names:
        return (2, place) if single else (4, place)
    makes = operation.name.startswith(("create_", "upload_")) and operation.path != "/api/campaign-clone"
    return (0 if makes else 3), place
