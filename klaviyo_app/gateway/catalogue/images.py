"""Image operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import ANY_EQUALS, RANGE, UP_TO_100, Limit, M, Operation, Repeat

IMAGES: tuple[Operation, ...] = (
    Operation(
        name="get_images",
        method="GET",
        path="/api/images",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("images:read",),
        page=UP_TO_100,
        filters={
            "id": ANY_EQUALS,
            "updated_at": RANGE,
            "format": ANY_EQUALS,
            "name": ("any", "contains", "ends-with", "equals", "starts-with"),
            "size": RANGE,
            "hidden": ANY_EQUALS,
        },
        sorts=("format", "id", "name", "size", "updated_at"),
        fields=("image",),
    ),
    Operation(
        name="upload_image_from_url",
        method="POST",
        path="/api/images",
        repeat=Repeat.ONCE,
        limit=Limit(3, 100, 100),
        success=(201,),
        scopes=("images:write",),
        body="image",
        required=("attributes.import_from_url",),
    ),
    Operation(
        name="upload_image_from_file",
        method="POST",
        path="/api/image-upload",
        repeat=Repeat.ONCE,
        limit=Limit(3, 100, 100),
        success=(201,),
        scopes=("images:write",),
        form=("file", "name", "hidden"),
        required=("file",),
    ),
    Operation(
        name="get_image",
        method="GET",
        path="/api/images/{id}",
        repeat=Repeat.READ,
        limit=M,
        success=(200,),
        scopes=("images:read",),
        fields=("image",),
    ),
    Operation(
        name="update_image",
        method="PATCH",
        path="/api/images/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=M,
        success=(200,),
        scopes=("images:write",),
        body="image",
        required=("id", "attributes"),
    ),
)
