"""Catalog variant operations. Source: Klaviyo's API description, revision 2026-07-15."""

from __future__ import annotations

from klaviyo_app.gateway.catalogue.operation import PAGES_OF_100, XL, L, Operation, PageRule, Repeat

CATALOG_VARIANTS: tuple[Operation, ...] = (
    Operation(
        name="get_catalog_variants",
        method="GET",
        path="/api/catalog-variants",
        repeat=Repeat.READ,
        limit=XL,
        success=(200,),
        scopes=("catalogs:read",),
        page=PAGES_OF_100,
        page_before=("2026-04-15", PageRule(100, 100, fixed=True)),
        filters={
            "ids": ("any",),
            "item.id": ("equals",),
            "sku": ("equals",),
            "title": ("contains",),
            "published": ("equals",),
        },
        sorts=("created",),
        fields=("catalog-variant",),
    ),
    Operation(
        name="create_catalog_variant",
        method="POST",
        path="/api/catalog-variants",
        repeat=Repeat.ONCE,
        limit=L,
        success=(201,),
        scopes=("catalogs:write",),
        body="catalog-variant",
        required=(
            "attributes.external_id",
            "attributes.title",
            "attributes.description",
            "attributes.sku",
            "attributes.inventory_quantity",
            "attributes.price",
            "attributes.url",
            "relationships.item",
        ),
    ),
    Operation(
        name="delete_catalog_variant",
        method="DELETE",
        path="/api/catalog-variants/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=L,
        success=(204,),
        scopes=("catalogs:write",),
    ),
    Operation(
        name="get_catalog_variant",
        method="GET",
        path="/api/catalog-variants/{id}",
        repeat=Repeat.READ,
        limit=XL,
        success=(200,),
        scopes=("catalogs:read",),
        fields=("catalog-variant",),
    ),
    Operation(
        name="update_catalog_variant",
        method="PATCH",
        path="/api/catalog-variants/{id}",
        repeat=Repeat.IDEMPOTENT,
        limit=L,
        success=(200,),
        scopes=("catalogs:write",),
        body="catalog-variant",
        required=("id", "attributes"),
    ),
)
