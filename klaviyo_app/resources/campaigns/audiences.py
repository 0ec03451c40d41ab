"""Lists, segments and templates that a campaign may name, from the mirror."""

from __future__ import annotations

from django.utils.translation import gettext as _

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.resources.email_templates.models import EmailTemplate
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.segments.models import Segment

AUDIENCES: tuple[type[Mirrored], ...] = (KlaviyoList, Segment)


def _pairs(model: type[Mirrored], account: Account) -> list[tuple[str, str]]:
    rows = model.objects.filter(account=account, gone_at=None).order_by("name_key", "pk")
    return list(rows.values_list("klaviyo_id", "name"))


def audience_choices(account: Account) -> list[tuple[str, str]]:
    """(id, name) of every list and segment; the name says which it is."""
    lists = [(key, _("%(name)s (list)") % {"name": name}) for key, name in _pairs(KlaviyoList, account)]
    return lists + [(key, _("%(name)s (segment)") % {"name": name}) for key, name in _pairs(Segment, account)]


def template_choices(account: Account) -> list[tuple[str, str]]:
    """(id, name) of every template of the library."""
    return _pairs(EmailTemplate, account)


def audience_names(account: Account, audiences: dict[str, list[str]]) -> dict[str, list[dict[str, str]]]:
    """Name and address of each audience; one that is gone is shown by its id."""
    wanted = {key for ids in audiences.values() for key in ids}
    found: dict[str, dict[str, str]] = {}
    for model, section in ((KlaviyoList, "lists"), (Segment, "segments")):
        rows = model.objects.filter(account=account, klaviyo_id__in=wanted)
        for key, name in rows.values_list("klaviyo_id", "name"):
            found[key] = {"name": name, "url": f"/a/{account.pk}/{section}/{key}/"}
    return {side: [found.get(key, {"name": key, "url": ""}) for key in ids] for side, ids in audiences.items()}
