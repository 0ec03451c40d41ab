"""The editor of segments: the definition as JSON, its words beside it, and small forms that add to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import Invalid
from klaviyo_app.pages import editing
from klaviyo_app.pages import show as draw
from klaviyo_app.pages.once import new_token
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.segments import definitions, services
from klaviyo_app.resources.segments.forms import LARGEST, ConditionForm, SegmentForm, condition_forms
from klaviyo_app.resources.segments.models import Segment
from klaviyo_app.resources.segments.names import choices_of, names_of
from klaviyo_app.resources.segments.views import acting, address, row_of
from klaviyo_app.resources.segments.words import in_words


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new segment."""
    return _editor(
        request,
        account,
        initial={},
        save=lambda values: services.create_segment(account, **acting(request, account), **values),
        context={"title": _("New segment"), "button": _("Make the segment"), "back": address("segments", account)},
    )


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Edit name, star and definition."""
    row = row_of(account, klaviyo_id)
    seen = request.POST.get("seen", "")
    return _editor(
        request,
        account,
        initial=_values(row.attributes),
        save=lambda values: services.edit_segment(row, **acting(request, account), seen=seen, **values),
        context={
            "title": _("Edit %(name)s") % {"name": row.name},
            "button": _("Save"),
            "back": address("segment", account, klaviyo_id=klaviyo_id),
            "seen": seen or row.fingerprint,
        },
    )


@require_POST
@account_page
def words(request: HttpRequest, account: Account) -> HttpResponse:
    """What the definition in the editor says, or its mistakes."""
    return draw(request, "segments/words.html", {"said": _said(account, request.POST.get("definition", ""))})


def _values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values of Klaviyo's attributes."""
    return {
        "name": attributes.get("name") or "",
        "definition": definitions.written(attributes.get("definition")),
        "is_starred": bool(attributes.get("is_starred")),
    }


def _said(account: Account, text: str) -> dict[str, Any]:
    """A text in words: groups of sentences, or mistakes; neither for an empty one."""
    if not text.strip():
        return {"groups": [], "mistakes": []}
    try:
        return {"groups": in_words(definitions.read(text[:LARGEST]), names_of(account)), "mistakes": []}
    except ValidationError as error:
        return {"groups": [], "mistakes": error.messages}


def _editor(
    request: HttpRequest,
    account: Account,
    *,
    initial: dict[str, Any],
    save: Callable[[dict[str, Any]], Segment],
    context: dict[str, Any],
) -> HttpResponse:
    """The page: save, or add a condition to what is typed (nothing is saved then)."""
    typed = request.POST.get("definition", initial.get("definition", ""))
    asked = request.POST.get("add", "")
    lists, metrics = choices_of(KlaviyoList, account), choices_of(Metric, account)
    small = condition_forms(request.POST, asked, metrics=metrics, lists=lists)
    context |= {"small": small, "asked": asked, "said": _said(account, typed)}
    context["group_count"] = len(context["said"]["groups"])
    if asked in small:
        return _added(request, account, small[asked], context)
    form = SegmentForm(request.POST or None, initial=initial)

    def located() -> Segment:
        try:
            return save(form.values())
        except Invalid as error:
            raise definitions.located(error, typed) from error

    return editing(
        request,
        template="segments/edit.html",
        form=form,
        save=located,
        done=lambda row: address("segment", account, klaviyo_id=row.klaviyo_id),
        shown_of=lambda live: _values(live["attributes"]),
        context=context,
    )


def _added(request: HttpRequest, account: Account, small: ConditionForm, context: dict[str, Any]) -> HttpResponse:
    """The editor with one condition more; with the small form's mistakes where it has some."""
    text = request.POST.get("definition", "")
    added = False
    if small.is_valid() and not context["said"]["mistakes"]:
        where = request.POST.get("where", "")
        known = definitions.read(text) if text.strip() else None
        group = int(where[:4]) if where[:4].isdecimal() else None
        text = definitions.written(definitions.with_condition(known, small.condition(), group=group))
        context["said"] = _said(account, text)
        context["group_count"] = len(context["said"]["groups"])
        added = True
    typed = {"name": request.POST.get("name", ""), "is_starred": bool(request.POST.get("is_starred"))}
    context |= {"form": SegmentForm(initial={**typed, "definition": text}), "form_token": new_token()}
    context |= {"problem": None, "changed": None, "refused": not added}
    return draw(request, "segments/edit.html", context, status=200 if added else 422)
