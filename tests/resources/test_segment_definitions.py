"""Definitions as JSON: every mistake with its line and path, and what a form adds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from klaviyo_app.gateway.errors import FieldError, Invalid
from klaviyo_app.resources.segments import definitions
from klaviyo_app.resources.segments.places import lines
from klaviyo_app.sandbox.behaviours.segment_shapes import DEFINITION
from klaviyo_app.sandbox.data.audiences import SEGMENTS

REGION = {"type": "profile-region", "in_region": True, "region": "european_union"}
GOOD = definitions.written({"condition_groups": [{"conditions": [REGION]}]})


def complaints(text: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        definitions.read(text)
    return list(caught.value.messages)


def test_a_good_definition_is_read() -> None:
    assert definitions.read(GOOD)["condition_groups"][0]["conditions"] == [REGION]


@pytest.mark.parametrize(("name", "definition"), SEGMENTS, ids=[name for name, _ in SEGMENTS])
def test_every_definition_of_the_demo_shop_is_let_through(name: str, definition: dict[str, Any]) -> None:
    assert definitions.read(definitions.written(definition)) == definition


def test_a_comma_too_many_is_named_by_its_line() -> None:
    assert "line 2" in complaints('{"condition_groups":\n [1,,2]}')[0]


def test_a_missing_member_is_named_by_line_and_path() -> None:
    text = definitions.written({"condition_groups": [{"conditions": [{"type": "profile-region", "region": "x"}]}]})
    assert complaints(text) == ["Line 5, condition_groups[0].conditions[0].in_region: must be true or false"]


def test_every_mistake_is_named_at_once() -> None:
    text = definitions.written({"condition_groups": [{"conditions": []}, {"conditions": [{"kind": "x"}]}]})
    assert len(complaints(text)) == 2


def test_a_filter_needs_an_operator() -> None:
    one = {"type": "profile-property", "property": "email", "filter": {"type": "string"}}
    text = definitions.written({"condition_groups": [{"conditions": [one]}]})
    assert "conditions[0].filter: needs a “type” and an “operator”" in complaints(text)[0]


@pytest.mark.parametrize("text", ["[]", "{}", "3", '{"condition_groups": {}}', "null"])
def test_what_is_no_definition_is_refused(text: str) -> None:
    assert "condition_groups" in complaints(text)[0]


def test_brackets_without_end_are_refused() -> None:
    assert complaints("[" * 100_000)


@pytest.mark.parametrize("depth", [300, 600, 990, 5000])
def test_a_definition_that_is_nested_beyond_reason_is_a_complaint(depth: int) -> None:
    assert complaints('{"x": ' + "[" * depth + "]" * depth + "}")


def test_a_kind_that_is_new_passes_and_is_kept_whole() -> None:
    new = {"type": "profile-permissions", "permission": {"a": [1, None]}, "channel": "whatsapp_marketing"}
    assert definitions.read(json.dumps({"condition_groups": [{"conditions": [new]}]}))["condition_groups"] == [
        {"conditions": [new]}
    ]


def test_what_klaviyo_points_at_is_named_by_its_line() -> None:
    pointer = "/data/attributes/definition/condition_groups/0/conditions/0/region"
    error = Invalid("no", fields=(FieldError(pointer, "", "invalid", "There is no such region."),), status=400)
    found = definitions.located(error, GOOD)
    assert found.fields[0].detail == "Line 8, condition_groups[0].conditions[0].region: There is no such region."
    assert found.status == 400


def test_what_klaviyo_says_of_the_name_stays_as_it_is() -> None:
    error = Invalid("no", fields=(FieldError("/data/attributes/name", "", "invalid", "Too long."),))
    assert definitions.located(error, GOOD).fields == error.fields


def test_lines_are_found_behind_quotes_and_brackets_inside_texts() -> None:
    found = lines('{"a": "x\\"]},\\n",\n "b": [1,\n  {"c{": null}], "d": {}}')
    assert found == {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 2, ("b", 1): 3, ("b", 1, "c{"): 3, ("d",): 3}


@pytest.mark.parametrize(
    "condition",
    [
        definitions.metric_condition("M1", operator="greater-than-or-equal", value=3, days=30),
        definitions.metric_condition("M1", operator="equals", value=0, days=None),
        definitions.membership_condition("L1", is_member=False),
        definitions.property_condition("first_name", operator="contains", value="a"),
        definitions.property_condition("Shoe size", operator="is-set", value=""),
        definitions.consent_condition("email", subscribed=True),
        definitions.consent_condition("sms", subscribed=False),
        definitions.region_condition("european_union", inside=True),
    ],
)
def test_what_a_form_makes_is_a_condition_of_klaviyos(condition: dict[str, Any]) -> None:
    assert not list(DEFINITION({"condition_groups": [{"conditions": [condition]}]}, ""))


def test_a_condition_can_be_another_way_into_a_group() -> None:
    first = definitions.with_condition(None, REGION, group=None)
    assert definitions.with_condition(first, REGION, group=0) == {
        "condition_groups": [{"conditions": [REGION, REGION]}]
    }


def test_a_condition_can_narrow_as_a_group_of_its_own() -> None:
    first = definitions.with_condition(None, REGION, group=None)
    assert len(definitions.with_condition(first, REGION, group=None)["condition_groups"]) == 2
