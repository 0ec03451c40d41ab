"""Short forms of calls that the sandbox's tests make over HTTP."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox_server import World


def make_list(world: World, name: str) -> str:
    body = {"data": {"type": "list", "attributes": {"name": name}}}
    return str(world.call("POST", "lists", body)["data"]["id"])


def make_profile(world: World, email: str, **more: Any) -> str:
    body = {"data": {"type": "profile", "attributes": {"email": email, **more}}}
    return str(world.call("POST", "profiles", body)["data"]["id"])


def names(answer: Any) -> list[str]:
    return [one["attributes"]["name"] for one in answer["data"]]


def error(answer: requests.Response) -> dict[str, Any]:
    """The first of Klaviyo's errors."""
    return dict(answer.json()["errors"][0])
