"""Forms of images."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.resources.images.services import LARGEST_FILE, format_of


class UploadForm(forms.Form):
    """A new image, from a file or from an address. Cleaned: `source`, the picture itself or its address, and `name`."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("A JPEG, PNG or GIF of up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/gif"}),
    )
    address = forms.URLField(
        label=gettext_lazy("Or its address on the web"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("Klaviyo fetches it from there and keeps a copy; up to 5 MB."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=255, help_text=gettext_lazy("Empty: the file's name.")
    )

    def clean_file(self) -> UploadedFile | None:
        """Refuse what Klaviyo would, before it travels."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(
                _("This file has %(size)s; Klaviyo takes 5 MB at most. Make it smaller.")
                % {"size": filesizeformat(file.size or 0)}
            )
        if not format_of(file.read(16)):
            raise forms.ValidationError(_("This is no JPEG, PNG or GIF."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of file and address, not both."""
        given = super().clean() or {}
        file, address = given.get("file"), given.get("address")
        if self.errors:
            return given
        if bool(file) == bool(address):
            raise forms.ValidationError(_("Choose a file or give an address: one of the two."))
        if file:
            file.seek(0)
            given["name"] = given["name"] or str(file.name).rpartition(".")[0][:255]
        given["source"] = file.read() if file else address
        return given


class ImageForm(forms.Form):
    """Name and visibility of an image."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    hidden = forms.BooleanField(
        label=gettext_lazy("Hide it from the asset library"),
        required=False,
        help_text=gettext_lazy("Mails that use it go on showing it."),
    )
