"""Addresses of jobs, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.jobs import views

urlpatterns = [
    path("jobs/", views.index, name="jobs"),
    path("jobs/<int:job_id>/", views.show, name="job"),
    path("jobs/<int:job_id>/cancel/", views.cancel, name="job-cancel"),
    path("jobs/<int:job_id>/refused.csv", views.refused, name="job-refused"),
    path("jobs/<int:job_id>/rows.csv", views.every_row, name="job-rows"),
]
