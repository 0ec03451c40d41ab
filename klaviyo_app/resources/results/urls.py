"""Addresses of results, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.results import growth_views, views

urlpatterns = [
    path("results/", views.index, name="results"),
    path("results/read/", views.refresh, name="results-read"),
    path("segments/<str:klaviyo_id>/growth/", growth_views.of_segment, name="segment-growth"),
    path("campaigns/<str:klaviyo_id>/results/", views.of_campaign, name="campaign-results"),
]
