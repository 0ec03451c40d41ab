"""Addresses below /a/<account_id>/."""

from __future__ import annotations

from django.urls import path

from klaviyo_app.sending import deciding, mail, rules, views

urlpatterns = [
    path("sends/", views.index, name="sends"),
    path("sends/rules/", rules.rules, name="send-rules"),
    path("sends/rules/edit/", rules.edit, name="send-rules-edit"),
    path("sends/rules/installation/", rules.confirm_installation, name="send-installation"),
    path("sends/<int:send_id>/", views.status, name="send-status"),
    path("sends/<int:send_id>/approve/", views.approve, name="send-approve"),
    path("sends/<int:send_id>/cancel/", views.cancel, name="send-cancel"),
    path("sends/<int:send_id>/take-back/", views.take_back, name="send-take-back"),
    path("sends/<int:send_id>/decide/", deciding.decide, name="send-decide"),
    path("campaigns/<str:campaign_id>/send/", views.ask, name="send"),
    path("campaigns/<str:campaign_id>/send/panel/", views.panel, name="send-panel"),
    path("campaigns/<str:campaign_id>/send/mail/", mail.mail, name="send-mail"),
    path("campaigns/<str:campaign_id>/send/mail/images/", mail.mail_with_images, name="send-mail-images"),
]
