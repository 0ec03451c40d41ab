"""Addresses of the mirror, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.mirror import views

urlpatterns = [
    path("mirror/<slug:kind>/", views.freshness, name="mirror-age"),
    path("mirror/<slug:kind>/refresh/", views.refresh, name="mirror-refresh"),
]
