"""Runs of the plan against a sandbox: with Klaviyo's official SDK in its own environment, or with plain HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.contract.plan import OF_KLAVIYO, Ask, Plan
from tests.sandbox_server import ROOT, Sandbox, World

# The interpreter that has the SDK of a revision (bin/setup); 2025-01-15 has none here and is asked by plain HTTP.
SDKS = {"2024-10-15": ROOT / ".venv-sdk-15/bin/python", "2026-07-15": Path(sys.executable)}
REVISIONS = ("2024-10-15", "2025-01-15", "2026-07-15")

Found = dict[str, dict[str, Any]]  # by operation: {"outcome", "detail", "status", "request", "answer"}


def run(sandbox: Sandbox, revision: str) -> Found:
    """Ask for every operation once, at a world of the demo's smallest shop that serves every revision."""
    world = sandbox.world("demo", oldest_revision="2024-10-15", job_seconds=0.0)
    ids = dict(_existing(world, revision))
    if revision in SDKS:
        return _with_sdk(world, ids, SDKS[revision])
    plan, found = Plan(revision, ids), {}
    for ask in plan.asks():
        found[ask.operation.name] = one = {"outcome": "nothing"} if "" in ask.ids else _plain(world, ask, revision)
        plan.learn(ask.operation, one.get("answer"))
    return found


def _with_sdk(world: World, ids: dict[str, str], python: Path) -> Found:
    assert python.exists(), "the SDK has no environment yet: sh bin/setup dev"
    given = {"url": world.sandbox.url, "key": world.key, "connection": world.connection_id, "ids": ids}
    done = subprocess.run(
        [python, "-m", "tests.contract.sdk_calls"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return {one["operation"]: one for one in map(json.loads, done.stdout.splitlines())}


def _plain(world: World, ask: Ask, revision: str) -> dict[str, Any]:
    path = ask.operation.path.removeprefix("/api/")
    for name, one in zip(ask.operation.path_names, ask.ids, strict=True):
        path = path.replace(f"{{{name}}}", quote(one, safe=""))
    query = {name: ",".join(one) if isinstance(one, list) else one for name, one in ask.query.items()}
    path = f"{path}?{urlencode(query)}" if query else path
    if ask.operation.form:
        form = Plan.form_of(ask)
        file = {"file": ("picture.gif", form.pop("file"))}
        answer = world.upload(path, {name: str(value) for name, value in form.items()}, file, revision=revision)
    else:
        answer = world.ask(ask.operation.method, path, ask.body, headers={"revision": revision})
    return {
        "outcome": "ok" if answer.ok else "http",
        "detail": "" if answer.ok else f"{answer.status_code} {answer.text}",
        "status": answer.status_code,
        "request": {"method": ask.operation.method, "url": answer.url, "body": ask.body},
        "answer": answer.json() if answer.content else None,
    }


def _steps(world: World, flow: str) -> Iterator[tuple[str, str]]:
    """An action of a flow that sends a mail of a template, and its message; asked where they can be asked for."""
    for action in world.call("GET", f"flows/{flow}/flow-actions")["data"]:
        for message in world.call("GET", f"flow-actions/{action['id']}/flow-messages")["data"]:
            if message["attributes"]["definition"].get("template_id"):
                yield "flow-actions", action["id"]
                yield "flow-messages", message["id"]
                return


def _existing(world: World, revision: str) -> Iterator[tuple[str, str]]:
    """One of each kind that the shop has, by the path's word."""

    def first(path: str, word: str) -> Iterator[tuple[str, str]]:
        answer = world.ask("GET", path, headers={"revision": revision})
        for one in answer.json()["data"][:1] if answer.ok else []:
            yield word, one["id"]

    for operation in OF_KLAVIYO.values():
        if operation.method == "GET" and not operation.path_names and not operation.required_filters:
            yield from first(operation.path.removeprefix("/api/"), operation.path.rpartition("/")[2])
    for word, campaign in first("campaigns?filter=equals(messages.channel,'email')", "campaigns"):
        yield word, campaign
        yield from first(f"campaigns/{campaign}/campaign-messages", "campaign-messages")
    for _, coupon in first("coupons", "coupons"):
        yield from first(f"coupons/{coupon}/coupon-codes", "coupon-codes")
    for _, flow in first("flows", "flows"):
        yield from _steps(world, flow)
    metrics = world.ask("GET", "metrics", headers={"revision": revision}).json()["data"]
    paths = (f"metrics/{one['id']}/metric-properties" for one in metrics)  # most of a small shop's have no events
    yield from next((found for path in paths if (found := list(first(path, "metric-properties")))), [])
