"""Bulk acts on a frozen selection: what was shown is what is done.

Ticks, or "all that match", become a stored set of ids first; the question and the job act on that set alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_filters import FilterSet

from klaviyo_app.pages.columns import Verb
from klaviyo_app.pages.once import go_on, new_token, once
from klaviyo_app.pages.rows import MirrorRows
from klaviyo_app.pages.showing import show

MOST = 10_000
SAMPLE = 10


def ask_bulk(
    request: HttpRequest,
    *,
    rows: MirrorRows,
    freeze: Callable[[Sequence[str], str], int],
    question_url: Callable[[int], str],
    back: str,
    filters: type[FilterSet] | None = None,
    key: str = "klaviyo_id",
) -> HttpResponse:
    """Freeze the posted ticks (`ids`), or all that match (`all`, with the table's query string as `match`).

    `freeze` stores (ids, sentence) and returns the selection's number; then on to the question about it. `filters`:
    the class that the table was narrowed by.
    """
    if request.POST.get("all"):
        found = _matching(rows, filters, QueryDict(request.POST.get("match", "")))
    else:
        found = rows.queryset.filter(**{f"{key}__in": request.POST.getlist("ids")[:MOST]})
    ids = list(found.order_by("pk").values_list(key, flat=True)[: MOST + 1])
    return ask_about(request, ids=ids, most=MOST, freeze=freeze, question_url=question_url, back=back)


def ask_about(
    request: HttpRequest,
    *,
    ids: Sequence[str],
    most: int,
    freeze: Callable[[Sequence[str], str], int],
    question_url: Callable[[int], str],
    back: str,
) -> HttpResponse:
    """Freeze these ids and go on to the question; `back` with the reason where there are none, or more than `most`."""
    if not ids or len(ids) > most:
        text = _("Tick at least one row first.") if not ids else _("That is more than %(most)s rows.") % {"most": most}
        messages.error(request, text)
        return go_on(request, back)
    sentence = ngettext("%(count)s row", "%(count)s rows", len(ids)) % {"count": len(ids)}
    return go_on(request, question_url(freeze(ids, sentence)))


def _matching(rows: MirrorRows, filters: type[FilterSet] | None, asked: QueryDict) -> QuerySet[Any]:
    """The rows that the table showed, all pages of it."""
    bound = filters(asked, queryset=rows.queryset) if filters else None
    narrowed = replace(rows, queryset=bound.qs) if bound is not None and bound.is_valid() else rows
    return narrowed.narrowed(asked.get("q", "").strip())


def do_bulk(
    request: HttpRequest,
    *,
    verb: Verb,
    names: Sequence[str],
    count: int,
    plan: Callable[[], str],
    context: Mapping[str, Any],
    template: str = "pages/confirm_bulk.html",
) -> HttpResponse:
    """Ask about a frozen selection (GET shows count and a sample), then `plan` the job (POST) and go to its page.

    `context` may have consequences (sentences) and danger (False for what takes nothing away).
    """
    if not count:
        raise Http404
    if request.method == "POST":
        return once(request, plan, fall_back=str(context.get("back", "/")))
    sample = {"names": names[:SAMPLE], "more": max(count - SAMPLE, 0), "count": count, "verb": verb}
    sample |= {"consequences": (), "danger": True}
    return show(request, template, {**sample, "form_token": new_token(), "problem": None, **context})
