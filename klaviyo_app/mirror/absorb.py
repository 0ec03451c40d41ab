"""Take what Klaviyo answered into the mirror: a row, and a version where something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from django.db import transaction
from django.utils import timezone

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.fingerprint import GONE, fingerprint
from klaviyo_app.mirror.models import Mirrored, Version

M = TypeVar("M", bound=Mirrored)
NAME_LENGTH = 1000
KEY_LENGTH = 300


def values_of(model: type[M], resource: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The columns of a row, from Klaviyo's resource object. Attributes are kept whole, unknown ones too."""
    resource = storable(resource)
    attributes = resource.get("attributes") or {}
    own = model.columns_of(resource)
    name = str(own.pop("name", attributes.get("name") or ""))[:NAME_LENGTH]
    created = moment(attributes.get("created") or attributes.get("created_at")) or now
    return {
        "name": name,
        "name_key": name.casefold()[:KEY_LENGTH],
        "attributes": attributes,
        "relationships": resource.get("relationships") or {},
        "created_at": created,
        "updated_at": moment(attributes.get("updated") or attributes.get("updated_at")) or created,
        "fingerprint": fingerprint(attributes),
        # By the wall clock: a reading that asked before this moment must not overwrite it (see absorb_many).
        "seen_at": max(now, timezone.now()),
        "gone_at": None,
        **own,
    }


def untold(resource: dict[str, Any], *, changed: bool) -> frozenset[str]:
    """The times that Klaviyo does not give for this kind: a row that is there keeps the ones it has."""
    attributes = resource.get("attributes") or {}
    names = set()
    if not moment(attributes.get("created") or attributes.get("created_at")):
        names.add("created_at")
        if not changed and not moment(attributes.get("updated") or attributes.get("updated_at")):
            names.add("updated_at")
    return frozenset(names)


def moment(value: Any) -> datetime | None:
    """A time as Klaviyo writes it, or None."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def storable(value: dict[str, Any]) -> dict[str, Any]:
    """The same without NUL characters, which PostgreSQL takes neither as text nor in JSON."""
    packed = orjson.dumps(value)
    if b"\\u0000" not in packed:
        return value
    cleaned = _without_nul(value)
    return cleaned if isinstance(cleaned, dict) else value


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value


@transaction.atomic
def absorb(model: type[M], account: Account, resource: dict[str, Any], *, by: User | None = None, now: datetime) -> M:
    """One resource into the mirror; `by`: the person whose change it was. Returns its row."""
    values = values_of(model, resource, now)
    former = model.objects.filter(account=account, klaviyo_id=resource["id"]).values_list("fingerprint", "gone_at")
    changed = list(former) != [(values["fingerprint"], None)]
    kept = untold(resource, changed=changed)
    row, _ = model.objects.update_or_create(
        account=account,
        klaviyo_id=resource["id"],
        defaults={name: value for name, value in values.items() if name not in kept},
        create_defaults=values,
    )
    if changed:
        Version.objects.create(**_version(model, account, row, by, now))
    return row


@transaction.atomic
def absorb_many(
    model: type[M],
    account: Account,
    resources: Iterable[dict[str, Any]],
    *,
    now: datetime,
    asked_at: datetime | None = None,
) -> int:
    """A page of resources into the mirror with few statements. Returns how many there were.

    `asked_at`: when the page was asked for. A row that was seen later, by our own change meanwhile, is newer than the
    page and stays.
    """
    found = {one["id"]: one for one in resources}
    known = {
        key: (None if gone else seen_as, seen)
        for key, seen_as, seen, gone in model.objects.filter(account=account, klaviyo_id__in=list(found)).values_list(
            "klaviyo_id", "fingerprint", "seen_at", "gone_at"
        )
    }
    groups: dict[frozenset[str], list[M]] = defaultdict(list)
    versions = []
    for key, one in found.items():
        former, seen = known.get(key, (None, None))
        if asked_at is not None and seen is not None and seen > asked_at:
            continue
        values = values_of(model, one, now)
        row = model(account=account, klaviyo_id=key, **values)
        changed = former != row.fingerprint
        groups[frozenset(values) - untold(one, changed=changed)].append(row)
        if changed:
            versions.append(Version(**_version(model, account, row, None, now)))
    for columns, rows in groups.items():
        model.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["account", "klaviyo_id"],
            update_fields=sorted(columns),
            batch_size=200,
        )
    Version.objects.bulk_create(versions)
    return len(found)


def _version(model: type[Mirrored], account: Account, row: Mirrored, by: User | None, now: datetime) -> dict[str, Any]:
    return {
        "account": account,
        "kind": model.kind,
        "klaviyo_id": row.klaviyo_id,
        "fingerprint": row.fingerprint,
        "attributes": row.attributes,
        "seen_at": now,
        "by": by,
    }


def absorb_gone(row: Mirrored, *, by: User | None, now: datetime) -> None:
    """It is gone at Klaviyo: keep the row, out of every table, and a last version that says who."""
    absorb_all_gone(type(row), row.account, [row.pk], by=by, now=now)


@transaction.atomic
def absorb_all_gone(
    model: type[Mirrored], account: Account, keys: Iterable[int], *, by: User | None, now: datetime
) -> int:
    """Mark rows as gone, each with its last version. Returns how many."""
    rows = list(model.objects.filter(account=account, gone_at=None, pk__in=list(keys)))
    model.objects.filter(pk__in=[row.pk for row in rows]).update(gone_at=now, seen_at=max(now, timezone.now()))
    Version.objects.bulk_create(
        [Version(**{**_version(model, account, row, by, now), "fingerprint": GONE}) for row in rows], batch_size=200
    )
    return len(rows)
