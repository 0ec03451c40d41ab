"""Addresses of lists, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.lists import people_views, views

LIST = "lists/<str:klaviyo_id>/"
urlpatterns = [
    path("lists/", views.index, name="lists"),
    path("lists/new/", views.create, name="list-create"),
    path("lists/bulk/", views.bulk, name="lists-bulk"),
    path("lists/bulk/<int:selection_id>/delete/", views.bulk_delete, name="lists-bulk-delete"),
    path(LIST, views.detail_page, name="list"),
    path(f"{LIST}count/", views.count, name="list-count"),
    path(f"{LIST}edit/", views.edit, name="list-edit"),
    path(f"{LIST}delete/", views.delete, name="list-delete"),
    path(f"{LIST}people/", people_views.index, name="list-people"),
    path(f"{LIST}people/add/", people_views.add, name="list-people-add"),
    path(f"{LIST}people/remove/", people_views.remove, name="list-people-remove"),
]
