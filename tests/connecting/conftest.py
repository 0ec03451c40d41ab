"""Fixtures of this room: tests/connecting/rig.py."""

from __future__ import annotations

from tests.connecting.rig import admin, maton

__all__ = ["admin", "maton"]
