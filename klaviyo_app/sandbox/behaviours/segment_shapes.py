"""The shape of a segment's definition, condition by condition.

Source: Klaviyo's API descriptions: the nine kinds of 2024-10-15, and those that came by 2026-07-15 with the members
that they require.
"""

from __future__ import annotations

from collections.abc import Mapping

from klaviyo_app.sandbox.behaviours.bodies import (
    Shape,
    anything,
    by,
    choice,
    either,
    flag,
    items,
    moment,
    nullable,
    obj,
    real,
    text,
    whole,
)

Filters = Mapping[str, Shape]  # operator -> shape

COMPARISONS = ("equals", "not-equals", "greater-than", "greater-than-or-equal", "less-than", "less-than-or-equal")
STRING_OPERATORS = ("contains", "ends-with", "equals", "starts-with", "regex", "nregex")
STRING_REFUSALS = ("not-contains", "not-ends-with", "not-equals", "not-starts-with")
UNITS = ("day", "hour", "week")
LENGTHS = tuple(f"length-{one}" for one in COMPARISONS if one != "not-equals")


def _filters(kind: str, operators: tuple[str, ...], **members: Shape) -> Filters:
    shape = obj({"type": choice(kind), "operator": choice(*operators), **members})
    return dict.fromkeys(operators, shape)


STRING = {
    **_filters("string", STRING_OPERATORS + STRING_REFUSALS, value=nullable(text())),
    **_filters("string", ("in", "not-in"), value=items(text(), least=1)),
}
PHONE = _filters("string", ("phone-country-code-in", "phone-country-code-not-in"), value=items(text(), least=1))
NUMERIC = _filters("numeric", COMPARISONS, value=real)
BOOLEAN = _filters("boolean", ("equals",), value=flag)
EXISTENCE = _filters("existence", ("is-set", "not-set"))
LENGTH = _filters("list", LENGTHS, value=whole)
LIST = {**_filters("list", ("contains", "not-contains"), value=either(whole, text())), **LENGTH}
LIST_SET = {
    **_filters(
        "list", ("contains-all", "contains-any", "not-contains-all", "not-contains-any"), value=items(text(), least=1)
    ),
    **_filters("list", ("contains-substring", "not-contains-substring"), value=nullable(text())),
    **LENGTH,
}
RANGE = {
    **_filters("date", ("between-static",), start=moment, end=moment),
    **_filters("date", ("at-least", "in-the-last", "in-the-next"), unit=choice(*UNITS), quantity=whole),
    **_filters("date", ("between",), start=whole, end=whole, unit=choice(*UNITS)),
}
DATE = {**_filters("date", ("after", "before"), date=moment), **RANGE}
ANNIVERSARY = _filters("date", ("anniversary-last", "anniversary-next"), unit=choice(*UNITS), quantity=whole)
CALENDAR = {
    **_filters("date", ("calendar-month",), value=whole),
    **_filters("date", ("anniversary", "anniversary-month")),
}
ANY_DATE = {**DATE, **ANNIVERSARY, **CALENDAR}
ALL_TIME = _filters("date", ("alltime",))


def a_filter(**kinds: Filters) -> Shape:
    """A filter whose type is one of these, each with its operators."""
    return by("type", {kind: by("operator", operators) for kind, operators in kinds.items()})


_METRIC_FILTER = obj(
    {"property": text(least=1)},
    {
        "filter": a_filter(
            string=STRING, numeric=NUMERIC, boolean=BOOLEAN, existence=EXISTENCE, list=LIST_SET, date=ANY_DATE
        )
    },
)
_PROPERTY_FILTER = a_filter(
    string={**STRING, **PHONE}, numeric=NUMERIC, boolean=BOOLEAN, date=ANY_DATE, list=LIST, existence=EXISTENCE
)

_MEMBERSHIP: Shape = by(
    "is_member",
    {
        True: obj(
            {"type": anything, "is_member": flag, "group_ids": items(text(least=1), least=1)},
            {"timeframe_filter": nullable(a_filter(date=DATE))},
        ),
        False: obj({"type": anything, "is_member": flag, "group_ids": items(text(least=1), least=1)}),
    },
)
_METRIC = obj(
    {
        "type": anything,
        "metric_id": text(least=1),
        "measurement": choice("count", "sum"),
        "measurement_filter": a_filter(numeric=NUMERIC),
        "timeframe_filter": a_filter(date={**DATE, **ANNIVERSARY, **ALL_TIME}),
    },
    {"metric_filters": nullable(items(_METRIC_FILTER))},
)

_METHODS = by("field", {"method": obj({"field": anything, "method": text(least=1)}, {"filter": anything})})
_STATUS_FILTERS: Shape = either(
    _METHODS,
    by(
        "field",
        {
            "is_double_opt_in": obj({"field": anything, "filter": a_filter(boolean=BOOLEAN)}),
            "is_rcs_capable": obj({"field": anything, "filter": a_filter(boolean=BOOLEAN)}),
            "status_date": obj({"field": anything, "filter": a_filter(date=ANY_DATE)}),
            "custom_source": obj({"field": anything, "filter": a_filter(string=STRING)}),
            "bounce_date": obj({"field": anything, "filter": a_filter(date=ANY_DATE, existence=EXISTENCE)}),
            "manual_suppression_date": obj({"field": anything, "filter": a_filter(date=ANY_DATE, existence=EXISTENCE)}),
            "invalid_email_date": obj({"field": anything, "filter": a_filter(date=ANY_DATE, existence=EXISTENCE)}),
        },
    ),
)


def _status(*subscriptions: str) -> Shape:
    return obj({"subscription": choice(*subscriptions)}, {"filters": nullable(items(_STATUS_FILTERS))})


def _consent(may: tuple[str, ...], may_not: tuple[str, ...]) -> Shape:
    def one(subscriptions: tuple[str, ...]) -> Shape:
        return obj({"channel": anything, "can_receive_marketing": flag, "consent_status": _status(*subscriptions)})

    return by("can_receive_marketing", {True: one(may), False: one(may_not)})


_CONSENT = obj(
    {
        "type": anything,
        "consent": by(
            "channel",
            {
                "email": _consent(
                    ("any", "subscribed", "never_subscribed"), ("any", "unsubscribed", "never_subscribed", "subscribed")
                ),
                "sms": _consent(("subscribed",), ("any", "unsubscribed", "never_subscribed")),
                "push": _consent(("any",), ("any",)),
            },
        ),
    }
)
_DISTANCE_FILTER = a_filter(numeric={one: NUMERIC[one] for one in ("greater-than", "less-than")})
NUMBERS_PREDICTED = (
    "average_days_between_orders",
    "average_order_value",
    "churn_probability",
    "historic_clv",
    "historic_number_of_orders",
    "predicted_clv",
    "predicted_number_of_orders",
    "total_clv",
)


def _predicted(filter_shape: Shape, **more: Shape) -> Shape:
    return obj({"type": anything, "dimension": anything, "filter": filter_shape, **more})


_GENDER = obj(
    {
        "type": choice("string"),
        "operator": choice("equals", "not-equals"),
        "value": choice("likely_female", "likely_male", "uncertain"),
    }
)
_AFFINITY = _predicted(anything, measurement=choice("priority", "rank"), predicted_channel=text())
_PREDICTIONS = by(
    "dimension",
    {
        **dict.fromkeys(NUMBERS_PREDICTED, _predicted(a_filter(numeric=NUMERIC))),
        "predicted_gender": _predicted(_GENDER),
        "expected_date_of_next_purchase": _predicted(a_filter(date=ANY_DATE)),
        "channel_affinity": _AFFINITY,
    },
)
_STEP = obj({"metric_exists": flag, "metric_id": text(least=1)}, {"metric_filters": nullable(items(_METRIC_FILTER))})
_FUNNEL = obj(
    {"type": anything, "timeframe_filter": a_filter(date=DATE), "steps": items(_STEP, least=1)},
    {
        "completion_window_seconds": nullable(
            choice("HOURS_1", "DAYS_1", "DAYS_3", "DAYS_5", "WEEKS_1", "DAYS_30", "DAYS_90", "DAYS_180", "YEARS_1")
        )
    },
)
CONDITION: Shape = by(
    "type",
    {
        "profile-group-membership": _MEMBERSHIP,
        "profile-metric": _METRIC,
        "profile-marketing-consent": _CONSENT,
        "profile-postal-code-distance": obj(
            {
                "type": anything,
                "country_code": text(least=2),
                "postal_code": text(least=1),
                "unit": choice("kilometers", "miles"),
                "filter": _DISTANCE_FILTER,
            }
        ),
        "profile-property": obj({"type": anything, "property": text(least=1), "filter": _PROPERTY_FILTER}),
        "profile-region": obj(
            {"type": anything, "in_region": flag, "region": choice("european_union", "united_states")}
        ),
        "profile-predictive-analytics": _PREDICTIONS,
        # Newer than 2024-10-15: their members are checked for presence only.
        "profile-has-custom-object": obj(
            dict.fromkeys(("type", "object_type_id", "object_type_relationship_id", "filter", "filters"), anything)
        ),
        "profile-permissions": obj(dict.fromkeys(("type", "permission", "channel"), anything)),
        "profile-metric-funnel": _FUNNEL,
    },
)
DEFINITION: Shape = obj({"condition_groups": items(obj({"conditions": items(CONDITION, least=1)}), least=1)})
