"""Tag what is ticked in a table: freeze the selection, ask which tag, then do it by a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_filters import FilterSet

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.jobs.models import Selection
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.pages import MirrorRows, editing
from klaviyo_app.pages.selecting import SAMPLE
from klaviyo_app.resources.bulk_deleting import freeze_ticked
from klaviyo_app.resources.campaigns.filters import CampaignFilter
from klaviyo_app.resources.flows.filters import FlowFilter
from klaviyo_app.resources.tags import many, services
from klaviyo_app.resources.tags.forms import ManyForm
from klaviyo_app.resources.tags.views import address

# Kind -> what its table is narrowed by, beside the search.
FILTERS: Mapping[str, type[FilterSet]] = {"campaign": CampaignFilter, "flow": FlowFilter}


@require_POST
@account_page
def freeze(request: HttpRequest, account: Account, kind: str) -> HttpResponse:
    """Freeze what is ticked, then ask."""
    if kind not in services.TAGGABLE:
        raise Http404
    model: Any = mirrored()[kind]
    rows = MirrorRows(model.objects.filter(account=account, gone_at=None), values=("klaviyo_id",))
    filters = FILTERS.get(kind)
    return freeze_ticked(request, account, model=model, rows=rows, question="tags-many-ask", filters=filters)


@account_page
def ask(request: HttpRequest, account: Account, selection_id: int) -> HttpResponse:
    """Ask which tag goes on, or off, the frozen selection of one's own; then plan the job."""
    mine = {"account": account, "made_by_id": request.user.pk, "kind__in": list(services.TAGGABLE)}
    selection = get_object_or_404(Selection, pk=selection_id, **mine)
    model: Any = mirrored()[selection.kind]
    rows = list(model.objects.filter(account=account, gone_at=None, klaviyo_id__in=selection.ids).order_by("name_key"))
    if not rows:
        raise Http404
    client = client_for(account)
    form = ManyForm(request.POST or None, tags=services.tags(client), groups=services.groups(client))
    count = len(rows)
    context = {
        "title": many.title(selection.kind, count),
        "lead": _in_words([row.name for row in rows]),
        "button": _("Do it"),
        "back": address(f"{selection.kind}s", account),
    }
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: many.plan(
            account,
            rows=rows,
            tag=form.tag,
            put_on=form.cleaned_data["act"] == "add",
            by=request.user,  # type: ignore[arg-type]
        ),
        done=lambda job: address("job", account, job_id=job.pk),
        said="",
        context=context,
    )


def _in_words(names: list[str]) -> str:
    more = len(names) - SAMPLE
    shown = " · ".join(names[:SAMPLE])
    if more <= 0:
        return shown
    return _("%(names)s · and %(num)s more") % {"names": shown, "num": more}
