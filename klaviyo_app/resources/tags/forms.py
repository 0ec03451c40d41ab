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
