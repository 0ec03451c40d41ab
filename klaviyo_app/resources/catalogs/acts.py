"""What is done with many things of a catalog at once, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.access import Right
from klaviyo_app.pages import Verb

LABELS = {
    "publish": (gettext_lazy("Publish"), "circle-check"),
    "hide": (gettext_lazy("Hide"), "eye-off"),
    "delete": (gettext_lazy("Delete"), "trash"),
    "add": (gettext_lazy("Add"), "plus"),
    "remove": (gettext_lazy("Take out"), "minus"),
}
# With items and variants; "add" and "remove" are a category's.
ACTS = ("publish", "hide", "delete")
OF_CATEGORIES = ("add", "remove")


def verb_of(act: str, url: str) -> Verb:
    """The button above a table."""
    label, icon = LABELS[act]
    return Verb(act, label, Right.EDIT, url, icon)


def title(kind: str, act: str, count: int, category: str = "") -> str:
    """Such as "Hide 3 items"."""
    words = {
        ("item", "publish"): ngettext("Publish %(count)s item", "Publish %(count)s items", count),
        ("item", "hide"): ngettext("Hide %(count)s item", "Hide %(count)s items", count),
        ("item", "delete"): ngettext("Delete %(count)s item", "Delete %(count)s items", count),
        ("variant", "publish"): ngettext("Publish %(count)s variant", "Publish %(count)s variants", count),
        ("variant", "hide"): ngettext("Hide %(count)s variant", "Hide %(count)s variants", count),
        ("variant", "delete"): ngettext("Delete %(count)s variant", "Delete %(count)s variants", count),
        ("item", "add"): ngettext("Add %(count)s item to %(name)s", "Add %(count)s items to %(name)s", count),
        ("item", "remove"): ngettext(
            "Take %(count)s item out of %(name)s", "Take %(count)s items out of %(name)s", count
        ),
    }[kind, act]
    return words % {"count": f"{count:,}", "name": category}


def consequences(kind: str, act: str) -> list[str]:
    """What a person must know before saying yes."""
    if act == "add":
        return [_("Those that are in it already are passed over.")]
    if act == "remove":
        return [_("They stay in the catalog, and in every other category.")]
    found = {
        "publish": [_("Mails may show them from now on.")],
        "hide": [_("Mails leave them out from now on; nothing else of them changes.")],
        "delete": [_("Mails that show them leave them out from now on.")],
    }[act]
    if (kind, act) == ("item", "delete"):
        found.insert(0, _("Their variants are deleted too."))
    return [*found, _("A shop that sends its catalog to Klaviyo by itself may undo this.")]
