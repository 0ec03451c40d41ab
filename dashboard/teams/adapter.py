"""How allauth behaves here."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from dashboard.audit import record
from dashboard.teams.models import Member

log = structlog.get_logger("login")


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up by himself: people come by invitation, the first one by the set-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed; dashboard.teams makes users."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail: from SITE_URL, never from the request's host, which its sender chooses."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As allauth does, but a mail server that is down is not the visitor's business (nor his oracle)."""
        try:
            super().send_mail(template_prefix, email, {**context, "site_url": settings.SITE_URL})
        except OSError as error:
            log.warning("mail not sent", kind=template_prefix.rpartition("/")[2], error=type(error).__name__)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where the change began."""
        return reverse("me")

    def set_password(self, user: Any, password: str) -> None:
        """As allauth does, for a change and for a reset; the admins of the person's teams can read that it happened."""
        super().set_password(user, password)
        for member in Member.objects.filter(user=user).select_related("team"):
            record(team=member.team, actor=user, action="person.password_changed", target=user.email)

    def is_safe_url(self, url: str | None) -> bool:
        """Own paths only: no scheme, no host, nothing that a browser would read as one."""
        if not url or not url.startswith("/") or any(sign in url for sign in "\\\t\r\n\0"):
            return False
        parts = urlsplit(url)
        return not url.startswith("//") and not parts.scheme and not parts.netloc and super().is_safe_url(url)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A line for whoever watches; the address is a person's and stays out of it."""
        log.warning("log-in failed")
