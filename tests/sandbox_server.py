"""The sandbox as a process of its own, and what tests tell it over its control address."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from tests.environment import free_port

ROOT = Path(__file__).resolve().parents[1]


class Sandbox:
    """A running sandbox without any data but what worlds bring; `url` is both Maton's and the gateway's."""

    def __init__(self, *, data: str = "empty", store: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [sys.executable, "-m", "klaviyo_app.sandbox", f"--port={self.port}", f"--data={data}"]
        if store is not None:
            self.command.append(f"--store={store}")
        self.start()

    def start(self) -> None:
        """Start the process on its port and wait until it answers."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, cwd=ROOT)
        until = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > until or self.process.poll() is not None:
                self.stop()
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/_sandbox/ready", timeout=10).ok
        except requests.RequestException:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, gently unless told."""
        self.process.send_signal(how)
        self.process.wait(10)

    def tell(self, path: str, method: str = "POST", **what: Any) -> Any:
        """A call of the control address; raises where it is refused."""
        answer = requests.request(method, f"{self.url}/_sandbox/{path}", json=what, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"{path}: {answer.text}")
        return answer.json()

    def world(self, data: str = "empty", accounts: int = 1, **settings: Any) -> World:
        """A Maton key of its own with Klaviyo accounts, the first one connected."""
        made = self.tell("worlds", data=data, accounts=accounts)
        world = World(self, made["key"], made["accounts"])
        if settings:
            world.settings(**settings)
        return world


class World:
    """A key, its first Klaviyo account and the connection to it."""

    def __init__(self, sandbox: Sandbox, key: str, accounts: list[dict[str, str]]) -> None:
        self.sandbox = sandbox
        self.key = key
        self.accounts = accounts
        self.account_id, self.name = accounts[0]["id"], accounts[0]["name"]
        self.connection_id = self.connect(self.account_id)

    def connect(self, account_id: str) -> str:
        """An active connection to an account, without the consent page; its id."""
        return str(self.sandbox.tell("connect", key=self.key, account_id=account_id)["connection_id"])

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        """Order a fault of an operation."""
        self.sandbox.tell("faults", key=self.key, operation=operation, fault=fault, **more)

    def unused_faults(self) -> list[dict[str, Any]]:
        """Orders that struck no call."""
        return list(self.sandbox.tell("faults", "GET", key=self.key)["unused"])

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings of the key; all of them come back."""
        return dict(self.sandbox.tell("settings", key=self.key, **changes))

    def mode(self, mode: str, connection_id: str | None = None) -> None:
        """Change what a connection does: dead-grant, forgotten, lack-scope:lists:write, working ..."""
        self.sandbox.tell(f"connections/{connection_id or self.connection_id}", mode=mode)

    def advance(self, seconds: float) -> None:
        """Put the key's clock on."""
        self.sandbox.tell("clock", key=self.key, advance_s=seconds)

    def requests(self, operation: str = "*") -> list[dict[str, Any]]:
        """What came in at the socket, the oldest first."""
        return list(self.sandbox.tell("requests", "GET", key=self.key, operation=operation)["requests"])

    def count(self, operation: str = "*") -> int:
        """How often an operation was asked for, counted at the socket."""
        return int(self.sandbox.tell("requests", "GET", key=self.key, operation=operation)["count"])

    def sends(self, campaign_id: str) -> int:
        """How many sends of a campaign were accepted."""
        return int(self.sandbox.tell(f"campaigns/{campaign_id}/sends", "GET", key=self.key)["accepted"])

    def ask(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str | None] | None = None
    ) -> requests.Response:
        """A plain call through the gateway, whatever comes back; a header that is None is left out."""
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Maton-Connection": self.connection_id,
            "revision": "2026-07-15",
            "Content-Type": "application/vnd.api+json",
            **(headers or {}),
        }
        given = {name: value for name, value in sent.items() if value is not None}
        address = f"{self.sandbox.url}/klaviyo/api/{path}"
        return requests.request(method, address, headers=given, json=body, timeout=20, allow_redirects=False)

    def upload(
        self, path: str, texts: Mapping[str, str], files: Mapping[str, tuple[str, bytes]], revision: str = "2026-07-15"
    ) -> requests.Response:
        """A form with files, whatever comes back."""
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Maton-Connection": self.connection_id,
            "revision": revision,
        }
        address = f"{self.sandbox.url}/klaviyo/api/{path}"
        return requests.post(address, headers=sent, data=texts, files=files, timeout=20)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Somebody else works on the same account: a call that must succeed, and its document."""
        answer = self.ask(method, path, body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def control(self, method: str, path: str = "", **more: Any) -> requests.Response:
        """A call of Maton's connection API."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, f"{self.sandbox.url}/connections{path}", headers=headers, timeout=20, **more)
