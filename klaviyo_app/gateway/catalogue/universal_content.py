"""Universal content operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import ANY_EQUALS, RANGE, UP_TO_100, L, M, Operation, Repeat

UNIVERSAL_CONTENT: tuple[Operation, ...] = (
    Operation(
        name="get_all_universal_content",
        method="GET",
        path="/api/template-universal-content",
        repeat=Repeat.READ,
        limit=L,
        success=(200,),
        scopes=("templates:read",),
        page=UP_TO_100,
        limit_before=("2025-10-15", M),
        filters={
            "id": ANY_EQUALS,
            "name": ANY_EQUALS,
            "created": RANGE,
            "updated": RANGE,
            "definition.content_type": ("equals",),
            "definition.type": ("equals",),
        },
        sorts=("created", "id", "name", "updated"),
        fields=("template-universal-content",),
    ),
    Operation(
        name="create_universal_content",
        method="POST",
        path="/api/template-universal-content",
        repeat=Repeat.ONCE,
        limit=L,
        success=(201,),
        scopes=("templates:write",),
        limit_before=("2025-10-15", M),
        body="template-universal-content",
        required=("attributes.name", "attributes.definition"),
    ),
    Operation(
        name="delete_universal_content",
        method="DELETE",
        path="/api/template-universal-content/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=L,
        success=(204,),
        scopes=("templates:write",),
        limit_before=("2025-10-15", M),
    ),
    Operation(
        name="get_universal_content",
        method="GET",
        path="/api/template-universal-content/{id}",
        repeat=Repeat.READ,
        limit=L,
        success=(200,),
        scopes=("templates:read",),
        limit_before=("2025-10-15", M),
        fields=("template-universal-content",),
    ),
    Operation(
        name="update_universal_content",
        method="PATCH",
        path="/api/template-universal-content/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=L,
        success=(200,),
        scopes=("templates:write",),
        limit_before=("2025-10-15", M),
        body="template-universal-content",
        required=("id", "attributes"),
    ),
)
