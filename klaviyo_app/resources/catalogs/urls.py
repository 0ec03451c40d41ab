"""Addresses of catalogs, below /a/<account_id>/. Klaviyo's ids hold the shop's own, which may hold a slash."""

from __future__ import annotations

import base64
import binascii

from django.urls import path, register_converter

from klaviyo_app.resources.catalogs import views


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

urlpatterns = [
    path("catalog/items/", views.items, name="catalog-items"),
    path("catalog/items/new/", views.create, {"kind": "item"}, name="catalog-item-create"),
    path("catalog/items/<catalog_id:thing_id>/", views.item, name="catalog-item"),
    path("catalog/items/<catalog_id:thing_id>/edit/", views.edit, {"kind": "item"}, name="catalog-item-edit"),
    path("catalog/items/<catalog_id:thing_id>/delete/", views.delete, {"kind": "item"}, name="catalog-item-delete"),
    path("catalog/items/<catalog_id:thing_id>/categories/", views.sort_item, name="catalog-item-sort"),
    path("catalog/items/<catalog_id:thing_id>/variants/new/", views.create_variant, name="catalog-variant-create"),
    path("catalog/variants/", views.variants, name="catalog-variants"),
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
    path("catalog/categories/<catalog_id:thing_id>/", views.category, name="catalog-category"),
    path(
        "catalog/categories/<catalog_id:thing_id>/edit/",
        views.edit,
        {"kind": "category"},
        name="catalog-category-edit",
    ),
    path(
        "catalog/categories/<catalog_id:thing_id>/delete/",
        views.delete,
        {"kind": "category"},
        name="catalog-category-delete",
    ),
]
