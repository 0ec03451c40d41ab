"""Pages that change something: a form, or a question to be confirmed. What was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid
from klaviyo_app.pages.changed import ChangedMeanwhile
from klaviyo_app.pages.once import new_token, once
from klaviyo_app.pages.showing import show, status_of


def editing(
    request: HttpRequest,
    *,
    template: str,
    form: Form,
    save: Callable[[], Any],
    done: Callable[[Any], str],
    context: Mapping[str, Any] | None = None,
    shown_of: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    fields: Mapping[str, str] | None = None,
    said: str | None = None,
) -> HttpResponse:
    """A form: shown by GET, saved by POST, then on to `done(result)` by 303, where `said` stands ("Saved.").

    `save` is called with a valid form. Its Invalid is put beside the fields (`fields`: Klaviyo's name -> ours where
    they differ), other GatewayErrors above the form, and ChangedMeanwhile shows both states; `shown_of` makes the
    form's values of Klaviyo's live state.
    """
    values: dict[str, Any] = {
        "form": form,
        "form_token": new_token(),
        "problem": None,
        "changed": None,
        **(context or {}),
    }
    if request.method != "POST":
        return show(request, template, values)
    status = 422
    if form.is_valid():
        try:
            return once(request, lambda: _told(request, done(save()), said), fall_back=request.path)
        except ChangedMeanwhile as error:
            status = 409
            values |= {"changed": differences(form, shown_of(error.live) if shown_of else {}), "seen": error.now}
        except (Invalid, Conflict) as error:
            status = status_of(error)
            place(form, error, fields or {})
            values["problem"] = error
        except GatewayError as error:
            status = status_of(error)
            values["problem"] = error
    return show(request, template, values, status=status)


def _told(request: HttpRequest, address: str, said: str | None) -> str:
    """The address, on whose page it will be said; None: "Saved.", "": nothing."""
    if said != "":
        messages.success(request, said or _("Saved."))
    return address


def deleted(name: str) -> str:
    """What is said when something is gone."""
    return _("Deleted: %(name)s") % {"name": name}


def place(form: Form, error: Invalid | Conflict, names: Mapping[str, str]) -> None:
    """Put Klaviyo's complaints beside the fields that their pointers name; the rest stand above the form."""
    for complaint in error.fields:
        parts = [part for part in complaint.pointer.split("/") if part and not part.isdigit()]
        known = [names.get(part, part) for part in reversed(parts)]
        field = next((name for name in known if name in form.fields), None)
        form.add_error(field, complaint.detail)


def differences(form: Form, now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Label, the typed value and the present one, of each field that differs from Klaviyo's live state."""
    found = []
    for name, value in now.items():
        typed = form.cleaned_data.get(name)
        if name in form.fields and (typed or "") != (value or ""):
            label = form.fields[name].label or name
            found.append(
                {"name": name, "label": label, "typed": _words(form, name, typed), "now": _words(form, name, value)}
            )
    return found


def _words(form: Form, name: str, value: Any) -> str:
    """A value as a person would read it: the labels of choices rather than their ids."""
    labels = dict(getattr(form.fields[name], "choices", None) or ())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(labels.get(one, one)) for one in value)
    return str(labels.get(value, "" if value is None else value))


def confirming(
    request: HttpRequest,
    *,
    template: str = "pages/confirm.html",
    act: Callable[[], Any],
    done: Callable[[Any], str],
    context: Mapping[str, Any],
    said: str = "",
) -> HttpResponse:
    """A question before an act: GET asks (context: title, question, consequences, button, back), POST does it.

    `said`: what stands on the page that comes then.
    """
    values: dict[str, Any] = {
        "form_token": new_token(),
        "problem": None,
        "changed": False,
        "consequences": (),
        "danger": True,
        "fields": None,
        **context,
    }
    if request.method != "POST":
        return show(request, template, values)
    try:
        return once(request, lambda: _told(request, done(act()), said), fall_back=str(values.get("back", "/")))
    except ChangedMeanwhile as error:
        return show(request, template, {**values, "changed": True, "seen": error.now}, status=409)
    except GatewayError as error:
        return show(request, template, {**values, "problem": error}, status=status_of(error))
