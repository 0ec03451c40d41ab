"""Addresses of coupons, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.coupons import code_views, views

COUPON = "coupons/<str:klaviyo_id>/"
# A code that was made elsewhere may have a slash.
urlpatterns = [
    path("coupons/", views.index, name="coupons"),
    path("coupons/new/", views.create, name="coupon-create"),
    path(COUPON, views.show, name="coupon"),
    path(f"{COUPON}edit/", views.edit, name="coupon-edit"),
    path(f"{COUPON}delete/", views.delete, name="coupon-delete"),
    path(f"{COUPON}codes/", code_views.index, name="coupon-codes"),
    path(f"{COUPON}codes/new/", code_views.create, name="coupon-code-create"),
    path(f"{COUPON}codes/make/", code_views.generate, name="coupon-codes-make"),
    path(f"{COUPON}codes/<path:code_id>/edit/", code_views.edit, name="coupon-code-edit"),
    path(f"{COUPON}codes/<path:code_id>/delete/", code_views.delete, name="coupon-code-delete"),
]
