"""Addresses of images, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.images import views

urlpatterns = [
    path("images/", views.index, name="images"),
    path("images/new/", views.upload, name="image-upload"),
    path("images/<str:image_id>/", views.image, name="image"),
    path("images/<str:image_id>/edit/", views.edit, name="image-edit"),
    path("images/<str:image_id>/picture/", views.picture, name="image-picture"),
]
