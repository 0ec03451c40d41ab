"""What the fields of filters hold, and whether a condition's value fits. Source: the filters in Klaviyo's descriptions.

A field that holds a time, a flag or a number has the same name in every operation; every other one holds text.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from klaviyo_app.gateway.filters import Comparison, Scalar

OF_LISTS = frozenset({"any", "contains-any", "contains-all"})
OF_TEXT = frozenset({"contains", "starts-with", "ends-with"})
_SUPPRESSIONS = "subscriptions.email.marketing.list_suppressions.timestamp"
_SUPPRESSION = "subscriptions.email.marketing.suppression.timestamp"
FIELDS = {
    "a time": frozenset(
        {
            *("created", "created_at", "updated", "updated_at", "datetime", "timestamp", "expires_at"),
            *("joined_group_at", "scheduled_at", _SUPPRESSIONS, _SUPPRESSION),
        }
    ),
    "true or false": frozenset(
        {
            *("ab_test", "archived", "default", "edited", "exclusive", "hidden", "incentivized", "is_active"),
            *("is_starred", "published", "verified"),
        }
    ),
    "a number": frozenset({"rating", "size", "timestamp"}),
}


def misfit(one: Comparison) -> str:
    """What the operator and the field take instead of this value, in words; "" where it fits."""
    listed = isinstance(one.value, tuple)
    if one.operator == "has":
        return "" if one.value is None else "takes no value"
    if listed is not (one.operator in OF_LISTS):
        return "takes one value" if listed else "takes a list"
    if one.operator == "equals" and one.value is None:
        return ""
    kinds = [words for words, fields in FIELDS.items() if one.field in fields] or ["text"]
    if one.operator in OF_TEXT:
        kinds = ["text"]
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    return "" if all(_kind(value) in kinds for value in values) else f"takes {' or '.join(kinds)}"


def _kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, dt.date):  # a datetime too
        return "a time"
    return "text" if isinstance(value, str) else "nothing"
