"""A category with its items: what is in it, items to be added, and both for many at once."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.jobs.models import Job
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column
from klaviyo_app.pages.live import live_listing
from klaviyo_app.resources.catalogs import acts, finding, membership, services
from klaviyo_app.resources.catalogs.bulk_views import MOST, ask_frozen, freeze_found
from klaviyo_app.resources.catalogs.services import title_of
from klaviyo_app.resources.catalogs.views import address, asked_of, items_table, row_of

# Where the ticked items of an act are found: those that are in the category, or all.
TABLES = {"add": ("catalog-category-add", "get_catalog_items"), "remove": ("catalog-category", membership.INSIDE)}


@require_GET
@account_page
def category(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """One category and the items in it; looked for as in the table of all items."""
    return _listed(request, account, thing_id, "remove", "catalogs/category.html")


@require_GET
@account_page
def add(request: HttpRequest, account: Account, thing_id: str) -> HttpResponse:
    """All items, to be ticked and added to a category."""
    within = Column("within", gettext_lazy("In this category"))
    return _listed(request, account, thing_id, "add", "catalogs/category_add.html", within)


def _listed(
    request: HttpRequest, account: Account, thing_id: str, act: str, template: str, *more: Column
) -> HttpResponse:
    client = client_for(account)
    found = services.read(client, "category", thing_id)
    _name, operation = TABLES[act]

    def mark(rows: list[dict[str, Any]]) -> None:
        ids = [row["klaviyo_id"] for row in rows]
        within = finding.some(client, "item", ids, operation=membership.INSIDE, path={"id": thing_id})
        for row in rows:
            row["within"] = _("yes") if row["klaviyo_id"] in within else _("no")

    return live_listing(
        request,
        account,
        template=template,
        operation=operation,
        path=_path(act, thing_id),
        query=finding.query_of("item", request.GET),
        row_of=lambda one: row_of(account, "item", one),
        table=items_table(*more),
        finish=mark if act == "add" else None,
        verbs=(acts.verb_of(act, address("catalog-category-items", account, thing_id=thing_id, act=act)),),
        context={
            **asked_of(request, "item"),
            "thing": found,
            "title": title_of(found),
            "updated": moment(found["attributes"].get("updated")),
        },
    )


def _path(act: str, thing_id: str) -> dict[str, str]:
    return {"id": thing_id} if act == "remove" else {}


@require_POST
@account_page
def freeze(request: HttpRequest, account: Account, thing_id: str, act: str) -> HttpResponse:
    """Freeze items that are ticked or found, to be added to a category or taken out of it."""
    if act not in acts.OF_CATEGORIES:
        raise Http404
    name, operation = TABLES[act]

    def found(match: QueryDict) -> list[str]:
        query, path = finding.query_of("item", match), _path(act, thing_id)
        return finding.all_ids(client_for(account), "item", query, most=MOST, operation=operation, path=path)

    return freeze_found(
        request,
        account,
        "item",
        found=found,
        question_url=lambda pk: address(
            "catalog-category-items-ask", account, thing_id=thing_id, act=act, selection_id=pk
        ),
        table_url=address(name, account, thing_id=thing_id),
    )


@account_page
def ask(request: HttpRequest, account: Account, thing_id: str, act: str, selection_id: int) -> HttpResponse:
    """The question about them, and the job."""
    if act not in acts.OF_CATEGORIES:
        raise Http404
    found = services.read(client_for(account), "category", thing_id)

    def plan(things: list[dict[str, Any]]) -> Job:
        return membership.plan(account, category=found, act=act, things=things, by=request.user)  # type: ignore[arg-type]

    back = address("catalog-category", account, thing_id=thing_id)
    return ask_frozen(
        request, account, selection_id, kind="item", act=act, plan=plan, back=back, category=title_of(found)
    )
