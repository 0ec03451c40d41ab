"""Addresses of webhooks, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.webhooks import views

urlpatterns = [
    path("webhooks/", views.index, name="webhooks"),
    path("webhooks/new/", views.create, name="webhook-create"),
    path("webhooks/own/", views.create_own, name="webhook-own"),
    path("webhooks/<str:webhook_id>/", views.webhook, name="webhook"),
    path("webhooks/<str:webhook_id>/edit/", views.edit, name="webhook-edit"),
    path("webhooks/<str:webhook_id>/switch/", views.switch, name="webhook-switch"),
    path("webhooks/<str:webhook_id>/delete/", views.delete, name="webhook-delete"),
    path("webhooks/<str:webhook_id>/test/", views.test, name="webhook-test"),
]
