"""Pages of catalogs: tables of items, variants and categories; each one; make, change, delete, sort into categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages import Column, Table, confirming, deleted, detail, editing
from klaviyo_app.pages.live import live_listing
from klaviyo_app.pages.picture import framed
from klaviyo_app.pages.picture import picture as show_picture
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.catalogs import acts, finding, services
from klaviyo_app.resources.catalogs.forms import FORMS, CategoriesForm, initial_of
from klaviyo_app.resources.catalogs.services import title_of

ON = Pill(gettext_lazy("Published"), "good", "circle-check")
OFF = Pill(gettext_lazy("Hidden"), "neutral", "eye-off")
MADE = Column("created", gettext_lazy("Made"), cell="when", sort="created", narrow=True)
ITEMS = (
    Column("title", gettext_lazy("Title")),
    Column("external_id", gettext_lazy("External id"), narrow=True),
    Column("published", gettext_lazy("State"), cell="status"),
    Column("price", gettext_lazy("Price"), cell="money", align="end"),
    MADE,
    Column("updated", gettext_lazy("Changed"), cell="when", narrow=True),
)
VARIANTS = (
    Column("title", gettext_lazy("Title")),
    Column("sku", gettext_lazy("SKU")),
    Column("published", gettext_lazy("State"), cell="status", narrow=True),
    Column("price", gettext_lazy("Price"), cell="money", align="end"),
    Column("stock", gettext_lazy("In stock"), cell="number", align="end"),
    MADE,
)
CATEGORIES = (
    Column("title", gettext_lazy("Name")),
    Column("external_id", gettext_lazy("External id")),
    Column("updated", gettext_lazy("Changed"), cell="when", narrow=True),
)
LISTS = {"item": "catalog-items", "variant": "catalog-variants", "category": "catalog-categories"}


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of the catalog."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def row_of(account: Account, kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
    """A thing as a table row."""
    attributes = thing["attributes"]
    return {
        "klaviyo_id": thing["id"],
        "name": title_of(thing),
        "url": address(f"catalog-{kind}", account, thing_id=thing["id"]),
        "title": title_of(thing),
        "external_id": attributes.get("external_id"),
        "published": ON if attributes.get("published") else OFF,
        "price": attributes.get("price"),
        "sku": attributes.get("sku"),
        "stock": attributes.get("inventory_quantity"),
        "created": moment(attributes.get("created")),
        "updated": moment(attributes.get("updated")),
    }


def items_table(*more: Column) -> Table:
    """The table of items, here and in a category."""
    return Table((*ITEMS, *more), finding.NEWEST, row_url=lambda row: str(row["url"]))


def asked_of(request: HttpRequest, kind: str) -> dict[str, Any]:
    """What the form above a table shows: what was looked for."""
    wanted = ("id", "published", "category", "sku")
    return {
        "kind": kind,
        "asked": {name: request.GET.get(name, "") for name in wanted},
        "narrowed": bool(finding.filters_of(kind, request.GET)),
    }


def _listed(
    request: HttpRequest, account: Account, kind: str, table: Table, *, sort: str | None = None, **context: Any
) -> HttpResponse:
    """`sort`: where no column of the table can be sorted by."""
    many = () if kind == "category" else acts.ACTS
    return live_listing(
        request,
        account,
        template="catalogs/index.html",
        operation=finding.LISTS[kind],
        query=replace(finding.query_of(kind, request.GET), sort=sort),
        row_of=lambda one: row_of(account, kind, one),
        table=table,
        verbs=tuple(acts.verb_of(act, address(f"{LISTS[kind]}-bulk", account, act=act)) for act in many),
        context={**asked_of(request, kind), **context},
    )


@require_GET
@account_page
def items(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest items; ?q= part of the title, ?id= external ids, ?published= yes or no, ?category= one category's."""
    return _listed(request, account, "item", items_table())


@require_GET
@account_page
def variants(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest variants; ?q= part of the title, ?id= external ids, ?sku= the whole number, ?published= yes or no."""
    table = Table(VARIANTS, finding.NEWEST, row_url=lambda row: str(row["url"]))
    return _listed(request, account, "variant", table)


@require_GET
@account_page
def categories(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest categories; ?q= part of the name, ?id= external ids, ?sort=created the oldest first."""
    table = Table(CATEGORIES, "title", row_url=lambda row: str(row["url"]))  # no column says when it was made
    oldest = request.GET.get("sort") == finding.OLDEST
    sort = finding.OLDEST if oldest else finding.NEWEST
    return _listed(request, account, "category", table, sort=sort, oldest=oldest)


@require_GET
@account_page
def item(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """One item with its variants and categories."""
    client = client_for(account)
    found = client.call("get_catalog_item", path={"id": thing_id}, query=Query(include=("variants",)))
    context = _about(account, "item", found.data)
    inside = [one for one in found.included if one["type"] == "catalog-variant"]
    context["variants"] = [row_of(account, "variant", one) for one in inside]
    context["categories"] = services.categories_of(client, thing_id)
    return detail(request, template="catalogs/detail.html", context=context)


@require_GET
@account_page
def variant(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """One variant. Klaviyo does not tell from here which item it is of."""
    found = services.read(client_for(account), "variant", thing_id)
    return detail(request, template="catalogs/detail.html", context=_about(account, "variant", found))


@framed
@require_GET
@account_page
def picture(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    """The picture of an item or a variant alone."""

    def find() -> tuple[str, str]:
        found = services.read(client_for(account), kind, thing_id)
        return str(found["attributes"].get("image_full_url") or ""), title_of(found)

    return show_picture(request, find)


def _about(account: Account, kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
    attributes = thing["attributes"]
    return {
        "kind": kind,
        "thing": thing,
        "title": title_of(thing),
        "back": address(LISTS[kind], account),
        "pill": ON if attributes.get("published") else OFF,
        "own": sorted((attributes.get("custom_metadata") or {}).items()),
        "created": moment(attributes.get("created")),
        "updated": moment(attributes.get("updated")),
        "variants": None,
        "categories": None,
    }


def _acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    return {"client": client_for(account), "by": request.user}


@account_page
def create(request: HttpRequest, account: Account, kind: str) -> HttpResponse:
    """A new item or category."""
    titles = {"item": _("New item"), "category": _("New category")}
    return _creating(request, account, kind, titles[kind], address(LISTS[kind], account), {})


@account_page
def create_variant(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """A new variant of an item."""
    of = services.read(client_for(account), "item", thing_id)
    title = _("New variant of %(item)s") % {"item": title_of(of)}
    back = address("catalog-item", account, thing_id=thing_id)
    return _creating(request, account, "variant", title, back, {"item": thing_id}, of["attributes"])


def _creating(
    request: HttpRequest,
    account: Account,
    kind: str,
    title: str,
    back: str,
    related: Mapping[str, Any],
    like: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """`like`: what the form begins with, for a variant what its item has."""
    form = FORMS[kind](request.POST or None, initial=initial_of(kind, {"published": True, **(like or {})}))
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create(
            account, kind, **_acting(request, account), values=form.cleaned_data, related=related
        ),
        done=lambda made: address(f"catalog-{kind}", account, thing_id=made["id"]),
        context={"title": title, "button": _("Make it"), "back": back},
    )


@account_page
def edit(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    """Change an item, variant or category."""
    live = services.read(client_for(account), kind, thing_id)
    form = FORMS[kind](request.POST or None, initial=initial_of(kind, live["attributes"]), fixed=True)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.edit(
            account,
            kind,
            thing_id,
            **_acting(request, account),
            seen=request.POST.get("seen", ""),
            values=form.cleaned_data,
        ),
        done=lambda _saved: address(f"catalog-{kind}", account, thing_id=thing_id),
        shown_of=lambda now: {**initial_of(kind, now["attributes"]), **_data_of(now)},
        context={
            "title": _("Edit %(name)s") % {"name": title_of(live)},
            "button": _("Save"),
            "back": address(f"catalog-{kind}", account, thing_id=thing_id),
            "seen": request.POST.get("seen", fingerprint(live["attributes"])),
        },
    )


def _data_of(live: Mapping[str, Any]) -> dict[str, Any]:
    """As the form's own value is, to be compared with it."""
    found = live["attributes"].get("custom_metadata")
    return {"custom_metadata": found} if found else {}


@account_page
def delete(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    """Ask, then delete."""
    live = services.read(client_for(account), kind, thing_id)
    gone = {
        "item": [_("Its variants are deleted too."), _("Mails that show it leave it out from now on.")],
        "variant": [_("The item stays, without this variant.")],
        "category": [_("Its items stay; they are only no longer sorted into it.")],
    }
    return confirming(
        request,
        act=lambda: services.delete(account, kind, live, **_acting(request, account)),
        done=lambda _done: address(LISTS[kind], account),
        said=deleted(title_of(live)),
        context={
            "title": _("Delete %(name)s") % {"name": title_of(live)},
            "question": _("Delete %(name)s from the catalog?") % {"name": title_of(live)},
            "consequences": [
                *gone[kind],
                _("A shop that sends its catalog to Klaviyo by itself may bring it back."),
            ],
            "button": _("Delete it"),
            "back": address(f"catalog-{kind}", account, thing_id=thing_id),
        },
    )


@account_page
def sort_item(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """Which categories an item is in."""
    client = client_for(account)
    live = services.read(client, "item", thing_id)
    now = services.categories_of(client, thing_id)
    choices = sorted({*services.categories(client), *now}, key=lambda one: one[1].casefold())
    ticked = [key for key, _name in now]
    initial = {"categories": ticked, "shown": ticked}
    # Nothing ticked is no empty form: it means none.
    form = CategoriesForm(request.POST if request.method == "POST" else None, categories=choices, initial=initial)

    def save() -> None:
        wanted, shown = (set(form.cleaned_data[name]) for name in ("categories", "shown"))
        services.sort_into(account, live, into=wanted - shown, out_of=shown - wanted, **_acting(request, account))

    back = address("catalog-item", account, thing_id=thing_id)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda _saved: back,
        context={
            "title": _("Categories of %(name)s") % {"name": title_of(live)},
            "button": _("Save"),
            "back": back,
        },
    )
