"""The whole product as `make run` starts it, on free ports, in a folder of its own: real processes only."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from dashboard.environment import ROOT
from dashboard.local import environment, programs
from tests.environment import free_port

OUTSIDE = (
    "DATABASE_URL",
    "REDIS_URL",
    "MATON_API_KEY",
    "MATON_GATEWAY_URL",
    "MATON_CONTROL_URL",
    "MATON_CONNECT_HOSTS",
)


class Stack:
    """Redis, sandbox, web, worker, beat. `site` and `sandbox` are their addresses."""

    def __init__(self, folder: Path, **settings: str) -> None:
        kept = {name: os.environ.pop(name, None) for name in OUTSIDE}
        ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
        os.environ.update(ports)
        try:
            self.env = {**environment(folder), **settings}
        finally:
            for name in ports:
                os.environ.pop(name)
            os.environ.update({name: value for name, value in kept.items() if value is not None})
        self.folder = folder
        self.site = f"http://127.0.0.1:{self.env['PORT']}"
        self.sandbox = f"http://127.0.0.1:{self.env['SANDBOX_PORT']}"
        self.env.update(SITE_URL=self.site, LOG_LEVEL="INFO")
        self.commands = programs(self.env, folder)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str) -> str:
        """Run a management command against the stack's database; returns its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def order(self, method: str, path: str, **given: object) -> dict[str, Any]:
        """An order to the sandbox's control address; returns what it says."""
        form = {"params": given} if method in ("GET", "DELETE") else {"json": given}
        answer = requests.request(method, f"{self.sandbox}/_sandbox/{path}", timeout=10, **form)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def start(self) -> None:
        """Migrate, make the demo people, start everything and wait for the site and the sandbox to answer."""
        self._prepare()
        for name in self.commands:
            self.start_one(name)
        for address in (f"{self.site}/health/live", f"{self.sandbox}/connections"):
            self._wait_for(address)

    def _prepare(self) -> None:
        """As `make run` does it, in one process: each start of Python costs seconds on a busy machine."""
        order = "import os; from dashboard.local import prepare; prepare(dict(os.environ))"
        done = subprocess.run(
            [sys.executable, "-c", order], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def start_one(self, name: str) -> None:
        """Start one program; its output goes to a file beside the database."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            shlex.split(self.commands[name]), cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        """Kill -9, children too."""
        process = self.processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End everything."""
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _wait_for(self, address: str) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if requests.get(address, timeout=2).status_code < 500:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError(f"{address} does not answer; see {self.folder}")
