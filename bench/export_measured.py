"""The exporting process of bench.export. Prints: profiles, MB before, peak MB, seconds."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import django
import orjson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django.setup()

from klaviyo_app.gateway.client import Client, Gateway, Priority  # noqa: E402
from klaviyo_app.gateway.query import Query  # noqa: E402


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(address: str) -> None:
    """Read every profile and write it as a line."""
    client = Client(Gateway(address, address, "key", "2026-07-15"), "connection", priority=Priority.BACKGROUND)
    before_mb, started, count = _peak_mb(), time.monotonic(), 0
    with Path(os.devnull).open("wb") as out:
        for person in client.items("get_profiles", query=Query(page_size=100)):
            out.write(orjson.dumps(person, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    print(count, f"{before_mb:.1f} {_peak_mb():.1f} {time.monotonic() - started:.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
