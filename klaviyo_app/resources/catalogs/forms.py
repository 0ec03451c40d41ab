"""Forms of items, variants and categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.fields import JsonObjectField, as_text


class WebField(forms.URLField):
    """An address that starts with https or http."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", max_length=2000, **kwargs)

    def clean(self, value: Any) -> str | None:
        """None where nothing was typed."""
        found: str = super().clean(value)
        if found and not found.lower().startswith(("https://", "http://")):
            raise ValidationError(_("An address begins with https://."))
        return found or None


class Named(forms.Form):
    """What every new thing of a catalog has: the shop's own id, which never changes. `fixed`: it is there already."""

    external_id = forms.CharField(
        label=_("External id"),
        max_length=255,
        help_text=_("Your shop's own id of it. It cannot be changed later."),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["external_id"]


class ItemForm(Named):
    """An item that the shop sells."""

    title = forms.CharField(label=_("Title"), max_length=500)
    description = forms.CharField(label=_("Description"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    url = WebField(label=_("Page in the shop"))
    price = forms.DecimalField(label=_("Price"), required=False, min_value=0, max_digits=14, decimal_places=2)
    image_full_url = WebField(label=_("Picture"), required=False)
    image_thumbnail_url = WebField(label=_("Small picture"), required=False)
    published = forms.BooleanField(
        label=_("Published"), required=False, initial=True, help_text=_("Only published items are put into mails.")
    )
    custom_metadata = JsonObjectField(
        label=_("Own data"), required=False, help_text=_('A JSON object, such as {"season": "winter"}.')
    )

    def clean_price(self) -> float | None:
        """As JSON has it."""
        found = self.cleaned_data["price"]
        return None if found is None else float(found)


class VariantForm(ItemForm):
    """A size or colour of an item, with a stock of its own."""

    sku = forms.CharField(label=_("SKU"), max_length=255, help_text=_("The number by which your stock knows it."))
    price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=14, decimal_places=2)
    inventory_quantity = forms.DecimalField(label=_("In stock"), min_value=0, max_digits=12, decimal_places=2)
    inventory_policy = forms.TypedChoiceField(
        label=_("When none is left"),
        coerce=int,
        choices=[
            (0, _("Klaviyo is not told")),
            (1, _("leave it out of product blocks")),
            (2, _("show it all the same")),
        ],
        initial=0,
    )

    field_order = ("external_id", "title", "sku", "price", "inventory_quantity", "inventory_policy", "description")

    def clean_inventory_quantity(self) -> float:
        """As JSON has it."""
        return float(self.cleaned_data["inventory_quantity"])


class CategoryForm(Named):
    """A category of items."""

    name = forms.CharField(label=_("Name"), max_length=255)


class CategoriesForm(forms.Form):
    """Which categories an item is in."""

    categories = forms.MultipleChoiceField(label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple)
    # What was ticked when the page was drawn: only what the person changed is changed.
    shown = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("categories", "shown"):
            self.fields[name].choices = categories  # type: ignore[attr-defined]


FORMS: Mapping[str, type[Named]] = {"item": ItemForm, "variant": VariantForm, "category": CategoryForm}


def initial_of(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of Klaviyo's."""
    names = [name for name in FORMS[kind].base_fields if name != "external_id"]
    found = {name: attributes.get(name) for name in names}
    if "custom_metadata" in found:
        found["custom_metadata"] = as_text(found["custom_metadata"] or {})
    return found
