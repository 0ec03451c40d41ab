"""Addresses of tags, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.tags import many_views, tagging_views, views

urlpatterns = [
    path("tags/", views.index, name="tags"),
    path("tags/new/", views.create, name="tag-create"),
    path("tags/groups/new/", views.group_create, name="tag-group-create"),
    path("tags/groups/<str:group_id>/edit/", views.group_rename, name="tag-group-edit"),
    path("tags/groups/<str:group_id>/delete/", views.group_delete, name="tag-group-delete"),
    path("tags/many/<int:selection_id>/", many_views.ask, name="tags-many-ask"),
    path("tags/many/<str:kind>/", many_views.freeze, name="tags-many"),
    path("tags/of/<str:kind>/<str:thing_id>/", tagging_views.tags_of, name="tags-of"),
    path("tags/of/<str:kind>/<str:thing_id>/change/", tagging_views.change, name="tags-of-change"),
    path("tags/<str:tag_id>/edit/", views.rename, name="tag-edit"),
    path("tags/<str:tag_id>/delete/", views.delete, name="tag-delete"),
]
