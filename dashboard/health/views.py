"""/health/live and /health/ready, for whatever watches the processes. Words only: no versions, names or times."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.health import checks


@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is touched."""
    return JsonResponse({"status": "alive"})


@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """503 where pages cannot be served; "degraded" where they can but something behind them is silent."""
    serves, found = checks.ready(timezone.now())
    status = "ready" if all(word == "ok" for word in found.values()) else "degraded"
    return JsonResponse({"status": status if serves else "not ready", "checks": found}, status=200 if serves else 503)
