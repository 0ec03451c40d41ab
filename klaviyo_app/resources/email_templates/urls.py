"""Addresses of templates, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.email_templates import previews, views

urlpatterns = [
    path("templates/", views.index, name="templates"),
    path("templates/new/", views.create, name="template-create"),
    path("templates/draft/", previews.drafted, name="template-draft"),
    path("templates/<str:klaviyo_id>/", views.show, name="template"),
    path("templates/<str:klaviyo_id>/edit/", views.edit, name="template-edit"),
    path("templates/<str:klaviyo_id>/copy/", views.clone, name="template-clone"),
    path("templates/<str:klaviyo_id>/delete/", views.delete, name="template-delete"),
    path("templates/<str:klaviyo_id>/rendered/", previews.rendered, name="template-rendered"),
]
