"""Delete what is ticked in a mirrored kind's table: freeze the selection, ask, then plan the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import FilterSet

from dashboard.access import Right
from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs.models import Job, Selection
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.pages import MirrorRows, Verb, ask_bulk, do_bulk

M = TypeVar("M", bound=Mirrored)


def _address(name: str, account: Account, **ids: Any) -> str:
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def delete_verb(account: Account, model: type[Mirrored]) -> Verb:
    """The button above the table; it leads to the URL name "<kind>s-bulk"."""
    return Verb("delete", gettext_lazy("Delete"), Right.EDIT, _address(f"{model.kind}s-bulk", account))


def freeze_ticked(
    request: HttpRequest,
    account: Account,
    *,
    model: type[Mirrored],
    rows: MirrorRows,
    question: str = "",
    filters: type[FilterSet] | None = None,
) -> HttpResponse:
    """Store what is ticked, and go on to the question at the URL name `question`, else "<kind>s-bulk-delete".

    `filters`: the class that the table was narrowed by.
    """

    def freeze(ids: Sequence[str], sentence: str) -> int:
        made = Selection.objects.create(
            account=account,
            made_by=request.user,  # type: ignore[misc]
            kind=model.kind,
            ids=list(ids),
            sentence=sentence,
        )
        return made.pk

    return ask_bulk(
        request,
        rows=rows,
        freeze=freeze,
        question_url=lambda pk: _address(question or f"{model.kind}s-bulk-delete", account, selection_id=pk),
        back=_address(f"{model.kind}s", account),
        filters=filters,
    )


def ask_deletion(
    request: HttpRequest,
    account: Account,
    selection_id: int,
    *,
    model: type[M],
    plan: Callable[..., Job],
    title: str,
    question: Callable[[int], str],
) -> HttpResponse:
    """Ask about a frozen selection of one's own, then `plan` (account, rows, by) the job. `question`: by how many."""
    mine = {"account": account, "made_by_id": request.user.pk, "kind": model.kind}
    selection = get_object_or_404(Selection, pk=selection_id, **mine)
    rows = list(model.objects.filter(account=account, gone_at=None, klaviyo_id__in=selection.ids))
    return do_bulk(
        request,
        verb=delete_verb(account, model),
        names=[row.name for row in rows],
        count=len(rows),
        plan=lambda: _address("job", account, job_id=plan(account, rows=rows, by=request.user).pk),
        context={
            "title": title,
            "question": question(len(rows)),
            "button": _("Delete them"),
            "back": _address(f"{model.kind}s", account),
        },
    )
