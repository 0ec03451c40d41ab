"""Pages of images: a table of them, one with its picture and address, upload, rename and hide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.query import Filter, Query, and_, contains, equals
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages import Column, Table, detail, editing
from klaviyo_app.pages.live import live_listing
from klaviyo_app.pages.picture import framed
from klaviyo_app.pages.picture import picture as show_picture
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.images import services
from klaviyo_app.resources.images.forms import ImageForm, UploadForm

SHOWN = Pill(gettext_lazy("Shown"), "good", "eye")
HIDDEN = Pill(gettext_lazy("Hidden"), "neutral", "eye-off")
COLUMNS = (
    Column("name", gettext_lazy("Name")),
    Column("state", gettext_lazy("Library"), cell="status"),
    Column("format", gettext_lazy("Format")),
    Column("size", gettext_lazy("Size"), align="end"),
    Column("updated", gettext_lazy("Changed"), cell="when", narrow=True),
)


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of images."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def _row(account: Account, image: Mapping[str, Any]) -> dict[str, Any]:
    attributes = image["attributes"]
    return {
        "id": image["id"],
        "url": address("image", account, image_id=image["id"]),
        "name": attributes["name"],
        "state": HIDDEN if attributes["hidden"] else SHOWN,
        "format": str(attributes["format"]).upper(),
        "size": filesizeformat(attributes["size"]),
        "updated": moment(attributes["updated_at"]),
    }


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """The images that changed last; ?q= part of the name, ?hidden= yes or no."""
    q, hidden = request.GET.get("q", "").strip(), request.GET.get("hidden", "")
    wanted: list[Filter] = [contains("name", q)] if q and q.isprintable() else []
    if hidden in {"yes", "no"}:
        wanted.append(equals("hidden", hidden == "yes"))
    return live_listing(
        request,
        account,
        template="images/index.html",
        operation="get_images",
        query=Query(filter=and_(*wanted) if wanted else None, sort="-updated_at"),
        row_of=lambda one: _row(account, one),
        table=Table(COLUMNS, "name", row_url=lambda row: str(row["url"])),
        context={"hidden": hidden, "narrowed": bool(wanted)},
    )


@require_GET
@account_page
def image(request: HttpRequest, account: Account, image_id: str) -> HttpResponse:
    """One image with its picture and the address for a template."""
    found = client_for(account).call("get_image", path={"id": image_id}).data
    context = {"image": found, "row": _row(account, found), "title": found["attributes"]["name"]}
    return detail(request, template="images/detail.html", context=context)


@framed
@require_GET
@account_page
def picture(request: HttpRequest, account: Account, image_id: str) -> HttpResponse:
    """The picture alone."""

    def find() -> tuple[str, str]:
        found = client_for(account).call("get_image", path={"id": image_id}).data["attributes"]
        return found["image_url"], found["name"]

    return show_picture(request, find)


@account_page
def upload(request: HttpRequest, account: Account) -> HttpResponse:
    """A new image, from a file or an address."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()

    def save() -> dict[str, Any]:
        given = {name: form.cleaned_data[name] for name in ("source", "name")}
        return services.upload(account, client=client_for(account), by=request.user, **given)  # type: ignore[arg-type]

    return editing(
        request,
        template="images/upload.html",
        form=form,
        save=save,
        done=lambda made: address("image", account, image_id=made["id"]),
        fields={"import_from_url": "address", "file": "file"},
        context={"back": address("images", account)},
    )


@account_page
def edit(request: HttpRequest, account: Account, image_id: str) -> HttpResponse:
    """Rename, hide or show an image."""
    client = client_for(account)
    live = client.call("get_image", path={"id": image_id}).data
    known = {name: live["attributes"][name] for name in ("name", "hidden")}
    form = ImageForm(request.POST or None, initial=known)
    acting: dict[str, Any] = {"client": client, "by": request.user, "seen": request.POST.get("seen", "")}
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.change(account, image_id, **acting, **form.cleaned_data),
        done=lambda _saved: address("image", account, image_id=image_id),
        shown_of=lambda now: {name: now["attributes"][name] for name in ("name", "hidden")},
        context={
            "title": _("Edit %(name)s") % {"name": known["name"]},
            "button": _("Save"),
            "back": address("image", account, image_id=image_id),
            "seen": request.POST.get("seen", fingerprint(live["attributes"])),
        },
    )
