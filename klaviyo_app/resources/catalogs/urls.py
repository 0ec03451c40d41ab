"""Addresses of catalogs, below /a/<account_id>/. Klaviyo's ids hold the shop's own, which may hold a slash."""

from __future__ import annotations

import base64
import binascii

from django.urls import path, register_converter

from klaviyo_app.resources.catalogs import bulk_views, category_views, views


class IdConverter:
    """A Klaviyo id as one word of an address: base64url without its filling."""

    regex = "[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        """The id; ValueError (a 404) where the word is none."""
        try:
            return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError(value) from error

    def to_url(self, value: str) -> str:
        """The word."""
        return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


register_converter(IdConverter, "catalog_id")

CATEGORY = "catalog/categories/<catalog_id:thing_id>/"
ITEMS = {"kind": "item"}
VARIANTS = {"kind": "variant"}
urlpatterns = [
    path("catalog/items/", views.items, name="catalog-items"),
    path("catalog/items/many/<str:act>/", bulk_views.freeze, ITEMS, name="catalog-items-bulk"),
    path("catalog/items/many/<str:act>/<int:selection_id>/", bulk_views.ask, ITEMS, name="catalog-items-bulk-ask"),
    path("catalog/items/new/", views.create, {"kind": "item"}, name="catalog-item-create"),
    path("catalog/items/<catalog_id:thing_id>/", views.item, name="catalog-item"),
    path("catalog/items/<catalog_id:thing_id>/edit/", views.edit, {"kind": "item"}, name="catalog-item-edit"),
    path("catalog/items/<catalog_id:thing_id>/delete/", views.delete, {"kind": "item"}, name="catalog-item-delete"),
    path("catalog/items/<catalog_id:thing_id>/categories/", views.sort_item, name="catalog-item-sort"),
    path("catalog/items/<catalog_id:thing_id>/variants/new/", views.create_variant, name="catalog-variant-create"),
    path("catalog/items/<catalog_id:thing_id>/picture/", views.picture, ITEMS, name="catalog-item-picture"),
    path("catalog/variants/", views.variants, name="catalog-variants"),
    path("catalog/variants/<catalog_id:thing_id>/picture/", views.picture, VARIANTS, name="catalog-variant-picture"),
    path("catalog/variants/many/<str:act>/", bulk_views.freeze, VARIANTS, name="catalog-variants-bulk"),
    path(
        "catalog/variants/many/<str:act>/<int:selection_id>/",
        bulk_views.ask,
        VARIANTS,
        name="catalog-variants-bulk-ask",
    ),
    path("catalog/variants/<catalog_id:thing_id>/", views.variant, name="catalog-variant"),
    path("catalog/variants/<catalog_id:thing_id>/edit/", views.edit, {"kind": "variant"}, name="catalog-variant-edit"),
    path(
        "catalog/variants/<catalog_id:thing_id>/delete/",
        views.delete,
        {"kind": "variant"},
        name="catalog-variant-delete",
    ),
    path("catalog/categories/", views.categories, name="catalog-categories"),
    path("catalog/categories/new/", views.create, {"kind": "category"}, name="catalog-category-create"),
    path(CATEGORY, category_views.category, name="catalog-category"),
    path(f"{CATEGORY}edit/", views.edit, {"kind": "category"}, name="catalog-category-edit"),
    path(f"{CATEGORY}delete/", views.delete, {"kind": "category"}, name="catalog-category-delete"),
    path(f"{CATEGORY}add/", category_views.add, name="catalog-category-add"),
    path(f"{CATEGORY}items/<str:act>/", category_views.freeze, name="catalog-category-items"),
    path(
        f"{CATEGORY}items/<str:act>/<int:selection_id>/",
        category_views.ask,
        name="catalog-category-items-ask",
    ),
]
