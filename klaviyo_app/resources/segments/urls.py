"""Addresses of segments, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.segments import edit_views, views

SEGMENT = "segments/<str:klaviyo_id>/"
urlpatterns = [
    path("segments/", views.index, name="segments"),
    path("segments/new/", edit_views.create, name="segment-create"),
    path("segments/words/", edit_views.words, name="segment-words"),
    path("segments/bulk/", views.bulk, name="segments-bulk"),
    path("segments/bulk/<int:selection_id>/delete/", views.bulk_delete, name="segments-bulk-delete"),
    path(SEGMENT, views.show, name="segment"),
    path(f"{SEGMENT}state/", views.state, name="segment-state"),
    path(f"{SEGMENT}count/", views.count, name="segment-count"),
    path(f"{SEGMENT}people/", views.people, name="segment-people"),
    path(f"{SEGMENT}star/", views.star, name="segment-star"),
    path(f"{SEGMENT}edit/", edit_views.edit, name="segment-edit"),
    path(f"{SEGMENT}delete/", views.delete, name="segment-delete"),
]
