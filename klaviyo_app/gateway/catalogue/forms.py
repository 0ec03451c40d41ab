"""Form operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import ANY_EQUALS, RANGE, UP_TO_100, Operation, Repeat, S

FORMS: tuple[Operation, ...] = (
    Operation(
        name="get_forms",
        method="GET",
        path="/api/forms",
        repeat=Repeat.READ,
        limit=S,
        success=(200,),
        scopes=("forms:read",),
        page=UP_TO_100,
        filters={
            "id": ANY_EQUALS,
            "name": ("any", "contains", "equals"),
            "ab_test": ("equals",),
            "updated_at": RANGE,
            "created_at": RANGE,
            "status": ("equals",),
        },
        sorts=("created_at", "updated_at"),
        fields=("form",),
    ),
    Operation(
        name="get_form",
        method="GET",
        path="/api/forms/{id}",
        repeat=Repeat.READ,
        limit=S,
        success=(200,),
        scopes=("forms:read",),
        fields=("form",),
    ),
    Operation(
        name="get_versions_for_form",
        method="GET",
        path="/api/forms/{id}/form-versions",
        repeat=Repeat.READ,
        limit=S,
        success=(200,),
        scopes=("forms:read",),
        page=UP_TO_100,
        filters={"form_type": ANY_EQUALS, "status": ("equals",), "updated_at": RANGE, "created_at": RANGE},
        sorts=("created_at", "updated_at"),
        fields=("form-version",),
    ),
)
