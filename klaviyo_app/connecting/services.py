"""What people do with connections: begin, open the link, say yes, cancel, reconnect, adopt, disconnect."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from dashboard import audit
from dashboard.celery import app
from dashboard.teams.models import Team, User
from klaviyo_app.accounts.clients import gateway_for
from klaviyo_app.accounts.facts import FACTS, read_account
from klaviyo_app.accounts.models import Account, Health
from klaviyo_app.connecting import protocol, states
from klaviyo_app.connecting.models import Attempt
from klaviyo_app.connecting.protocol import Means
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError, KeyRefused, NotConnected, NotFound
from klaviyo_app.gateway.maton import ACTIVE, Connection, Maton
from klaviyo_app.mirror import sync

log = structlog.get_logger("connecting")
# The page that begins an attempt takes its first steps itself; the sweep only where it died.
BEGINNER_S = 10
TASK = "klaviyo_app.connecting.tasks.go_on"


class BadLink(Exception):
    """The link leads to a host that is not in MATON_CONNECT_HOSTS; the text names the host."""


class TakenAlready(Exception):
    """The account that answered is connected in this team, by another connection."""


def means_for(team: Team) -> Means:
    """The ways out of a team. Raises KeyRefused where it has no key."""
    gateway = gateway_for(team)
    return Means(Maton(gateway), lambda connection_id: Client(gateway, connection_id), timezone.now)


def begin(team: Team, *, by: User, account: Account | None = None) -> Attempt:
    """A new attempt; with `account`, a reconnection of it. Nothing is called here."""
    now = timezone.now()
    first = now + timedelta(seconds=BEGINNER_S)
    with transaction.atomic():
        attempt = Attempt.objects.create(team=team, account=account, asked_by=by, since=now, next_look_at=first)
        action = "account.reconnect_begun" if account else "account.connect_begun"
        target = account.name if account else team.name
        audit.record(team=team, actor=by, action=action, target=target, account_id=account.pk if account else None)
    return attempt


def go_on(attempt_id: int, *, look: bool = False) -> Attempt:
    """Advance an attempt now if nobody else does; `look`: also one that waits for somebody to come back."""
    with scopes_disabled():
        attempt = Attempt.objects.select_related("team", "account", "asked_by").get(pk=attempt_id)
        late = attempt.state == states.TIMED_OUT and (look or attempt.next_look_at is not None)
        if not (attempt.state in states.MOVING or attempt.leftover or late or _confirms_itself(attempt)):
            return attempt
        claimed = protocol.claim(attempt_id, timezone.now())
        if claimed is None:
            return attempt
        try:
            _advance(claimed)
        finally:
            protocol.release(claimed)
        return claimed


def _advance(attempt: Attempt) -> None:
    """The steps, then what needs no question: a reconnection that reached its own account is used."""
    try:
        means = means_for(attempt.team)
    except KeyRefused as error:
        now = timezone.now()
        with suppress(KeyError):
            protocol.move(attempt, "key_refused", now=now, detail=str(error))
        if attempt.leftover:
            protocol.put_off(attempt, now)
        return
    protocol.advance(attempt, means)
    if _confirms_itself(attempt) and attempt.asked_by is not None:
        confirm(attempt, by=attempt.asked_by)
        attempt.refresh_from_db()
        protocol.clear_leftover(attempt, means)


def _confirms_itself(attempt: Attempt) -> bool:
    return attempt.state == states.CHECKED and attempt.account is not None and attempt.asked_by is not None


def due(now: datetime) -> list[int]:
    """The attempts whose time has come and that nobody works on."""
    with scopes_disabled():
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        wanted = Q(state__in=states.MOVING) | ~Q(leftover="") | Q(state=states.TIMED_OUT)
        wanted |= Q(state=states.CHECKED, account__isnull=False, asked_by__isnull=False)
        return list(Attempt.objects.filter(free, wanted, next_look_at__lte=now).values_list("pk", flat=True)[:100])


def ring(attempt: Attempt) -> None:
    """Have a worker go on when the attempt's time comes; with Redis away the sweep does it, a little later."""
    if attempt.next_look_at is None:
        return
    wait = max(0.0, (attempt.next_look_at - timezone.now()).total_seconds())
    try:
        app.send_task(TASK, [attempt.pk], countdown=wait, retry=False)
    except Exception as error:  # noqa: BLE001 - any broker trouble: the row is there
        log.warning("doorbell", error=type(error).__name__)


def came_back(attempt: Attempt) -> None:
    """Somebody looks at an attempt that was given up: ask Maton once more, by a worker."""
    now = timezone.now()
    rows = Attempt.objects.filter(pk=attempt.pk, state=states.TIMED_OUT, next_look_at=None)
    if rows.update(next_look_at=now):
        attempt.next_look_at = now
        ring(attempt)


def opened(attempt: Attempt) -> None:
    """The link of an attempt that was given up is opened again: wait once more."""
    with suppress(KeyError):
        protocol.move(attempt, "opened", now=timezone.now())


def link_of(attempt: Attempt) -> str:
    """A fresh authorisation link of a waiting attempt. Raises GatewayError, BadLink. It is a secret: never stored."""
    if not attempt.connection_id or attempt.state not in (states.WAITING, states.TIMED_OUT):
        raise NotConnected(speaker="us")
    url = Maton(gateway_for(attempt.team)).get(attempt.connection_id).url.reveal()
    parts = urlsplit(url)
    for allowed in settings.MATON_CONNECT_HOSTS:
        wanted = urlsplit(allowed if "://" in allowed else f"https://{allowed}")
        if (parts.scheme, parts.netloc) == (wanted.scheme, wanted.netloc):
            return url
    raise BadLink(parts.netloc)


def already(attempt: Attempt) -> Account | None:
    """The team's account that answered, where it is connected by another connection and this is no reconnection."""
    if attempt.state != states.CHECKED or attempt.account_id is not None:
        return None
    there = Account.objects.filter(team=attempt.team, klaviyo_id=attempt.found["id"])
    return there.exclude(connection_id=None).first()


def confirm(attempt: Attempt, *, by: User) -> Account:
    """Use the account that answered: make it, or point it at its new connection, in one transaction.

    Raises TakenAlready where the team has that account on a connection, NotConnected where the attempt is elsewhere.
    """
    now = timezone.now()
    with scope(team=attempt.team), transaction.atomic():
        attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if attempt.state == states.IN_USE and attempt.account is not None:
            return attempt.account  # pressed twice
        if attempt.state != states.CHECKED:
            raise NotConnected(speaker="us")
        found = attempt.found
        account = Account.objects.select_for_update().filter(team=attempt.team, klaviyo_id=found["id"]).first()
        if account is not None and attempt.account_id is None and account.connected:
            raise TakenAlready(account.name)
        old = account.connection_id if account else None
        again = bool(old or attempt.account_id)
        if account is None:
            account = Account(team=attempt.team, klaviyo_id=found["id"])
        protocol.move(attempt, "confirmed", now=now, leftover=_ours_to_delete(old), next_look_at=now)
        _take_over(account, attempt, by, now)
        Attempt.objects.filter(pk=attempt.pk).update(account=account)
        attempt.account = account
        audit.record(
            team=attempt.team,
            actor=by,
            action="account.reconnected" if again else "account.connected",
            target=account.name,
            account_id=account.pk,
            after={"klaviyo_id": account.klaviyo_id},
        )
        with scope(team=attempt.team, account=account):
            for kind in sync.mirrored():
                sync.ring(account, kind, now=now)
    return account


def _ours_to_delete(connection_id: str | None) -> str:
    """The old connection of an account, unless it was there before us: then other tools may use it."""
    with scopes_disabled():
        kept = Attempt.objects.filter(connection_id=connection_id, adopted=True).exists()
    return "" if kept else connection_id or ""


def made_by_us(account: Account) -> bool:
    """Whether the account's connection is ours to delete."""
    return bool(_ours_to_delete(account.connection_id))


def _take_over(account: Account, attempt: Attempt, by: User, now: datetime) -> None:
    found = attempt.found
    for name in FACTS:
        if name in found:  # an attempt that began before an update knows less
            setattr(account, name, found[name])
    rights = {family: one["may"] for family, one in found["rights"].items()}
    account.connection_id = attempt.connection_id
    account.connected_by, account.connected_at = by, now
    account.rights = found["rights"]
    account.health = Health.RIGHTS_MISSING if False in rights.values() else Health.WORKING
    account.health_since = account.last_good_at = account.next_heartbeat_at = now
    account.health_detail, account.failures = {}, 0
    account.save()


def cancel(attempt: Attempt, *, by: User) -> None:
    """Stop; a connection that was made for it is deleted, an adopted one is left as it was."""
    with transaction.atomic():
        for _ in range(5):  # a worker may move it in the same moment
            attempt.refresh_from_db()
            event = "declined" if attempt.state == states.CHECKED else "cancelled"
            if (attempt.state, event) not in states.TABLE:
                return
            now = timezone.now()
            if protocol.move(attempt, event, now=now, leftover=protocol.spare(attempt), next_look_at=now):
                target = attempt.account.name if attempt.account else attempt.team.name
                audit.record(team=attempt.team, actor=by, action="account.connect_cancelled", target=target)
                return


def again(attempt: Attempt) -> None:
    """Go on after the gateway was down or the key was refused."""
    event = "again_waiting" if attempt.connection_id else "again_asking"
    with suppress(KeyError):
        protocol.move(attempt, event, now=timezone.now(), tries=0)


def key_is_new(team: Team) -> None:
    """A key was proved: what stopped for want of one goes on, and every account is asked how it is."""
    now = timezone.now()
    for attempt in Attempt.objects.filter(team=team, state=states.KEY_REFUSED):
        again(attempt)
        ring(attempt)
    Account.objects.filter(team=team).exclude(connection_id=None).update(next_heartbeat_at=now)


def adoptable(team: Team) -> list[tuple[Connection, dict[str, str | bool]]]:
    """Maton's active Klaviyo connections that nothing of ours uses, each with the account that answers.

    Raises GatewayError where Maton cannot be asked; one whose account does not answer is left out.
    """
    gateway = gateway_for(team)
    with scopes_disabled():
        used = set(Account.objects.exclude(connection_id=None).values_list("connection_id", flat=True))
        used |= set(Attempt.objects.exclude(connection_id=None).values_list("connection_id", flat=True))
    found = []
    for one in Maton(gateway).list():
        if one.status == ACTIVE and one.id not in used:
            with suppress(GatewayError):
                found.append((one, read_account(Client(gateway, one.id))))
    return found


def adopt(team: Team, *, connection_id: str, by: User) -> Attempt:
    """Begin with a connection that is there already; it is checked and asked about like a new one."""
    now = timezone.now()
    mine = Attempt.objects.filter(team=team, connection_id=connection_id, adopted=True, state__in=states.OPEN).first()
    if mine is not None:
        return mine  # pressed twice
    with scopes_disabled():
        if not connection_id or Account.objects.filter(connection_id=connection_id).exists():
            raise TakenAlready(connection_id)
    try:
        with transaction.atomic():
            attempt = Attempt.objects.create(
                team=team,
                asked_by=by,
                since=now,
                next_look_at=now,
                state=states.WAITING,
                connection_id=connection_id,
                adopted=True,
            )
            audit.record(team=team, actor=by, action="account.adopt_begun", target=team.name)
    except IntegrityError:
        raise TakenAlready(connection_id) from None
    return attempt


def disconnect(account: Account, *, by: User) -> None:
    """Delete the connection at Maton, then forget it here. What we have of the account stays. Raises GatewayError.

    One that we did not make stays at Maton, since other tools may use it; so does one whose key Maton refuses.
    """
    left = "" if account.connection_id is None else account.connection_id
    if ours := _ours_to_delete(left):
        with suppress(KeyRefused):
            with suppress(NotFound, NotConnected):
                Maton(gateway_for(account.team)).delete(ours)
            left = ""
    with transaction.atomic():
        # Conditional: a reconnection may have put another connection there in the same moment.
        rows = Account.objects.filter(pk=account.pk, connection_id=account.connection_id).exclude(connection_id=None)
        gone = {"health": Health.DISCONNECTED, "health_since": timezone.now(), "health_detail": {}, "failures": 0}
        if not rows.update(connection_id=None, next_heartbeat_at=None, **gone):
            return
        Attempt.objects.filter(connection_id=account.connection_id).update(connection_id=None)
        audit.record(
            team=account.team,
            actor=by,
            action="account.disconnected",
            target=account.name,
            account_id=account.pk,
            after={"left_at_maton": bool(left)},
        )
