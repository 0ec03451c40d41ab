"""docs/sandbox.md names everything that can be ordered from outside, and what is not played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from klaviyo_app.sandbox.control import MODES
from klaviyo_app.sandbox.faults import KINDS
from klaviyo_app.sandbox.worlds import SETTINGS
from tests.sandbox_server import ROOT, Sandbox, World

TEXT = (Path(ROOT) / "docs" / "sandbox.md").read_text()


@pytest.mark.parametrize("name", KINDS)
def test_every_fault_is_described(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("name", MODES)
def test_every_mode_is_described(name: str) -> None:
    assert f"| `{name}" in TEXT


@pytest.mark.parametrize(("name", "default"), SETTINGS.items())
def test_every_setting_is_described_with_its_default(name: str, default: object) -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
    said = row.split("|")[2].strip(" `")
    assert said.split(",")[0] == (default if isinstance(default, str) else str(default).lower())


def test_the_key_of_the_demo_has_limits_and_a_world_of_tests_has_none(sandbox: Sandbox, world: World) -> None:
    assert sandbox.tell("settings", key="sandbox")["limits"] is True
    assert world.settings()["limits"] is False


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "503", "when": "now"},
        {"fault": "503", "nth": 0},
        {"fault": "503", "times": 0},
        {"fault": "503", "probability": 2},
        {"fault": "503", "operation": "send_campagne"},
    ],
)
def test_an_order_that_nobody_understands_is_refused(world: World, order: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError):
        world.sandbox.tell("faults", key=world.key, **order)
