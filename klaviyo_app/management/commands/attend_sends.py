"""A worker for sends that needs the database only: no Redis, no Celery, no beat."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from klaviyo_app.sending.tasks import attend_due


class Command(BaseCommand):
    """Attends to due sends for ever, or once."""

    help = "Attend to due sends without Redis, Celery or beat."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once, --every."""
        parser.add_argument("--once", action="store_true", help="one round only")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between rounds")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Loops until TERM; the step in hand is finished first."""
        going = not options["once"]

        def stop(*_signal: object) -> None:
            nonlocal going
            going = False

        if going:
            signal.signal(signal.SIGTERM, stop)
        attend_due()
        while going:
            time.sleep(options["every"])
            close_old_connections()
            attend_due()
