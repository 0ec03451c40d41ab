"""A worker is killed with -9 while its POST /connections hangs: the sweep goes on, and one connection is used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.environment import ROOT
from tests.connecting.rig import Maton

Python = Callable[..., subprocess.Popen[str]]
BEGIN = """
call_command("migrate", interactive=False, verbosity=0)
from dashboard.teams.models import Member, Role, Team, User
team = Team.objects.create(name="Northlight", slug="northlight")
alice = User.objects.create_user("alice@example.com", "rehearsal-2026")
Member.objects.create(team=team, user=alice, role=Role.ADMIN)
print(services.begin(team, by=alice).pk)
"""
STEP = "services.go_on(1)"
# Time passes: the lease of the dead worker runs out, what was put off is due.
SWEEP = """
now = timezone.now()
Attempt.objects.update(lease_until=None)
Attempt.objects.exclude(next_look_at=None).update(next_look_at=now)
tasks.sweep()
one = Attempt.objects.get()
print(one.state, one.connection_id)
"""
LINK = "print(services.link_of(Attempt.objects.select_related('team').get()))"
CONFIRM = """
services.confirm(Attempt.objects.get(), by=User.objects.get())
print(*Account.objects.values_list("connection_id", flat=True))
"""
START = """
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from django_scopes import scopes_disabled
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.connecting import services, tasks
from klaviyo_app.connecting.models import Attempt
with scopes_disabled():
"""


@pytest.fixture
def python(tmp_path: Path, maton: Maton) -> Python:
    """python(program): a process of its own on a database of its own, as a worker has it."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "MATON_API_KEY": maton.world.key,
        "MATON_GATEWAY_URL": maton.url,
        "MATON_CONTROL_URL": maton.url,
        "MATON_CONNECT_HOSTS": maton.url,
    }

    def run(program: str) -> subprocess.Popen[str]:
        body = START + "".join(f"    {line}\n" for line in program.strip().splitlines())
        return subprocess.Popen([sys.executable, "-c", body], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    return run


def said(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out.strip()


def kill_when_asked(process: subprocess.Popen[str], maton: Maton, operation: str) -> None:
    """SIGKILL as soon as the sandbox has the call."""
    until = time.monotonic() + 30
    while not maton.world.count(operation):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_a_worker_killed_in_the_middle_of_the_post_leaves_one_connection_that_is_used(
    python: Python, maton: Maton
) -> None:
    assert said(python(BEGIN)) == "1"
    maton.fault("create_connection", "hang-after", seconds=5)
    kill_when_asked(python(STEP), maton, "create_connection")
    made = set(maton.connections()) - {maton.theirs}
    assert len(made) == 1
    state, connection, link = said(python(SWEEP + LINK)).split()
    assert [state, connection] == ["waiting", *made]
    assert maton.world.count("create_connection") == 1

    maton.consent(link)
    maton.fault("get_coupons", "latency", seconds=5)
    kill_when_asked(python(STEP), maton, "get_coupons")
    assert said(python(SWEEP + CONFIRM)).split() == ["checked", *made, *made]
    assert set(maton.connections()) == {maton.theirs, *made}
