"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
