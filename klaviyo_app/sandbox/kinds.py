"""Names: which kind a path speaks of, what a kind is related to, and the ids that Klaviyo gives.

Sources: Klaviyo's API description (relationships of each response object); recorded answers (ids).
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from random import SystemRandom
from typing import NamedTuple

from klaviyo_app.sandbox.data.ids import six, ulid

_ULIDS = frozenset({"profile", "campaign", "campaign-message", "webhook"})
_SIXES = frozenset({"list", "segment", "template", "metric", "flow", "form", "account"})
_RANDOM = SystemRandom()


class Relation(NamedTuple):
    """Where a relation leads. `back`: it is kept on the other side, under this name. `since`: a revision.

    `shown`: resources tell of it. `pointers`: its relationships can be read too, not only what it leads to.
    `linked`: it has links; where it has none, nothing is told of it until its data is asked for.
    """

    kind: str
    many: bool = True
    back: str = ""
    since: str = ""
    shown: bool = True
    pointers: bool = True
    linked: bool = True


def _one(kind: str) -> Relation:
    return Relation(kind, many=False)


_GROUP = {"profiles": Relation("profile"), "tags": Relation("tag"), "flow-triggers": Relation("flow")}
_OF_GROUPS = {"lists": Relation("list"), "segments": Relation("segment")}
RELATIONS: Mapping[str, Mapping[str, Relation]] = {
    "campaign": {"campaign-messages": Relation("campaign-message"), "tags": Relation("tag")},
    "campaign-message": {
        "campaign": _one("campaign"),
        "template": _one("template"),
        "image": Relation("image", many=False, since="2025-01-15"),
    },
    "catalog-category": {"items": Relation("catalog-item")},
    "catalog-item": {
        "variants": Relation("catalog-variant"),
        "categories": Relation("catalog-category", back="items", shown=False),
    },
    "catalog-variant": {"item": _one("catalog-item")},
    **{
        f"catalog-{name}-bulk-{act}-job": {word: Relation(f"catalog-{name}", linked=False)}
        for name, word in (("item", "items"), ("variant", "variants"), ("category", "categories"))
        for act in ("create", "update")
    },
    "coupon-code": {"coupon": _one("coupon"), "profile": _one("profile")},
    "coupon-code-bulk-create-job": {"coupon-codes": Relation("coupon-code")},
    "event": {
        "profile": _one("profile"),
        "metric": _one("metric"),
        "attributions": Relation("attribution", shown=False),
    },
    "flow": {"flow-actions": Relation("flow-action"), "tags": Relation("tag")},
    "flow-action": {"flow": _one("flow"), "flow-messages": Relation("flow-message")},
    "flow-message": {"flow-action": _one("flow-action"), "template": _one("template")},
    "form": {"form-versions": Relation("form-version")},
    "form-version": {"form": Relation("form", many=False, since="2025-10-15")},
    "list": _GROUP,
    "metric": {"flow-triggers": Relation("flow")},
    "metric-property": {"metric": _one("metric")},
    "profile": {
        "lists": Relation("list", back="profiles"),
        "segments": Relation("segment", back="profiles"),
        "push-tokens": Relation("push-token", since="2025-01-15"),
    },
    "profile-bulk-import-job": {
        "lists": Relation("list"),
        "profiles": Relation("profile"),
        "import-errors": Relation("import-error", pointers=False),
    },
    "profile-suppression-bulk-create-job": _OF_GROUPS,
    "profile-suppression-bulk-delete-job": _OF_GROUPS,
    "review": {"events": Relation("event"), "item": _one("catalog-item")},
    "segment": _GROUP,
    "tag": {
        "tag-group": _one("tag-group"),
        "lists": Relation("list", back="tags"),
        "segments": Relation("segment", back="tags"),
        "campaigns": Relation("campaign", back="tags"),
        "flows": Relation("flow", back="tags"),
    },
    "tag-group": {"tags": Relation("tag", back="tag-group")},
    "webhook": {"webhook-topics": Relation("webhook-topic", linked=False)},
}
# Relationships whose data comes unasked, and since when: recorded at the newest revision, at others where described.
UNASKED: Mapping[tuple[str, str], str] = {
    ("campaign", "campaign-messages"): "",
    ("campaign-message", "campaign"): "",
    ("coupon-code", "coupon"): "2026-07-15",
    ("flow-action", "flow"): "2026-07-15",
    ("form", "form-versions"): "2026-07-15",
    ("profile-bulk-import-job", "lists"): "",
    ("webhook", "webhook-topics"): "",
}


def unasked(kind: str, relation: str, revision: str) -> bool:
    """Whether a relationship's data comes although nobody asked."""
    return revision >= UNASKED.get((kind, relation), "9")


def kind_of(segment: str) -> str:
    """The kind of a path's word: "list" of "lists", "catalog-category" of "catalog-categories"."""
    if segment.endswith("ies"):
        return f"{segment[:-3]}y"
    return segment.removesuffix("s")


def plural(kind: str) -> str:
    """The path's word for a kind."""
    if kind == "template-universal-content":
        return kind
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def new_id(kind: str) -> str:
    """An id in the form that Klaviyo gives things of this kind."""
    if kind == "profile-bulk-import-job":
        return secrets.token_urlsafe(40)
    if kind in _ULIDS or kind.endswith("-job"):
        return ulid(_RANDOM, time.time())
    if kind in _SIXES:
        return six(_RANDOM)
    if kind == "metric-aggregate":
        return str(_RANDOM.randrange(10**17, 10**18))
    return uuid.uuid4().hex if kind == "template-universal-content" else str(uuid.uuid4())
