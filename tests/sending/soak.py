"""Sends through random kill -9, freezes and faults, with real processes, a real database and real HTTP.

`python -m tests.sending.soak --sends 200` prints one line of JSON; DATABASE_URL names an empty database of its own.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import signal
import sys
import time
import traceback
import urllib.request
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

FAST = {
    "connect_s": 1,
    "total_s": 1.0,
    "attempt_s": 2,
    "quiet_s": 4.5,
    "read_bound_s": 20,
    "spacing": (0.1, 0.3, 0.6, 1.0),
}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sends", type=int, default=200)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-s", type=float, default=300)
    return parser.parse_args()


def fork(work) -> int:
    """A child that does `work` and never comes back; no descriptor of the parent's database goes with it."""
    pid = os.fork()
    if pid:
        return pid
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no orphan outlives the run
    try:
        work()
    except BaseException:  # noqa: BLE001  whatever it was, this process must not go on as the parent would
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


class Errors:
    """What went wrong in the workers, which may die at any moment: a line of a file each, appended in one write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def note(self, what: str, error: Exception) -> None:
        """From any process."""
        line = f"{what}: {type(error).__name__}: {error}".replace("\n", " ")[:500]
        with self.path.open("a") as file:
            file.write(f"{line}\n")

    def figures(self) -> dict:
        """How many, and the last three."""
        lines = self.path.read_text().splitlines()
        return {"errors": len(lines), "last errors": lines[-3:]}


def remote_at(port: int):
    from klaviyo_app.gateway.client import Client
    from klaviyo_app.gateway.once import send_once
    from klaviyo_app.gateway.transport import Gateway
    from klaviyo_app.sending.remote import Remote
    from tests.sending.pretend_klaviyo import ACCOUNT

    url = f"http://127.0.0.1:{port}"
    gateway = Gateway(url, url, "key", "2026-07-15", connect_s=1, read_s=1, total_s=2)
    lines = Remote(
        client=Client(gateway, "conn-1", expect_account=ACCOUNT),
        post=partial(send_once, gateway, "conn-1", "send_campaign", expect_account=ACCOUNT),
    )
    return lambda _account: lines


def worker(port: int, stop_at: float, errors: Errors) -> None:
    """Attends to what is due, as a Celery worker does; an error is noted, and costs the connection."""
    from django.db import connections

    from klaviyo_app.sending import protocol
    from klaviyo_app.sending.remote import Means
    from klaviyo_app.sending.timing import Limits

    connections.close_all()
    random.seed(os.getpid())
    means = Means(remote=remote_at(port), bounds=Limits(**FAST))
    while time.monotonic() < stop_at:
        what = "looking for what is due"
        try:
            ids = protocol.due(means.clock, most=40)
            random.shuffle(ids)
            for one in ids[:8]:
                what = f"attending to {one}"
                protocol.attend(one, means)
            if not ids:
                time.sleep(0.05)
        except Exception as error:  # noqa: BLE001  noted, and told in the figures
            errors.note(what, error)
            connections.close_all()
            time.sleep(0.05)


def pretend(seed: int, pipe: int) -> None:
    from tests.sending.pretend_klaviyo import Shop, serve

    server = serve(Shop(seed=seed))
    os.write(pipe, f"{server.server_address[1]}\n".encode())
    os.close(pipe)
    while True:
        time.sleep(60)


def begin(sends: int, port: int) -> None:
    """A team, its publisher, an account, and as many armed sends."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django_scopes import scopes_disabled

    from dashboard.teams.models import Member, Role, Team, User
    from klaviyo_app.accounts.models import Account
    from klaviyo_app.gateway.errors import GatewayError
    from klaviyo_app.sending import services
    from klaviyo_app.sending.content import read_content
    from tests.sending.pretend_klaviyo import ACCOUNT

    settings.MIGRATION_MODULES = {one.label: None for one in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    team = Team.objects.create(name="Soak", slug="soak")
    paul = User.objects.create_user("paul@example.com", None)
    Member.objects.create(team=team, user=paul, role=Role.PUBLISHER)
    client = remote_at(port)(None).client
    with scopes_disabled():
        account = Account.objects.create(team=team, klaviyo_id=ACCOUNT, name="Shop", connection_id="conn-1")
        for number in range(sends):
            content = None
            while content is None:
                with suppress(GatewayError):
                    content = read_content(client, f"C{number:04}")
            services.request_send(
                account, content=content, estimate=10, wish=services.Wish(seen=content.digest), by=paul
            )


def click(port: int) -> None:
    """Ten clicks on Send for the same campaign, as one of ten web processes."""
    from django.db import connections
    from django_scopes import scopes_disabled

    from dashboard.teams.models import User
    from klaviyo_app.accounts.models import Account
    from klaviyo_app.gateway.errors import GatewayError
    from klaviyo_app.sending import services
    from klaviyo_app.sending.content import read_content

    connections.close_all()
    paul = User.objects.get()
    content = None
    while content is None:
        with suppress(GatewayError):
            content = read_content(remote_at(port)(None).client, "CLICKED")
    with scopes_disabled():
        account = Account.objects.get()
        for _again in range(10):
            services.request_send(
                account, content=content, estimate=10, wish=services.Wish(seen=content.digest), by=paul
            )


def clicks(port: int) -> int:
    """A hundred clicks by ten processes; how many intents came of them."""
    from django.db import connections
    from django_scopes import scopes_disabled

    from klaviyo_app.sending.models import SendIntent

    connections.close_all()
    ended = [os.waitpid(pid, 0)[1] for pid in [fork(partial(click, port)) for _ in range(10)]]
    if any(ended):
        raise SystemExit(f"{sum(map(bool, ended))} of the ten clicking processes failed")
    with scopes_disabled():
        return SendIntent.objects.filter(campaign_id="CLICKED").count()


def open_sends() -> int:
    from django_scopes import scopes_disabled

    from klaviyo_app.sending import states
    from klaviyo_app.sending.models import SendIntent

    with scopes_disabled():
        return SendIntent.objects.filter(state__in=states.SWEPT).count()


def torment(work, options: argparse.Namespace, stop_at: float) -> Counter:
    """Workers, killed and frozen at random until nothing is left to do or the time is over; counts both."""
    from django.db import connections

    dice = random.Random(options.seed)
    workers = [fork(work) for _ in range(options.workers)]
    frozen: dict[int, float] = {}
    figures = Counter()
    next_count = 0.0
    while time.monotonic() < stop_at:
        time.sleep(dice.uniform(0.1, 0.35))
        for pid, until in list(frozen.items()):
            if time.monotonic() >= until:
                os.kill(pid, signal.SIGCONT)
                del frozen[pid]
        victim = dice.randrange(len(workers))
        if workers[victim] in frozen:
            continue
        if dice.random() < 0.12 and len(frozen) < 2:
            os.kill(workers[victim], signal.SIGSTOP)
            frozen[workers[victim]] = time.monotonic() + dice.uniform(2.5, 5)
            figures["freezes"] += 1
        elif dice.random() < 0.8:
            os.kill(workers[victim], signal.SIGKILL)
            _pid, ended = os.waitpid(workers[victim], 0)
            figures["ended by themselves"] += os.WIFEXITED(ended)  # their traceback is on stderr
            connections.close_all()
            workers[victim] = fork(work)
            figures["kills"] += 1
        if time.monotonic() >= next_count:
            next_count = time.monotonic() + 1
            if open_sends() == 0:
                break
            connections.close_all()
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return figures


def run(options: argparse.Namespace, errors: Errors) -> dict:
    """The whole run; returns the figures."""
    import django

    django.setup()
    from django.db import connections

    from klaviyo_app.sending.locks import unsafe_storage

    if unsafe := unsafe_storage():
        raise SystemExit(f"nothing would ever leave: {unsafe}")
    connections.close_all()
    read_end, write_end = os.pipe()
    server = fork(partial(pretend, options.seed, write_end))
    os.close(write_end)
    port = int(os.read(read_end, 20))
    began = time.monotonic()
    stop_at = began + options.limit_s
    begin(options.sends, port)
    made = clicks(port)
    ready = time.monotonic()
    connections.close_all()
    figures = torment(partial(worker, port, stop_at, errors), options, stop_at)
    time.sleep(2)  # the latest request has landed
    result = judge(port, figures)
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    return {
        **result,
        **errors.figures(),
        "sends of 100 clicks": made,
        "asked_s": round(ready - began, 1),
        "seconds": round(time.monotonic() - ready, 1),
    }


def judge(port: int, figures: Counter) -> dict:
    """Compares what we recorded with what was really accepted."""
    from django_scopes import scopes_disabled

    from klaviyo_app.sending import states
    from klaviyo_app.sending.models import SendIntent

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts") as answer:
        counts = json.load(answer)
    by_state: Counter = Counter()
    forgotten: Counter = Counter()
    figures["doubled"] = sum(one["accepted"] > 1 for one in counts.values())
    with scopes_disabled():
        rows = list(SendIntent.objects.all())
    for row in rows:
        accepted = counts.get(row.campaign_id, {"accepted": 0})["accepted"]
        by_state[row.state] += 1
        if row.state in states.SWEPT:
            figures["forgotten"] += 1
            forgotten[f"{row.state}: {row.reason or 'no reason'}"] += 1
        said_sent = row.state in {states.ACCEPTED, states.SENDING, states.SENT}
        said_unsent = row.state in {states.REFUSED, states.EXPIRED} or row.reason in {"not_accepted", "unreachable"}
        figures["falsely recorded"] += (said_sent and not accepted) or (said_unsent and accepted > 0)
        figures["for a person"] += row.state == states.NEEDS_HUMAN
    figures["posts"] = sum(one["posts"] for one in counts.values())
    figures["accepted"] = sum(one["accepted"] for one in counts.values())
    names = ("doubled", "falsely recorded", "forgotten", "for a person", "posts", "accepted", "kills", "freezes")
    names += ("ended by themselves",)
    return {
        "sends": len(rows),
        **{name: figures[name] for name in names},
        "states": dict(by_state),
        "held": dict(forgotten),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    with TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(run(parse(), Errors(Path(folder) / "errors"))) + "\n")
