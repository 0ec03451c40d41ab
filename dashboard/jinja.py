"""The Jinja2 environment of all our pages: autoescape on, a mistyped name raises, translation marks work."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined, pass_context, select_autoescape
from markupsafe import Markup

from dashboard import jinja_filters
from dashboard.access import Right


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address that has this name in urls.py, with its parameters."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: Any) -> Environment:
    """Django's hook for its Jinja2 back end."""
    options.setdefault("undefined", StrictUndefined)
    # Mails are text: "Ben & Co" must not become "Ben &amp; Co". No page is made from a .txt template.
    options["autoescape"] = select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True)
    env = Environment(  # noqa: S701  autoescape is set above
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(url=url, static=staticfiles_storage.url, icon=jinja_filters.icon, Right=Right)
    env.globals.update(current_zone=timezone.get_current_timezone_name)
    env.filters.update(jinja_filters.FILTERS)
    return env


__all__ = ["Markup", "environment", "pass_context", "url"]
