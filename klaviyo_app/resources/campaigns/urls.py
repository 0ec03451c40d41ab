"""Addresses of campaigns, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.campaigns import parts, views

CAMPAIGN = "campaigns/<str:klaviyo_id>/"
urlpatterns = [
    path("campaigns/", views.index, name="campaigns"),
    path("campaigns/new/", views.create, name="campaign-create"),
    path(CAMPAIGN, views.show, name="campaign"),
    path(f"{CAMPAIGN}edit/", views.edit, name="campaign-edit"),
    path(f"{CAMPAIGN}clone/", views.clone, name="campaign-clone"),
    path(f"{CAMPAIGN}delete/", views.delete, name="campaign-delete"),
    path(f"{CAMPAIGN}estimate/", parts.estimate, name="campaign-estimate"),
    path(f"{CAMPAIGN}count/", parts.count, name="campaign-count"),
    path(f"{CAMPAIGN}preview/", parts.preview, name="campaign-preview"),
]
