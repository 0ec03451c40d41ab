"""Addresses of profiles, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.profiles import consent_views, import_job_views, import_views, merge_views, views

urlpatterns = [
    path("profiles/", views.index, name="profiles"),
    path("profiles/new/", views.create, name="profile-create"),
    path("profiles/import/", import_views.upload, name="profile-import"),
    path("profiles/import/jobs/", import_job_views.index, name="profile-import-jobs"),
    path("profiles/import/jobs/<str:job_id>/", import_job_views.errors, name="profile-import-job"),
    path("profiles/import/<str:token>/", import_views.columns, name="profile-import-columns"),
    path("profiles/import/<str:token>/look/", import_views.look, name="profile-import-look"),
    path("profiles/import/<str:token>/wrong.csv", import_views.wrong, name="profile-import-wrong"),
    path("profiles/forget/", merge_views.forget, name="profile-forget"),
    path("profiles/<str:profile_id>/", views.profile, name="profile"),
    path("profiles/<str:profile_id>/merge/", merge_views.merge, name="profile-merge"),
    path("profiles/<str:profile_id>/delete/", merge_views.delete, name="profile-delete"),
    path("profiles/<str:profile_id>/groups/", views.groups, name="profile-groups"),
    path("profiles/<str:profile_id>/edit/", views.edit, name="profile-edit"),
    path("profiles/<str:profile_id>/consent/<str:act>/", consent_views.consent, name="profile-consent"),
]
