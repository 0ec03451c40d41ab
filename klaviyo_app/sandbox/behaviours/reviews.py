"""Reviews as they are shown. Source: Klaviyo's API descriptions: a status is a word until 2024, then an object."""

from __future__ import annotations

from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Thing

OBJECTS_SINCE = "2025-01-15"


def present_review(call: Call, review: Thing) -> dict[str, Any]:
    """The attributes at a revision; a rejection has its reason."""
    word = review.attributes["status"]
    if call.revision < OBJECTS_SINCE:
        return review.attributes
    reason = {"rejection_reason": {"reason": "unrelated"}} if word == "rejected" else {}
    return {**review.attributes, "status": {"value": word, **reason}}
