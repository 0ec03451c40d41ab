"""The button above a mirrored kind's table that tags what is ticked. Its question and its job stand in tags/."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from dashboard.access import Right
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.pages import Verb


def tag_verb(account: Account, model: type[Mirrored]) -> Verb:
    """The button; it leads to the URL name "tags-many" of the kind."""
    url = reverse("tags-many", kwargs={"account_id": account.pk, "kind": model.kind})
    return Verb("tag", gettext_lazy("Tag"), Right.EDIT, url, icon="tag")
