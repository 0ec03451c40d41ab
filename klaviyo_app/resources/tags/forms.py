"""Forms of tags and tag groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """The name of a tag or of a group."""

    name = forms.CharField(label=_("Name"), max_length=255)


class TagForm(NameForm):
    """A new tag and the group it goes into; Klaviyo never moves it to another."""

    group = forms.ChoiceField(
        label=_("Group"), required=False, help_text=_("A tag stays in its group: it can be renamed, not moved.")
    )

    def __init__(self, *args: Any, groups: Iterable[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordered = sorted(groups, key=lambda one: not one.get("default"))
        self.fields["group"].choices = [(one["id"], one["name"]) for one in ordered]  # type: ignore[attr-defined]


class GroupForm(NameForm):
    """A new tag group."""

    exclusive = forms.BooleanField(
        label=_("At most one tag of this group on a thing"),
        required=False,
        help_text=_("This cannot be changed later."),
    )


class ManyForm(forms.Form):
    """Which tag goes on, or off, many things. `tags` and `groups` as the services give them."""

    act = forms.ChoiceField(
        label=_("What"),
        choices=[("add", _("Put on")), ("take", _("Take off"))],
        widget=forms.RadioSelect,
        initial="add",
    )
    choice = forms.ChoiceField(label=_("Tag"))

    def __init__(
        self, *args: Any, tags: Iterable[Mapping[str, Any]], groups: Iterable[Mapping[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = list(tags)
        self.names = {one["id"]: one["name"] for one in known}
        grouped = [
            (group["name"], [(one["id"], one["name"]) for one in known if one["group"] == group["id"]])
            for group in groups
        ]
        self.fields["choice"].choices = [one for one in grouped if one[1]]  # type: ignore[attr-defined]

    @property
    def tag(self) -> dict[str, str]:
        """Id and name of the tag that was chosen."""
        chosen = self.cleaned_data["choice"]
        return {"id": chosen, "name": self.names[chosen]}
