"""Many things from a file, in three pages: choose the file, say what its columns are, look at what would be done.

Until the yes, what was uploaded and what was understood wait in the cache, for the one who uploaded it: a file that
nobody confirms leaves nothing behind.
"""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import orjson
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klaviyo_app.accounts.models import Account
from klaviyo_app.pages.mapping import MappingForm
from klaviyo_app.pages.once import new_token, see_other
from klaviyo_app.pages.showing import show
from klaviyo_app.pages.spreadsheet import safe
from klaviyo_app.pages.uploads import MOST_ROWS, Sheet, sheet_of

KEPT_S = 3600
SHOWN_WRONG = 50
MOST_KEPT = 50_000_000  # bytes of all rows as they are understood: each carries the names of its properties
PARTS = ("sheet", "name", "chosen", "found")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be used: its number in the file (the first below the names is 1), and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood: job rows (key, payload), rows that are wrong, and what else was chosen (`more`)."""

    good: list[tuple[str, dict[str, Any]]]
    wrong: list[Wrong]
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file on its way through the pages. `kind` keeps one kind's files from another's pages."""

    kind: str
    account: Account
    user_id: int
    token: str

    def keep(self, part: str, what: Any) -> None:
        """Put a part by for an hour: "sheet", "name", "chosen", "found"."""
        cache.set(self._key(part), orjson.dumps(what), KEPT_S)  # orjson knows dataclasses

    def kept(self, part: str) -> Any:
        """A part, or None where it is gone."""
        data = cache.get(self._key(part))
        return None if data is None else orjson.loads(data)

    def done(self, led_to: str) -> str:
        """Forget all of it but where its yes has led to, for whoever says yes twice; returns that."""
        self.keep("led_to", led_to)
        self.forget()
        return led_to

    @property
    def name(self) -> str:
        """What the file was called."""
        return str(self.kept("name") or _("a file"))

    @property
    def sheet(self) -> Sheet | None:
        """The file's table."""
        kept = self.kept("sheet")
        if kept is None:
            return None
        rows = [dict(zip(kept["columns"], cells, strict=True)) for cells in kept["rows"]]
        return Sheet(kept["columns"], rows, kept["guessed"])

    def keep_sheet(self, sheet: Sheet) -> None:
        """Put the table by, each name once; the file that the same person chose before it is forgotten."""
        rows = [[row.get(name) for name in sheet.columns] for row in sheet.rows]
        self.keep("sheet", {"columns": sheet.columns, "rows": rows, "guessed": sheet.guessed})
        newest = replace(self, token="")
        if before := newest.kept("newest"):
            replace(self, token=before).forget()
        newest.keep("newest", self.token)

    def forget(self) -> None:
        """Take it away."""
        cache.delete_many([self._key(part) for part in PARTS])

    @property
    def found(self) -> Found | None:
        """What was understood of it."""
        kept = self.kept("found")
        if kept is None:
            return None
        good = [(key, payload) for key, payload in kept["good"]]
        return Found(good, [Wrong(**one) for one in kept["wrong"]], kept["more"])

    def _key(self, part: str) -> str:
        return f"file:{self.kind}:{self.account.pk}:{self.user_id}:{self.token}:{part}"


def draft_of(request: HttpRequest, account: Account, kind: str, token: str = "") -> Draft:
    """The draft of an address; a new one without a token."""
    return Draft(kind, account, request.user.pk or 0, token or secrets.token_urlsafe(16))


class FileForm(forms.Form):
    """A file."""

    file = forms.FileField(label=gettext_lazy("File"))

    def __init__(self, *args: Any, most_rows: int = MOST_ROWS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("CSV as a spreadsheet saves it, or JSON lines; up to 5 MB and %(most)s rows.")
        self.fields["file"].help_text = words % {"most": f"{most_rows:,}"}


def choosing(
    request: HttpRequest,
    draft: Draft,
    *,
    onward: Callable[[str], str],
    context: Mapping[str, Any],
    most_rows: int = MOST_ROWS,
) -> HttpResponse:
    """Choose a file; on to `onward(token)`. `context`: title, lead, back, action (this page), expected (columns)."""
    form = FileForm(request.POST or None, request.FILES or None, most_rows=most_rows)
    values = {"form": form, "form_token": new_token(), "gone": False, **context}
    if request.method != "POST":
        return show(request, "pages/file.html", values)
    if form.is_valid():
        file = cast("UploadedFile", form.cleaned_data["file"])
        try:
            sheet = sheet_of(cast("Any", file), most_rows=most_rows)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            draft.keep_sheet(sheet)
            draft.keep("name", (file.name or "")[:100])
            return see_other(onward(draft.token))
    return show(request, "pages/file.html", values, status=422)


def gone(request: HttpRequest, draft: Draft, context: Mapping[str, Any], *, most_rows: int = MOST_ROWS) -> HttpResponse:
    """Where a draft is no more, or somebody else's: choose the file again; after its yes, where that led."""
    if led_to := draft.kept("led_to"):
        return see_other(led_to)
    form = FileForm(most_rows=most_rows)
    values = {"form": form, "form_token": new_token(), "gone": True, **context}
    return show(request, "pages/file.html", values, status=404 if request.method == "GET" else 409)


def mapping(
    request: HttpRequest,
    draft: Draft,
    form: MappingForm,
    *,
    understand: Callable[[MappingForm], Found],
    onward: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Say what the columns are; what `understand` makes of the rows is kept, then on to `onward`.

    Make the form with `posted(request, draft)`, so that somebody who comes back finds the choices as they were.
    """
    if request.method == "POST" and form.is_valid():
        found = understand(form)
        if _can_be_kept(found):
            draft.keep("chosen", {name: request.POST.getlist(name)[-1] for name in request.POST if name in form.fields})
            draft.keep("found", found)
            return see_other(onward)
        form.add_error(None, _("That is too much at once: leave columns out, shorten their names or split the file."))
    status = 422 if request.method == "POST" else 200
    values = {"form": form, "form_token": new_token(), "draft": draft, "sheet": form.sheet, **context}
    return show(request, "pages/file_columns.html", values, status=status)


def _can_be_kept(found: Found) -> bool:
    """Long names in many short rows make half a gigabyte of five megabytes. Weighed row by row, never as a whole."""
    weight = 0
    for _key, payload in found.good:
        weight += len(orjson.dumps(payload))
        if weight > MOST_KEPT:
            return False
    return True


def posted(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """The arguments of a MappingForm: what was posted, else what was chosen before as its initial values."""
    return {"data": request.POST} if request.method == "POST" else {"initial": draft.kept("chosen") or {}}


def wrong_rows(draft: Draft) -> HttpResponse:
    """The rows that are wrong, as they were in the file, with the reason: to be mended and chosen again."""
    sheet, found = draft.sheet, draft.found
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="wrong-rows.csv"'
    written = csv.writer(response)
    if sheet is None or found is None:
        response.status_code = 404
        return response
    written.writerow([*(safe(name) for name in sheet.columns), _("Row"), _("What is wrong")])
    for one in found.wrong:
        row = sheet.rows[one.number - 1]
        written.writerow([*(_cell(row.get(name)) for name in sheet.columns), one.number, safe(one.why)])
    return response


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return safe(value if isinstance(value, str) else orjson.dumps(value).decode())


def left_out(wrong: Sequence[Wrong]) -> str:
    """What becomes of wrong rows, in words."""
    words = ngettext("%(num)s row is wrong and left out.", "%(num)s rows are wrong and left out.", len(wrong))
    return words % {"num": f"{len(wrong):,}"}


def shown_wrong(found: Found, address: str) -> dict[str, Any]:
    """What the page of the question shows of wrong rows; `address`: of the file of them."""
    return {
        "wrong": found.wrong[:SHOWN_WRONG],
        "wrong_count": len(found.wrong),
        "good_count": len(found.good),
        "wrong_url": address,
    }
