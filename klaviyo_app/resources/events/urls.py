"""Addresses of events, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.events import file_views, views

urlpatterns = [
    path("events/", views.index, name="events"),
    path("events/new/", views.create, name="event-create"),
    path("events/file/", file_views.upload, name="event-file"),
    path("events/file/<str:token>/", file_views.columns, name="event-file-columns"),
    path("events/file/<str:token>/look/", file_views.look, name="event-file-look"),
    path("events/file/<str:token>/wrong.csv", file_views.wrong, name="event-file-wrong"),
    path("events/<str:event_id>/", views.event, name="event"),
    path("profiles/<str:profile_id>/events/", views.of_profile, name="profile-events"),
]
