"""What all pages share: plain functions, keyword-only. A view is one call to one of them.

TABLE = Table(columns=(Column("name", _("Name"), sort="name_key"), ...), default_sort="-updated")

@account_page
def index(request, account):
    rows = MirrorRows(KlaviyoList.objects.filter(gone_at=None), values=("name", "klaviyo_id", "updated_at"))
    return listing(request, template="lists/index.html", rows=rows, table=TABLE, context={...})

@account_page
def edit(request, account, klaviyo_id):
    row = get_object_or_404(KlaviyoList, klaviyo_id=klaviyo_id)
    form = ListForm(request.POST or None, initial={"name": row.name})
    save = lambda: rename_list(row, client=client_for(account), by=request.user, seen=request.POST["seen"], ...)
    return editing(request, template="lists/form.html", form=form, save=save, done=lambda row: url, ...)
"""

from klaviyo_app.pages.acting import confirming, deleted, editing
from klaviyo_app.pages.columns import Column, Table, Verb
from klaviyo_app.pages.rows import LiveRows, MirrorRows, Page
from klaviyo_app.pages.selecting import ask_about, ask_bulk, do_bulk
from klaviyo_app.pages.showing import detail, listing, show

__all__ = [
    "Column",
    "LiveRows",
    "MirrorRows",
    "Page",
    "Table",
    "Verb",
    "ask_about",
    "ask_bulk",
    "confirming",
    "deleted",
    "detail",
    "do_bulk",
    "editing",
    "listing",
    "show",
]
