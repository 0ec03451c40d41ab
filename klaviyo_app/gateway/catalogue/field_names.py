"""Sparse fields: which resource types fields[...] may name, and which of their names.

Source: Klaviyo's API descriptions of the three revisions. Since 2026-07-15 (then at the latest) "id" can be asked for
everywhere, and a write takes fields of what it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from klaviyo_app.gateway.catalogue.field_data import NAMES
from klaviyo_app.gateway.catalogue.operation import Operation

_ID_SINCE = _WRITES_SINCE = "2026-07-15"
_WORDS = re.compile(r"[^\s{}]+|[{}]")
# Answers in a shape of their own: the message as it was before 2025-01-15; nothing but the identifier.
_AS_BEFORE = ("assign_template_to_campaign_message", "campaign-message", "2024-10-15")
_ID_ONLY = ("merge_profiles", "profile")
# Names that only some of the operations know that give such resources.
_ONLY_IN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("profile", "joined_group_at"): ("get_profiles_for_list", "get_profiles_for_segment"),
    ("form", "definition"): ("get_form",),
}
# Names that must be asked for as additional fields too, where an operation has them at all.
_ADDITIONAL: Mapping[str, tuple[str, ...]] = {
    "flow": ("definition",),
    "list": ("profile_count",),
    "profile": ("subscriptions", "predictive_analytics"),
    "segment": ("profile_count",),
    "template": ("definition",),
}


# Writes that answer something else than what they were sent, or nothing.
_ANSWERS: Mapping[str, str] = {
    "merge_profiles": "profile",
    "upload_image_from_file": "image",
    **dict.fromkeys(
        (
            "bulk_create_events",
            "bulk_subscribe_profiles",
            "bulk_unsubscribe_profiles",
            "create_event",
            "request_profile_deletion",
        ),
        "",
    ),
}


def kinds(operation: Operation, revision: str) -> tuple[str, ...]:
    """The resource types that fields[...] may name at a revision."""
    if operation.method == "GET" or operation.control:
        return tuple(one for one in operation.fields if revision >= operation.newer.get(f"include:{one}", ""))
    if revision < _WRITES_SINCE or operation.many or 204 in operation.success:
        return ()
    answered = _ANSWERS.get(operation.name, operation.body or "")
    return (answered,) if answered else ()


def field_names(operation: Operation, kind: str, revision: str) -> frozenset[str]:
    """What may stand in fields[kind] of an operation at a revision: "name", "definition.content.subject"."""
    if kind not in kinds(operation, revision):
        return frozenset()
    own = frozenset({"id"}) if revision >= _ID_SINCE else frozenset()
    if (operation.name, kind) == _ID_ONLY:
        return own
    if (operation.name, kind) == _AS_BEFORE[:2]:
        return own | _names(kind, _AS_BEFORE[2])
    names = _names(kind, revision)
    return own | {one for one in names if _is_here(operation, kind, one.partition(".")[0], revision)}


def _is_here(operation: Operation, kind: str, name: str, revision: str) -> bool:
    if operation.name not in _ONLY_IN.get((kind, name), (operation.name,)):
        return False
    if name not in _ADDITIONAL.get(kind, ()):
        return True
    offered = name in operation.additional_fields.get(kind, ())
    return offered and revision >= operation.newer.get(f"additional-field:{kind}", "")


@lru_cache(maxsize=512)
def _names(kind: str, revision: str) -> frozenset[str]:
    """The names of a resource type at a revision, but for "id"."""
    return frozenset(
        name
        for time, written in NAMES.get(kind, {}).items()
        if (revision < time[1:] if time.startswith("-") else revision >= time)
        for name in _read(written)
    )


def _read(written: str) -> Iterator[str]:
    """The names of a text with braces."""
    above: list[str] = []
    last = ""
    for word in _WORDS.findall(written):
        if word == "{":
            above.append(last)
        elif word == "}":
            above.pop()
        else:
            last = f"{above[-1]}.{word}" if above else word
            yield last
