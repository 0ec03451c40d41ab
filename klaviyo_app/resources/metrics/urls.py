"""Addresses of metrics, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.metrics import views

urlpatterns = [
    path("metrics/", views.index, name="metrics"),
    path("metrics/<str:klaviyo_id>/", views.metric, name="metric"),
    path("metrics/<str:klaviyo_id>/numbers/", views.numbers, name="metric-numbers"),
    path("metrics/<str:klaviyo_id>/numbers.csv", views.as_file, name="metric-file"),
    path("metrics/<str:klaviyo_id>/uses/", views.used_by, name="metric-uses"),
]
