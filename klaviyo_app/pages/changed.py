"""Two people, one thing: what was loaded is compared with what is there before anything is written."""

from __future__ import annotations

from typing import Any


class ChangedMeanwhile(Exception):
    """Klaviyo's state is not the one that the form was made of. `live`: what is there; `now`: its fingerprint."""

    def __init__(self, live: dict[str, Any], now: str) -> None:
        super().__init__("changed meanwhile")
        self.live = live
        self.now = now
