"""What Klaviyo says of a thing that is not there: its services have words of their own.

Source: recorded answers; kinds that are not here are told like profiles, flows and tags were.
"""

from __future__ import annotations

from collections.abc import Mapping

_TICKED = "A {name} with id `{id}` does not exist."
_QUOTED = "A {name} with id '{id}' does not exist."
_PLAIN = "A {name} with id {id} does not exist."
_WORDS: Mapping[str, str] = {
    "list": _TICKED,
    "segment": _TICKED,
    "form": _TICKED,
    "template-universal-content": "A universal content with id `{id}` does not exist.",
    "campaign": _QUOTED,
    "campaign-message": "A message with id '{id}' does not exist.",
    "metric": "Metric with id {id} does not exist.",
    "template": "Template with id '{id}' does not exist",
    "flow-action": "An action with id {id} does not exist.",
    "catalog-item": "An item with id {id} does not exist.",
    "coupon": "A coupon with the given identifier '{id}' does not exist.",
    "coupon-code": "A coupon code with given identifier '{id}' does not exist.",
    "image": "Not found.",
    "webhook": "Not found.",
    "profile-bulk-import-job": "Invalid job id",
    "tracking-setting": "Tracking settings for id `{id}` do not exist.",
}


def words(kind: str, id: str) -> str:  # noqa: A002 - Klaviyo's word
    """The sentence about a thing of a kind that has no such id."""
    return _WORDS.get(kind, _PLAIN).format(name=kind.replace("-", " "), id=id)
