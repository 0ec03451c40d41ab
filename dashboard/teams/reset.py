"""The form of a forgotten password. allauth names it by a string, and imports it late."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest


class ForgottenPassword(ResetPasswordForm):
    """As allauth's; a stranger's address gets a mail too, so that neither page nor time tells who is known here."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send one mail, whoever it is. allauth's own mail to strangers links to a sign-up that is not here."""
        if self.users:
            return str(super().save(request, **kwargs))
        email = str(self.cleaned_data["email"])
        get_adapter(request).send_mail("account/email/unknown_account", email, {})
        return email
