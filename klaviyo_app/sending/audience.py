"""The names behind an audience's ids; Klaviyo mixes ids of lists and segments and does not say which is which."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.models import Mirrored


def named(account: Account, ids: Iterable[str]) -> list[dict[str, str]]:
    """[{"id", "name", "kind"}], in the order of `ids`; an id that the mirror does not know keeps its id as name."""
    wanted = list(ids)
    found: dict[str, dict[str, str]] = {}
    for model in apps.get_models():
        if issubclass(model, Mirrored) and model.kind in {"list", "segment"}:
            rows = model.objects.filter(account=account, klaviyo_id__in=wanted).values_list("klaviyo_id", "name")
            found |= {key: {"id": key, "name": name, "kind": model.kind} for key, name in rows}
    return [found.get(one, {"id": one, "name": one, "kind": ""}) for one in wanted]
