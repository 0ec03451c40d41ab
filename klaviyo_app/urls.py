"""Addresses of everything that knows Klaviyo: /t/<slug>/... of a team, /a/<account_id>/... of an account."""

from __future__ import annotations

from django.urls import include, path

from klaviyo_app.resources.webhooks.views import receive

ACCOUNT = "a/<int:account_id>/"
urlpatterns = [
    path("", include("klaviyo_app.connecting.urls")),
    path(ACCOUNT, include("klaviyo_app.mirror.urls")),
    path(ACCOUNT, include("klaviyo_app.jobs.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.lists.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.segments.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.campaigns.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.flows.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.email_templates.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.coupons.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.profiles.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.tags.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.webhooks.urls")),
    path("hooks/klaviyo/<str:token>/", receive, name="webhook-receive"),
    path(ACCOUNT, include("klaviyo_app.resources.catalogs.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.events.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.images.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.metrics.urls")),
    path(ACCOUNT, include("klaviyo_app.resources.results.urls")),
    path(ACCOUNT, include("klaviyo_app.sending.urls")),
]
