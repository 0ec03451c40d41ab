"""The catalogue held against Klaviyo's published descriptions (beside the checkout, where they are) and its SDK."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klaviyo_app.gateway.catalogue import OPERATIONS, Limit, Operation, Repeat
from klaviyo_app.gateway.catalogue.asked_for import ASKED_FOR
from klaviyo_app.gateway.catalogue.field_names import field_names, kinds
from tests.contract.accepted import unexplained

DESCRIPTIONS = Path(__file__).resolve().parents[3] / "shared" / "klaviyo-openapi"
REVISIONS = ("2024-10-15", "2025-01-15", "2026-07-15")
OF_KLAVIYO = [one for one in OPERATIONS.values() if not one.control]

every_revision = pytest.mark.parametrize("revision", REVISIONS)
described = pytest.mark.skipif(not DESCRIPTIONS.exists(), reason="Klaviyo's descriptions are not beside the checkout")

# Named otherwise at 2024-10-15: without "bulk", and get_messages_for_flow_action.
RENAMED = re.compile(r"get_bulk_(create|update|delete)_(variants|categories)_job|get_flow_action_messages")
ALSO_NEEDED = frozenset(
    """
    get_campaign_message update_campaign_message get_messages_for_campaign assign_template_to_campaign_message
    get_template_for_campaign_message create_campaign_clone get_campaign_send_job cancel_campaign_send
    get_campaign_recipient_estimation_job get_campaign_recipient_estimation get_coupon update_coupon delete_coupon
    get_coupon_code update_coupon_code delete_coupon_code bulk_create_coupon_codes get_bulk_create_coupon_codes_job
    get_bulk_create_coupon_code_jobs get_coupon_codes_for_coupon get_profile_ids_for_list bulk_import_profiles
    get_account tag_lists tag_segments
    """.split()  # noqa: SIM905 - a list of words
)


@functools.cache
def described_operations(revision: str) -> dict[str, dict[str, Any]]:
    document = json.loads((DESCRIPTIONS / f"{revision}.json").read_text())
    return {
        operation["operationId"]: {
            **operation,
            "path": path,
            "method": method.upper(),
            "named": {one["name"]: one for one in operation.get("parameters", [])},
            "all": document,
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "patch", "delete")
    }


def described_call(revision: str, operation: Operation) -> dict[str, Any]:
    """By method and path: older revisions name some jobs otherwise."""
    found = described_operations(revision).values()
    return next(one for one in found if (one["method"], one["path"]) == (operation.method, operation.path))


@described
@every_revision
def test_the_names_are_klaviyos(revision):
    mine = {one.name for one in OF_KLAVIYO if one.served_at(revision)}
    other = {name for name in mine - set(described_operations(revision)) if not RENAMED.fullmatch(name)}
    assert other == set()


@pytest.mark.parametrize("name", sorted(ASKED_FOR | ALSO_NEEDED))
def test_the_catalogue_has_every_operation_asked_for(name):
    assert OPERATIONS[name].name == name


def test_seventy_seven_calls_were_asked_for():
    assert len(ASKED_FOR) == 77


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda one: one.name)
def test_every_write_has_the_class_that_its_method_allows(operation: Operation):
    if operation.method == "GET":
        assert operation.repeat is Repeat.READ
    if operation.method in ("PATCH", "DELETE"):
        assert operation.repeat is not Repeat.READ


def test_what_sends_creates_or_merges_is_never_repeated():
    once = {"send_campaign", "cancel_campaign_send", "merge_profiles", "create_event", "bulk_create_events"}
    once |= {"create_connection", "bulk_create_coupon_codes", "create_campaign", "create_campaign_clone", "create_list"}
    assert {OPERATIONS[name].repeat for name in once} == {Repeat.ONCE}


def differing(
    revision: str, mine: Callable[[Operation], Any], theirs: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """The operations whose fact differs at a revision: ours, then Klaviyo's."""
    found = {}
    for operation in OF_KLAVIYO:
        if operation.served_at(revision):
            ours, real = mine(operation), theirs(described_call(revision, operation))
            if ours != real:
                found[operation.name] = (ours, real)
    return found


@described
@every_revision
def test_methods_paths_and_scopes_are_klaviyos(revision):
    assert not differing(
        revision,
        lambda one: (one.method, one.path, set(one.scopes)),
        lambda one: (one["method"], one["path"], set(one.get("x-klaviyo-scopes", ()))),
    )


def their_limit(one: dict[str, Any]) -> Limit:
    rates = one["x-klaviyo-ratelimit"]
    daily = re.search(r"Daily: `(\d+)/d`", one.get("description", ""))
    burst, steady = (int(rates[name].split("/")[0]) for name in ("burst", "steady"))
    return Limit(burst, steady, int(daily[1]) if daily else None)


@described
@every_revision
def test_the_rate_windows_are_klaviyos(revision):
    assert not differing(revision, lambda one: one.limit_at(revision), their_limit)


def our_page(operation: Operation, revision: str) -> Any:
    rule = operation.page_at(revision)
    return rule and ("fixed" if rule.fixed else (rule.default, rule.maximum))


def their_page(one: dict[str, Any]) -> Any:
    if "page[size]" in one["named"]:
        size = one["named"]["page[size]"]["schema"]
        return size["default"], size["maximum"]
    return "fixed" if "page[cursor]" in one["named"] else None


@described
@every_revision
def test_the_page_rules_are_klaviyos(revision):
    assert not differing(revision, lambda one: our_page(one, revision), their_page)


def our_filters(operation: Operation, revision: str) -> set[tuple[str, str]]:
    return {
        (field, operator)
        for field, operators in operation.filters.items()
        for operator in operators
        for newer in [operation.newer]
        if revision >= max(newer.get(f"filter:{field}", ""), newer.get(f"filter:{field}:{operator}", ""))
    }


def their_filters(one: dict[str, Any]) -> set[tuple[str, str]]:
    text = one["named"].get("filter", {}).get("description", "")
    found = re.findall(r"<br>`([^`]+)`: ((?:`[^`]+`(?:, )?)+)", text)
    return {(field, operator) for field, operators in found for operator in re.findall(r"`([^`]+)`", operators)}


@described
@every_revision
def test_filters_are_klaviyos(revision):
    assert not differing(revision, lambda one: our_filters(one, revision), their_filters)


@described
@every_revision
def test_sorts_are_klaviyos(revision):
    assert not differing(
        revision,
        lambda one: set(one.sorts),
        lambda one: {name.lstrip("-") for name in one["named"].get("sort", {}).get("schema", {}).get("enum", ())},
    )


@described
@every_revision
def test_includes_are_klaviyos_and_nothing_gone_is_offered(revision):
    found = differing(
        revision,
        lambda one: {name for name in one.includes if revision >= one.newer.get(f"include:{name}", "")},
        lambda one: set(one["named"].get("include", {}).get("schema", {}).get("items", {}).get("enum", ())),
    )
    gone_since = {} if revision == REVISIONS[-1] else {"get_form": (set(), {"form-versions"})}
    assert found == gone_since


def their_named(one: dict[str, Any], family: str) -> dict[str, set[str]]:
    """Resource type -> names, of the parameters family[type]."""
    return {
        name[len(family) + 1 : -1]: set(parameter["schema"]["items"]["enum"])
        for name, parameter in one["named"].items()
        if name.startswith(f"{family}[")
    }


def their_additional(one: dict[str, Any]) -> dict[str, set[str]]:
    return their_named(one, "additional-fields")


@described
@every_revision
def test_additional_fields_are_klaviyos(revision):
    def ours(one: Operation) -> dict[str, set[str]]:
        newer = {kind: one.newer.get(f"additional-field:{kind}", "") for kind in one.additional_fields}
        return {kind: set(names) for kind, names in one.additional_fields.items() if revision >= newer[kind]}

    assert not differing(revision, ours, their_additional)


def their_fields(one: dict[str, Any]) -> dict[str, set[str]]:
    return their_named(one, "fields")


@described
@every_revision
def test_sparse_fields_are_klaviyos(revision):
    """Each name of each resource type that the revision has, but for what an include offered that is gone since."""

    def ours(one: Operation) -> dict[str, set[str]]:
        return {kind: set(names) for kind in kinds(one, revision) if (names := field_names(one, kind, revision))}

    found = differing(revision, ours, their_fields)
    assert {name: theirs.keys() - mine.keys() for name, (mine, theirs) in found.items()} == (
        {} if revision == REVISIONS[-1] else {"get_form": {"form-version"}}
    )


@described
@every_revision
def test_the_success_codes_are_klaviyos(revision):
    found = differing(
        revision,
        lambda one: set(one.success),
        lambda one: {int(code) for code in one["responses"] if code.startswith("2")},
    )
    assert {name for name in found if unexplained("catalogue", name, revision, ["success"])} == set()


@described
@every_revision
@pytest.mark.parametrize("operation", [one for one in OF_KLAVIYO if one.body], ids=lambda one: one.name)
def test_the_body_type_and_its_required_paths_are_klaviyos(revision: str, operation: Operation):
    if not operation.served_at(revision):
        return
    their = described_call(revision, operation)
    data = body_data(their)
    assert ("items" in data) is operation.many
    data = resolve(their["all"], data.get("items", data))
    assert operation.body in resolve(their["all"], data["properties"]["type"]).get("enum", [])
    wrong = [path for path in operation.required_at(revision) if not required_by(their["all"], data, path)]
    assert unexplained("catalogue", operation.name, revision, wrong) == []


def body_data(their: dict[str, Any]) -> dict[str, Any]:
    content = resolve(their["all"], their["requestBody"])["content"]["application/vnd.api+json"]
    return resolve(their["all"], resolve(their["all"], content["schema"])["properties"]["data"])


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        path = schema["$ref"].removeprefix("#/").split("/")
        schema = functools.reduce(lambda part, name: part[name], path, document)
    return schema


def required_by(document: dict[str, Any], schema: dict[str, Any], path: str) -> bool:
    here = resolve(document, schema)
    for part in path.split("."):
        name = part.removesuffix("[]")
        if name not in here.get("required", ()):
            return False
        here = resolve(document, here["properties"][name])
        if part.endswith("[]"):
            here = resolve(document, here["items"])
    return True


@described
def test_no_operation_lacks_a_required_parameter_of_klaviyos():
    needing = {
        name
        for name, one in described_operations("2026-07-15").items()
        if name in OPERATIONS and one["named"].get("filter", {}).get("required")
    }
    assert needing == {one.name for one in OF_KLAVIYO if one.required_filters}


def test_every_operation_is_in_the_official_sdk_with_its_path():
    """The SDK of revision 2026-07-15; importing it is slow, so its source is read."""
    import klaviyo_api  # the package's place only

    root = Path(klaviyo_api.__file__).parent.parent / "openapi_client" / "api"
    source = "\n".join(file.read_text() for file in root.glob("*.py"))
    paths = set(re.findall(r"resource_path='([^']+)'", source))
    methods = set(re.findall(r"def _?([a-z_0-9]+?)(?:_serialize)?\(", source))
    missing = [one.name for one in OF_KLAVIYO if one.path not in paths or one.name not in methods]
    assert missing == []
