"""Addresses of connecting: below /t/<slug>/ for a team, below /a/<account_id>/ for an account."""

from django.urls import path

from klaviyo_app.connecting import account_views, key_views, limit_views, views

TEAM, ACCOUNT = "t/<slug:slug>/", "a/<int:account_id>/"
ATTEMPT = f"{TEAM}connect/<int:attempt_id>/"
urlpatterns = [
    path(f"{TEAM}connect/", views.connect, name="connect"),
    path(f"{TEAM}connect/latest/", views.latest, name="connect-latest"),
    path(f"{TEAM}connect/adopt/", views.adopt, name="connect-adopt"),
    path(ATTEMPT, views.attempt_page, name="connect-attempt"),
    path(f"{ATTEMPT}open/", views.open_link, name="connect-open"),
    path(f"{ATTEMPT}link/", views.copy_link, name="connect-link"),
    path(f"{ATTEMPT}look/", views.look, name="connect-look"),
    path(f"{ATTEMPT}confirm/", views.confirm, name="connect-confirm"),
    path(f"{ATTEMPT}cancel/", views.cancel, name="connect-cancel"),
    path(f"{TEAM}key/", key_views.edit, name="maton-key"),
    path(f"{TEAM}key/remove/", key_views.remove, name="maton-key-remove"),
    path(ACCOUNT, account_views.overview, name="account"),
    path(f"{ACCOUNT}limits/", limit_views.limits, name="account-limits"),
    path(f"{ACCOUNT}calls.json", account_views.calls, name="account-calls"),
    path(f"{ACCOUNT}reconnect/", views.reconnect, name="account-reconnect"),
    path(f"{ACCOUNT}disconnect/", views.disconnect, name="account-disconnect"),
]
