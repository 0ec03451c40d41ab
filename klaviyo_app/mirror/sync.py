"""Read a kind of an account from Klaviyo into the mirror. The row `Sync` is the truth; a task is only the doorbell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dashboard.celery import app
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Priority
from klaviyo_app.gateway.errors import GatewayError, NotConnected, TooMany
from klaviyo_app.mirror.absorb import absorb_all_gone, absorb_many
from klaviyo_app.mirror.models import Mirrored, Sync

log = structlog.get_logger("mirror")
LEASE = timedelta(minutes=5)
AFTER_ERROR = timedelta(seconds=60)
STALE = timedelta(minutes=2)  # older than this, a page that is looked at asks for a fresh copy
TASK = "klaviyo_app.mirror.tasks.read"


def mirrored() -> dict[str, type[Mirrored]]:
    """Kind -> model, by Django's own registry of models."""
    return {model.kind: model for model in apps.get_models() if issubclass(model, Mirrored)}


@dataclass(frozen=True, slots=True)
class Age:
    """How old a kind's copy is. `reading`: it is being read or will be at once."""

    at: datetime | None
    reading: bool
    error: str
    items: int = 0
    stale: bool = False

    @property
    def never(self) -> bool:
        """Whether it was never read whole."""
        return self.at is None


def age(account: Account, kind: str, *, now: datetime | None = None) -> Age:
    """Of a kind's copy, from our rows alone."""
    now = now or timezone.now()
    row = Sync.objects.filter(account=account, kind=kind).first()
    if row is None:
        return Age(None, reading=False, error="", stale=account.connected)
    leased = row.lease_until is not None and row.lease_until > now
    asked = row.asked_at is not None and (row.finished_at is None or row.asked_at > row.finished_at)
    reading = leased or (asked and not row.error)
    old = row.finished_at is None or row.finished_at < now - STALE
    stale = old and not reading and not row.error and account.connected
    return Age(row.finished_at, reading=reading, error=row.error, items=row.items, stale=stale)


def ring(account: Account, kind: str, *, now: datetime | None = None) -> None:
    """Ask for a fresh copy: a row, then the doorbell when the transaction is through.

    An account without a connection cannot be read: its row says so instead of waiting for ever.
    """
    now = now or timezone.now()
    error = "" if account.connected else str(NotConnected.sentence)
    asked = {"asked_at": now, "next_at": now, "error": error}
    Sync.objects.update_or_create(account=account, kind=kind, defaults=asked)
    if not error:
        transaction.on_commit(lambda: call(account.pk, kind))


def call(account_id: int, kind: str) -> None:
    """Ring the doorbell; with Redis away the sweep finds the row."""
    try:
        app.send_task(TASK, [account_id, kind], retry=False)
    except Exception as error:  # noqa: BLE001  any broker trouble: the row is there
        log.warning("doorbell", kind=kind, error=type(error).__name__)


def due(now: datetime) -> Iterator[tuple[int, str]]:
    """(account, kind) of copies whose time has come and that nobody reads."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    connected = Q(account__connection_id__isnull=False)
    found = Sync.objects.filter(free, connected, next_at__lte=now).order_by("next_at")[:200]
    yield from found.values_list("account_id", "kind")


def read_kind(account: Account, model: type[Mirrored], *, now: datetime | None = None) -> bool:
    """Read the whole kind if nobody else does. False where another reader has it or Klaviyo could not be asked.

    What is not there any more is marked as gone only after a complete reading.
    """
    started = now or timezone.now()
    row, _ = Sync.objects.get_or_create(account=account, kind=model.kind)
    free = Q(lease_until=None) | Q(lease_until__lt=started)
    if not Sync.objects.filter(free, pk=row.pk).update(lease_until=started + LEASE, started_at=started):
        return False
    mine = Sync.objects.filter(pk=row.pk, started_at=started)
    try:
        items = _read(account, model, started, row)
    except GatewayError as error:
        wait = timedelta(seconds=error.wait_s) if isinstance(error, TooMany) else AFTER_ERROR
        mine.update(lease_until=None, error=str(error.sentence)[:500], next_at=timezone.now() + wait)
        return False
    finished = timezone.now()
    later = finished + timedelta(seconds=model.refresh_every_s)
    mine.update(lease_until=None, finished_at=finished, next_at=later, items=items, error="")
    return True


def _read(account: Account, model: type[Mirrored], started: datetime, row: Sync) -> int:
    client = client_for(account, priority=Priority.BACKGROUND)
    items = 0
    for query in model.list_queries(client.revision):
        asked_at = timezone.now()
        for answer in client.pages(model.list_operation, query=query):
            resources = model.with_included(answer.data or [], answer.included)
            items += absorb_many(model, account, resources, now=timezone.now(), asked_at=asked_at)
            asked_at = timezone.now()
            Sync.objects.filter(pk=row.pk, started_at=started).update(lease_until=asked_at + LEASE)
    gone = model.objects.filter(account=account, gone_at=None, seen_at__lt=started).values_list("pk", flat=True)
    for batch in batched(gone, 500):
        absorb_all_gone(model, account, batch, by=None, now=timezone.now())
    return items


def batched(keys: Iterable[int], size: int) -> Iterator[list[int]]:
    """In lists of at most `size`."""
    rest = iter(list(keys))
    while batch := list(islice(rest, size)):
        yield batch
