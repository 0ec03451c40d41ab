"""Log-in, the person's settings, teams, invitations. Of allauth only the pages that are named here exist."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path, re_path

from dashboard.teams import person, trail, views

urlpatterns = [
    path("", person.home, name="home"),
    path("setup/", person.setup, name="setup"),
    path("me/", person.me, name="me"),
    path("invitation/<str:token>/", person.invitation, name="invitation"),
    path("login/", person.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("t/<slug:slug>/", views.team, name="team"),
    path("t/<slug:slug>/edit/", views.edit, name="team-edit"),
    path("t/<slug:slug>/switch/", views.switch, name="team-switch"),
    path("t/<slug:slug>/leave/", views.leave, name="team-leave"),
    path("t/<slug:slug>/members/", views.members, name="members"),
    path("t/<slug:slug>/members/<int:member_id>/role/", views.role, name="member-role"),
    path("t/<slug:slug>/members/<int:member_id>/remove/", views.remove, name="member-remove"),
    path("t/<slug:slug>/invitations/", views.invite, name="invitation-create"),
    path("t/<slug:slug>/invitations/<int:invitation_id>/revoke/", views.revoke, name="invitation-revoke"),
    path("t/<slug:slug>/audit/", trail.index, name="audit"),
]
