"""Addresses of flows, below /a/<account_id>/."""

from django.urls import path

from klaviyo_app.resources.flows import views

urlpatterns = [
    path("flows/", views.index, name="flows"),
    path("flows/new/", views.create, name="flow-create"),
    path("flows/messages/<str:message_id>/", views.message, name="flow-message"),
    path("flows/<str:klaviyo_id>/", views.flow, name="flow"),
    path("flows/<str:klaviyo_id>/steps/", views.steps, name="flow-steps"),
    path("flows/<str:klaviyo_id>/actions/<str:action_id>/", views.messages, name="flow-action-messages"),
    path("flows/<str:klaviyo_id>/mails/<str:message_id>/", views.mail_page, name="flow-mail"),
    path("flows/<str:klaviyo_id>/set/<str:status>/", views.switch, name="flow-switch"),
    path("flows/<str:klaviyo_id>/copy/", views.copy, name="flow-copy"),
    path("flows/<str:klaviyo_id>/delete/", views.delete, name="flow-delete"),
]
