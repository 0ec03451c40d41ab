"""Forms of segments: name and definition, and one small form for each common condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.segments import definitions

Choices = Sequence[tuple[str, Any]]
LARGEST = 200_000  # characters of a definition


class SegmentForm(forms.Form):
    """Name, star and definition."""

    name = forms.CharField(label=_("Name"), max_length=255)
    definition = forms.CharField(
        label=_("Definition"),
        max_length=LARGEST,
        widget=forms.Textarea(
            attrs={"class": "code", "rows": 16, "spellcheck": "false", "data-editor": "json", "data-label": "JSON"}
        ),
        help_text=_(
            "You need not write this: “Add a condition” does it for you. Every group must hold; of a group, one "
            "condition is enough. Conditions that are new to us are kept."
        ),
    )
    is_starred = forms.BooleanField(label=_("Starred"), required=False)

    def clean_definition(self) -> str:
        """As it is always written, so that two texts can be compared. Each mistake with its line and path."""
        return definitions.written(definitions.read(self.cleaned_data["definition"]))

    def values(self) -> dict[str, Any]:
        """Of a valid form, the definition as JSON."""
        return {**self.cleaned_data, "definition": definitions.read(self.cleaned_data["definition"])}


class MetricForm(forms.Form):
    """Has done something, so often, lately."""

    title = _("Has done something")
    metric = forms.ChoiceField(label=_("What"))
    operator = forms.ChoiceField(
        label=_("How often"),
        choices=[
            ("greater-than-or-equal", _("at least")),
            ("equals", _("exactly")),
            ("less-than-or-equal", _("at most")),
        ],
    )
    value = forms.IntegerField(label=_("Times"), min_value=0, max_value=1_000_000, initial=1)
    days = forms.IntegerField(
        label=_("In the last days"), min_value=1, max_value=36_500, required=False, help_text=_("Empty: ever.")
    )

    def __init__(self, *args: Any, metrics: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = list(metrics)  # type: ignore[attr-defined]

    def condition(self) -> dict[str, Any]:
        """As Klaviyo writes it."""
        asked = self.cleaned_data
        return definitions.metric_condition(
            asked["metric"], operator=asked["operator"], value=asked["value"], days=asked["days"]
        )


class MembershipForm(forms.Form):
    """Is in a list, or not."""

    title = _("Is in a list or not")
    member = forms.ChoiceField(label=_("The person"), choices=[("yes", _("is in")), ("no", _("is not in"))])
    group = forms.ChoiceField(label=_("List"))

    def __init__(self, *args: Any, lists: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = list(lists)  # type: ignore[attr-defined]

    def condition(self) -> dict[str, Any]:
        """As Klaviyo writes it."""
        asked = self.cleaned_data
        return definitions.membership_condition(asked["group"], is_member=asked["member"] == "yes")


class PropertyForm(forms.Form):
    """A property holds a text."""

    title = _("Has a property")
    property = forms.CharField(
        label=_("Property"), max_length=200, help_text=_("Such as first_name, location.country, or one of your own.")
    )
    operator = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("equals", _("is")),
            ("not-equals", _("is not")),
            ("contains", _("contains")),
            ("not-contains", _("does not contain")),
            ("starts-with", _("starts with")),
            ("is-set", _("is set")),
            ("not-set", _("is not set")),
        ],
    )
    value = forms.CharField(label=_("Text"), max_length=500, required=False)

    def condition(self) -> dict[str, Any]:
        """As Klaviyo writes it."""
        asked = self.cleaned_data
        return definitions.property_condition(asked["property"], operator=asked["operator"], value=asked["value"])


class ConsentForm(forms.Form):
    """May get marketing, or not."""

    title = _("May get marketing or not")
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("email", _("e-mail")), ("sms", "SMS"), ("push", _("push messages"))]
    )
    may = forms.ChoiceField(
        label=_("The person"), choices=[("yes", _("can get marketing")), ("no", _("cannot get marketing"))]
    )

    def condition(self) -> dict[str, Any]:
        """As Klaviyo writes it."""
        asked = self.cleaned_data
        return definitions.consent_condition(asked["channel"], subscribed=asked["may"] == "yes")


class RegionForm(forms.Form):
    """Is in a region, or not."""

    title = _("Lives in a region or not")
    inside = forms.ChoiceField(label=_("The person"), choices=[("yes", _("is in")), ("no", _("is not in"))])
    region = forms.ChoiceField(
        label=_("Region"),
        choices=[("european_union", _("the European Union")), ("united_states", _("the United States"))],
    )

    def condition(self) -> dict[str, Any]:
        """As Klaviyo writes it."""
        asked = self.cleaned_data
        return definitions.region_condition(asked["region"], inside=asked["inside"] == "yes")


ConditionForm = MetricForm | MembershipForm | PropertyForm | ConsentForm | RegionForm


def condition_forms(
    posted: Mapping[str, Any] | None, asked: str, *, metrics: Choices, lists: Choices
) -> dict[str, ConditionForm]:
    """The small forms by name; only the one that was asked to be added is bound, the others keep their defaults."""

    def bound(name: str) -> dict[str, Any]:
        return {"data": posted if name == asked else None, "prefix": name}

    return {
        "metric": MetricForm(**bound("metric"), metrics=metrics),
        "membership": MembershipForm(**bound("membership"), lists=lists),
        "property": PropertyForm(**bound("property")),
        "consent": ConsentForm(**bound("consent")),
        "region": RegionForm(**bound("region")),
    }
