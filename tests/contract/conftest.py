"""The pages' fixtures, for what is tested through a page."""

from __future__ import annotations

from tests.resources.conftest import browse, read

__all__ = ["browse", "read"]
