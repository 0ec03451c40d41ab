"""An account's overview: its connection, what it may do, how much of it we have, its last calls."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.calls import KEPT
from klaviyo_app.accounts.models import Account, CallRecord, Health
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.connecting.views import newest
from klaviyo_app.mirror.models import Sync
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.pages import show
from klaviyo_app.pages.once import new_token

HEALTH = {
    Health.WORKING: ("good", "plug-connected"),
    Health.SLOW: ("warning", "hourglass"),
    Health.RIGHTS_MISSING: ("warning", "lock"),
    Health.GATEWAY_TROUBLE: ("bad", "cloud-off"),
    Health.NEEDS_RECONNECTING: ("bad", "plug-connected-x"),
    Health.DISCONNECTED: ("bad", "plug-connected-x"),
}
CALLS_SHOWN = 20
SPEAKERS = {
    "klaviyo": "Klaviyo",
    "maton": "Maton",
    "neither": gettext_lazy("neither of the two"),
    "us": gettext_lazy("nobody: it did not leave, or no answer came"),
}
FAMILIES = {
    "lists": gettext_lazy("lists"),
    "segments": gettext_lazy("segments"),
    "profiles": gettext_lazy("profiles"),
    "campaigns": gettext_lazy("campaigns"),
    "templates": gettext_lazy("templates"),
    "coupons": gettext_lazy("coupons"),
    "metrics": gettext_lazy("metrics"),
    "flows": gettext_lazy("flows"),
    "tags": gettext_lazy("tags"),
}


@require_GET
@account_page
def overview(request: HttpRequest, account: Account) -> HttpResponse:
    """What the account is, how its connection is, and how much of it we have."""
    every = request.GET.get("calls") == "all"
    tone, sign = HEALTH[Health(account.health)]
    context = {
        "health": {"label": Health(account.health).label, "tone": tone, "icon": sign},
        "health_words": (account.health_detail or {}).get("words", ""),
        "kinds": kinds(account),
        "rights": [
            {"name": FAMILIES.get(family, family), **one} for family, one in sorted((account.rights or {}).items())
        ],
        "calls": CallRecord.objects.filter(account=account).order_by("-pk")[: KEPT if every else CALLS_SHOWN],
        "every": every,
        "speakers": SPEAKERS,
        "revision": settings.KLAVIYO_REVISION,
        "form_token": new_token(),
        "newest": newest(request.member),  # type: ignore[attr-defined]
    }
    return show(request, "accounts/overview.html", context)


def kinds(account: Account) -> list[dict[str, Any]]:
    """Each mirrored kind: how many, as of when."""
    labels = {
        "list": _("Lists"),
        "segment": _("Segments"),
        "campaign": _("Campaigns"),
        "flow": _("Flows"),
        "template": _("Templates"),
        "coupon": _("Coupons"),
    }
    syncs = {one.kind: one for one in Sync.objects.filter(account=account)}
    models = mirrored()
    return [
        {
            "label": label,
            "count": models[kind].objects.filter(account=account, gone_at=None).aggregate(count=Count("pk"))["count"],
            "url_name": f"{kind}s",
            "sync": syncs.get(kind),
            "reading": kind in syncs and syncs[kind].finished_at is None and not syncs[kind].error,
        }
        for kind, label in labels.items()
    ]


@require_GET
@account_page
def calls(_request: HttpRequest, account: Account) -> HttpResponse:
    """The last calls as JSON, for support: what was called, when, who answered, request ids. Nothing of anybody."""
    rows = CallRecord.objects.filter(account=account).order_by("-pk")[:KEPT]
    shown = [
        {
            "at": row.at.isoformat(),
            "operation": row.operation,
            "status": row.status,
            "error": row.error,
            "speaker": row.speaker,
            "request_id": row.request_id,
            "ms": row.ms,
        }
        for row in rows
    ]
    answer = JsonResponse({"account": account.klaviyo_id, "at": timezone.now().isoformat(), "calls": shown})
    answer["Content-Disposition"] = f'attachment; filename="calls-{account.klaviyo_id}.json"'
    return answer
