"""Many things of a catalog at once: freeze what is ticked or found, ask, plan the job.

Nothing of a catalog is mirrored: ticks are Klaviyo's ids, and "all found" is read from Klaviyo, up to MOST. What the
question shows and the job does are the frozen ids alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.jobs.models import Job, Selection
from klaviyo_app.pages import ask_about, do_bulk
from klaviyo_app.resources.catalogs import acts, bulk, finding
from klaviyo_app.resources.catalogs.views import LISTS, address

MOST = 1000  # ten pages to be read before the question is asked
LONGEST_ID = 400


def freeze_found(
    request: HttpRequest,
    account: Account,
    kind: str,
    *,
    found: Callable[[QueryDict], list[str]],
    question_url: Callable[[int], str],
    table_url: str,
) -> HttpResponse:
    """Store the posted ticks, or all that `found` reads for the table's own address (`all`, `match`); then ask."""
    match = QueryDict(request.POST.get("match", ""))
    posted = [one for one in request.POST.getlist("ids") if one.isprintable() and len(one) <= LONGEST_ID]
    ids = found(match) if request.POST.get("all") else list(dict.fromkeys(posted))

    def freeze(chosen: Sequence[str], sentence: str) -> int:
        made = Selection.objects.create(
            account=account,
            made_by=request.user,  # type: ignore[misc]
            kind=f"catalog-{kind}",
            ids=list(chosen),
            sentence=sentence,
        )
        return made.pk

    back = f"{table_url}?{match.urlencode()}" if match else table_url
    return ask_about(request, ids=ids, most=MOST, freeze=freeze, question_url=question_url, back=back)


def ask_frozen(
    request: HttpRequest,
    account: Account,
    selection_id: int,
    *,
    kind: str,
    act: str,
    plan: Callable[[list[dict[str, Any]]], Job],
    back: str,
    category: str = "",
) -> HttpResponse:
    """Ask about a frozen selection of one's own, those of it that Klaviyo still has; then `plan` the job."""
    mine = {"account": account, "made_by_id": request.user.pk, "kind": f"catalog-{kind}"}
    selection = get_object_or_404(Selection, pk=selection_id, **mine)
    things = list(finding.some(client_for(account), kind, selection.ids).values())
    title = acts.title(kind, act, len(things), category)
    gone = len(selection.ids) - len(things)
    missing = ngettext("%(count)s more is gone already.", "%(count)s more are gone already.", gone) % {"count": gone}
    return do_bulk(
        request,
        verb=acts.verb_of(act, request.path),
        names=[bulk.label(one) for one in things],
        count=len(things),
        plan=lambda: address("job", account, job_id=plan(things).pk),
        context={
            "title": title,
            "question": _("%(act)s?") % {"act": title},
            "consequences": [*acts.consequences(kind, act), *([missing] if gone else [])],
            "danger": act == "delete",
            "button": acts.LABELS[act][0],
            "back": back,
        },
    )


@require_POST
@account_page
def freeze(request: HttpRequest, account: Account, kind: str, act: str) -> HttpResponse:
    """Freeze items or variants that are ticked or found, to be published, hidden or deleted."""
    if act not in acts.ACTS:
        raise Http404

    def found(match: QueryDict) -> list[str]:
        return finding.all_ids(client_for(account), kind, finding.query_of(kind, match), most=MOST)

    name = LISTS[kind]
    return freeze_found(
        request,
        account,
        kind,
        found=found,
        question_url=lambda pk: address(f"{name}-bulk-ask", account, act=act, selection_id=pk),
        table_url=address(name, account),
    )


@account_page
def ask(request: HttpRequest, account: Account, kind: str, act: str, selection_id: int) -> HttpResponse:
    """The question about them, and the job."""
    if act not in acts.ACTS:
        raise Http404

    def plan(things: list[dict[str, Any]]) -> Job:
        return bulk.plan(account, kind=kind, act=act, things=things, by=request.user)  # type: ignore[arg-type]

    back = address(LISTS[kind], account)
    return ask_frozen(request, account, selection_id, kind=kind, act=act, plan=plan, back=back)
