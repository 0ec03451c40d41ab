"""kill -9 of the real Celery worker in the middle of codes, of a file or of a send: it ends right by itself."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests

from tests.browser.stack import Stack

pytestmark = pytest.mark.timeout(300)

ACCOUNT_ROW = """
from datetime import timedelta
from django.utils import timezone
from django_scopes import scopes_disabled
from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.resources.coupons.generation import plan_codes
from klaviyo_app.resources.coupons.models import Coupon
from klaviyo_app.resources.events.recording import plan_events
from klaviyo_app.resources.profiles.importing import plan_import
with scopes_disabled():
    account, _made = Account.objects.get_or_create(
        team=Team.objects.get(slug="northlight"), klaviyo_id={account!r},
        defaults=dict(name="Shop", connection_id={connection!r}, next_heartbeat_at=timezone.now() + timedelta(hours=1)),
    )
    alice = User.objects.get(email="alice@example.com")
"""
CODES = """
    now = timezone.now()
    coupon = Coupon.objects.create(
        account=account, klaviyo_id="KILLED", name="KILLED", name_key="killed", attributes={{}},
        created_at=now, updated_at=now, fingerprint="", seen_at=now,
    )
    codes = plan_codes(coupon, codes=[f"KILL-{{number:05d}}" for number in range(2500)], expires_at=None, by=alice)
"""
EVENTS = """
    metric = {{"data": {{"type": "metric", "attributes": {{"name": "Killed"}}}}}}
    rows = []
    for who in (f"killed-{{number:04d}}@example.com" for number in range(2500)):
        event = {{"metric": metric, "time": "2026-08-01T12:00:00+00:00", "properties": {{}}, "unique_id": who}}
        rows.append((who, {{"person": {{"type": "profile", "attributes": {{"email": who}}}}, "event": event}}))
    events = plan_events(account, rows=rows, name="killed.csv", by=alice)
"""
PROFILES = """
    rows = []
    for who in (f"imported-{{number:03d}}@example.com" for number in range(120)):
        rows.append((who, {{"attributes": {{"email": who, "properties": {{"Note": "x" * 90_000}}}}}}))
    profiles = plan_import(account, rows=rows, name="killed.csv", into="", calls=0, by=alice)
"""
JOBS = (
    ACCOUNT_ROW
    + CODES
    + EVENTS
    + PROFILES
    + """
    print(codes.pk, events.pk, profiles.pk)
"""
)
SEND = """
from datetime import timedelta
from django.utils import timezone
from django_scopes import scopes_disabled
from dashboard.teams.models import Team, User
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.query import Query, and_, equals
from klaviyo_app.sending import services
with scopes_disabled():
    account, _made = Account.objects.get_or_create(
        team=Team.objects.get(slug="northlight"), klaviyo_id={account!r},
        defaults=dict(name="Shop", connection_id={connection!r}, next_heartbeat_at=timezone.now() + timedelta(hours=1)),
    )
    client = client_for(account)
    drafts = Query(filter=and_(equals("messages.channel", "email"), equals("status", "Draft")))
    found = client.call("get_campaigns", query=drafts).data
    campaign = next(one for one in found if one["attributes"]["name"] == {name!r})
    content = services.read_for(client, campaign["id"])
    wish, paul = services.Wish(seen=content.digest), User.objects.get(email="paul@example.com")
    intent = services.request_send(account, content=content, estimate=50_000, wish=wish, by=paul)
    alice = User.objects.get(email="alice@example.com")
    services.approve(intent, content=content, seen=content.digest, by=alice)
    print(intent.pk, intent.campaign_id)
"""
STATE = """
from collections import Counter
import json
from django_scopes import scopes_disabled
from klaviyo_app.jobs.models import Job
with scopes_disabled():
    jobs = (Job.objects.get(pk=pk) for pk in {jobs})
    print(json.dumps([[j.state, dict(Counter(j.rows.values_list("state", flat=True))), j.error] for j in jobs]))
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("killed"), SEND_QUIET_S="4")
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Klaviyo:
    """The pretend Klaviyo of the stack, for its key `sandbox`."""

    def __init__(self, stack: Stack) -> None:
        self.base = stack.sandbox
        self.connection = ""
        self.headers = {"Authorization": "Bearer sandbox", "revision": "2026-07-15"}
        self.headers["Content-Type"] = "application/vnd.api+json"

    def control(self, path: str, **body: object) -> dict:
        return requests.post(f"{self.base}/_sandbox/{path}", json={"key": "sandbox", **body}, timeout=10).json()

    def count(self, operation: str) -> int:
        asked = {"key": "sandbox", "operation": operation}
        return int(requests.get(f"{self.base}/_sandbox/requests", params=asked, timeout=10).json()["count"])

    def codes(self) -> list[str]:
        found = self.all("coupon-codes?filter=equals(coupon.id,%22KILLED%22)")
        return [one["attributes"]["unique_code"] for one in found]

    def all(self, path: str) -> list[dict]:
        """Every page of a collection."""
        headers = {**self.headers, "Maton-Connection": self.connection}
        address: str | None = f"{self.base}/klaviyo/api/{path}"
        found: list[dict] = []
        while address:
            page = requests.get(address, headers=headers, timeout=30).json()
            found += page["data"]
            link = page["links"]["next"]
            address = link.replace("https://a.klaviyo.com", f"{self.base}/klaviyo") if link else None
        return found


def _said(stack: Stack, script: str) -> str:
    return stack.manage("shell", "-c", script).strip().splitlines()[-1]


def _until(stack: Stack, query: str, pk: str, ends: set[str], seconds: float = 150) -> list[str]:
    """The row of a query, as soon as the state it begins with is an end; straight from the stack's database."""
    path = stack.env["DATABASE_URL"].removeprefix("sqlite:///")
    end = time.monotonic() + seconds
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
        while (found := database.execute(query, [pk]).fetchone())[0] not in ends and time.monotonic() < end:
            time.sleep(0.1)
    return list(found)


def _reach(klaviyo: Klaviyo, operation: str, nth: int) -> None:
    """Wait until the nth call has reached Klaviyo."""
    end = time.monotonic() + 60
    while klaviyo.count(operation) < nth and time.monotonic() < end:
        time.sleep(0.05)
    assert klaviyo.count(operation) == nth


def _kill_in_the_middle_of(stack: Stack, klaviyo: Klaviyo, calls: dict[str, int]) -> None:
    """Kill the worker half a second after its nth call of each operation reached Klaviyo, and start another."""
    for operation, nth in calls.items():
        _reach(klaviyo, operation, nth)
    time.sleep(0.5)
    assert {operation: klaviyo.count(operation) for operation in calls} == calls  # all of them wait, none went on
    stack.kill("worker")
    stack.start_one("worker")


ACCOUNT = "Fj3LLd"


@pytest.fixture(scope="module")
def klaviyo(stack: Stack) -> Klaviyo:
    made = Klaviyo(stack)
    made.control("settings", limits=False, job_seconds=1.0)
    made.connection = made.control("connect", account_id=ACCOUNT)["connection_id"]
    return made


BULKS = ("bulk_create_coupon_codes", "bulk_create_events", "bulk_import_profiles")


@pytest.fixture(scope="module")
def imports(klaviyo: Klaviyo) -> int:
    """How many imports Klaviyo had before ours."""
    return len(klaviyo.all("profile-bulk-import-jobs"))


@pytest.fixture(scope="module")
def ends(stack: Stack, klaviyo: Klaviyo, imports: int) -> dict[str, list]:
    """Operation -> how its job ended. One kill -9 strikes three jobs: the wait for a dead worker's lease is long.

    The second batch of each is accepted, and its answer never comes: the worker dies waiting for it.
    """
    body = {"data": {"type": "coupon", "attributes": {"external_id": "KILLED"}}}
    headers = {**klaviyo.headers, "Maton-Connection": klaviyo.connection}
    made = requests.post(f"{stack.sandbox}/klaviyo/api/coupons", json=body, headers=headers, timeout=10)
    assert made.status_code == 201, made.text
    for operation in BULKS:
        klaviyo.control("faults", operation=operation, fault="hang-after", nth=2, times=1, seconds=24)
    jobs = _said(stack, JOBS.format(account=ACCOUNT, connection=klaviyo.connection)).split()
    _kill_in_the_middle_of(stack, klaviyo, dict.fromkeys(BULKS, 2))
    for job in jobs:
        _until(stack, "SELECT state FROM klaviyo_app_job WHERE id = ?", job, {"done", "failed", "cancelled"})
    told = json.loads(_said(stack, STATE.format(jobs=[int(job) for job in jobs])))
    return dict(zip(BULKS, told, strict=True))


def test_a_bulk_of_codes_survives_kill_9_of_its_worker(klaviyo: Klaviyo, ends: dict[str, list]) -> None:
    assert ends["bulk_create_coupon_codes"] == ["done", {"done": 2500}, ""]
    codes = klaviyo.codes()
    assert len(codes) == len(set(codes)) == 2500


def test_a_file_of_events_survives_kill_9_and_records_each_once(klaviyo: Klaviyo, ends: dict[str, list]) -> None:
    assert ends["bulk_create_events"] == ["done", {"done": 2500}, ""]
    assert klaviyo.count("bulk_create_events") == 4  # the batch in doubt went twice, under the same unique ids
    metric = next(one["id"] for one in klaviyo.all("metrics") if one["attributes"]["name"] == "Killed")
    found = klaviyo.all(f"events?filter=equals(metric_id,%22{metric}%22)&page[size]=1000")
    assert len(found) == len({one["attributes"]["event_properties"]["$event_id"] for one in found}) == 2500


def test_a_file_of_profiles_survives_kill_9_and_no_import_is_sent_twice(
    klaviyo: Klaviyo, imports: int, ends: dict[str, list]
) -> None:
    assert ends["bulk_import_profiles"] == ["done", {"done": 120}, ""]
    assert klaviyo.count("bulk_import_profiles") == 3
    made = klaviyo.all("profile-bulk-import-jobs")[imports:]
    assert sum(one["attributes"]["completed_count"] for one in made) == 120


@pytest.mark.parametrize(
    ("name", "orders", "end", "accepted"),
    [
        # It is accepted, and the worker dies waiting for the answer: found out by reading back.
        ("Lantern launch, second wave", [{"fault": "hang-after", "seconds": 8}], ["sent", ""], 1),
        # The line is cut before anything is accepted, and the worker is dead by then: never again by machine.
        (
            "Win back, gentle version",
            [{"fault": "latency", "seconds": 4}, {"fault": "reset-before"}],
            ["needs_human", "not_accepted"],
            0,
        ),
    ],
    ids=["accepted", "not accepted"],
)
def test_a_send_survives_kill_9_of_its_worker(
    stack: Stack, klaviyo: Klaviyo, name: str, orders: list[dict], end: list, accepted: int
) -> None:
    before = klaviyo.count("send_campaign")
    for order in orders:
        klaviyo.control("faults", operation="send_campaign", times=1, **order)
    send, campaign = _said(stack, SEND.format(account=ACCOUNT, connection=klaviyo.connection, name=name)).split()
    _kill_in_the_middle_of(stack, klaviyo, {"send_campaign": before + 1})
    query = "SELECT state, reason FROM klaviyo_app_sendintent WHERE id = ?"
    assert _until(stack, query, send, {"sent", "needs_human", "refused"}) == end
    assert stack.order("GET", f"campaigns/{campaign}/sends", key="sandbox") == {"accepted": accepted}
    assert klaviyo.count("send_campaign") == before + 1
