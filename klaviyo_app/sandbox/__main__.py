"""`python -m klaviyo_app.sandbox`: the server without Django, so that it starts at once and stays small."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from klaviyo_app.sandbox.server import run

DATA = ("demo", "empty", "large")


def main() -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(prog="sandbox", description="Play Maton and Klaviyo on one port of the loopback.")
    parser.add_argument("--port", type=int, default=8900, help="0: a free one, told on standard output")
    parser.add_argument("--data", choices=DATA, default="demo")
    parser.add_argument("--store", type=Path, help="keep everything in this SQLite file; else it ends with us")
    given = parser.parse_args()
    try:
        run(given.port, given.data, given.store)
    except OSError as error:
        sys.exit(f"sandbox: port {given.port}: {os.strerror(error.errno or 0)}")


if __name__ == "__main__":
    main()
