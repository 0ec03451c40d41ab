"""`manage.py sandbox`: the pretend Maton and Klaviyo, both planes on one port. Needs neither database nor Redis."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Becomes `python -m klaviyo_app.sandbox`, which has no Django in it: a third of the memory."""

    help = "Play Maton and Klaviyo on one port of the loopback; the key is `sandbox`."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        """--port, --data, --store."""
        parser.add_argument("--port", type=int, default=8900, help="0: a free one, told on standard output")
        parser.add_argument("--data", choices=["demo", "empty", "large"], default="demo")
        parser.add_argument("--store", help="keep everything in this SQLite file; else it ends with the process")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Put the server in this process's place."""
        command = [sys.executable, "-m", "klaviyo_app.sandbox"]
        command += [f"--port={options['port']}", f"--data={options['data']}"]
        if options["store"]:
            command.append(f"--store={options['store']}")
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 - our own module
