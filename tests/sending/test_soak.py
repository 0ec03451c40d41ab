"""Sends through kill -9, freezes and faults, with real processes: 0 doubled, 0 falsely recorded, 0 forgotten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.environment import ROOT
from tests.postgres import postgres


def soak(database: str, sends: int, *, limit_s: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.sending.soak", "--sends", str(sends), "--limit-s", str(limit_s)]
    environment = {**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "ERROR"}
    environment.pop("TEST_ON_POSTGRES", None)
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit_s + 80, check=False
    )


def nothing_goes_wrong(database: str, sends: int, *, kills: int, limit_s: int = 100) -> None:
    done = soak(database, sends, limit_s=limit_s)
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["sends of 100 clicks"] == 1, figures
    assert figures["sends"] == sends + 1, figures
    assert [figures[name] for name in ("doubled", "falsely recorded", "forgotten")] == [0, 0, 0], figures
    assert figures["ended by themselves"] == 0, (figures, done.stderr[-3000:])
    assert figures["kills"] >= kills, figures
    assert figures["states"].get("sent", 0) > sends / 2, figures


def on_postgresql(folder: Path, sends: int, *, kills: int, limit_s: int = 100) -> None:
    with postgres(folder) as address:
        if not address:
            pytest.skip("no PostgreSQL")
        nothing_goes_wrong(address, sends, kills=kills, limit_s=limit_s)


@pytest.mark.timeout(200)
def test_60_sends_through_kills_and_faults_leave_once_or_not_at_all(tmp_path: Path) -> None:
    nothing_goes_wrong(f"sqlite:///{tmp_path / 'db.sqlite3'}", 60, kills=10)


@pytest.mark.postgres
@pytest.mark.timeout(200)
def test_20_sends_on_postgresql_through_kills_and_faults_leave_once_or_not_at_all(tmp_path: Path) -> None:
    on_postgresql(tmp_path / "postgres", 20, kills=5)


@pytest.mark.postgres
def test_on_a_database_that_may_forget_a_commit_the_run_says_so_at_once(tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    with postgres(tmp_path / "postgres") as address:
        if not address:
            pytest.skip("no PostgreSQL")
        with psycopg.connect(address, autocommit=True) as session:
            session.execute(f'ALTER DATABASE "{session.info.dbname}" SET synchronous_commit = off')
        done = soak(address, 1, limit_s=10)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "nothing would ever leave: PostgreSQL's synchronous_commit is off"


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_200_sends_through_kills_and_faults_leave_once_or_not_at_all(tmp_path: Path) -> None:
    nothing_goes_wrong(f"sqlite:///{tmp_path / 'db.sqlite3'}", 200, kills=30, limit_s=400)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(500)
def test_200_sends_on_postgresql_through_kills_and_faults_leave_once_or_not_at_all(tmp_path: Path) -> None:
    on_postgresql(tmp_path / "postgres", 200, kills=30, limit_s=400)
