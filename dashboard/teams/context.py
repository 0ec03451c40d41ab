"""What every page's frame needs to know."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def membership(request: HttpRequest) -> dict[str, Any]:
    """`member`: the person's membership in the page's team, `account`: the page's account (None: neither)."""
    return {"member": getattr(request, "member", None), "account": getattr(request, "account", None)}
