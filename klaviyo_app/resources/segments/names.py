"""What the ids of a definition are called, from the mirror."""

from __future__ import annotations

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.segments.models import Segment
from klaviyo_app.resources.segments.words import Names


def names_of(account: Account) -> Names:
    """Metrics, lists and segments; those that are gone too, since a definition may still speak of them."""
    groups = {**_named(Segment, account), **_named(KlaviyoList, account)}
    return Names(metrics=_named(Metric, account), groups=groups)


def _named(model: type[Mirrored], account: Account) -> dict[str, str]:
    return dict(model.objects.filter(account=account).values_list("klaviyo_id", "name"))


def choices_of(model: type[Mirrored], account: Account) -> list[tuple[str, str]]:
    """(id, name) of what is there, by name."""
    rows = model.objects.filter(account=account, gone_at=None).order_by("name_key", "pk")
    return list(rows.values_list("klaviyo_id", "name"))
