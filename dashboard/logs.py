"""Logs: structlog, one line of JSON an event on standard output. Third parties' records pass through the same door."""

from __future__ import annotations

import logging.config
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict


def _dumps(event: EventDict, **_kw: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _without_address(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Django's own lines name the path asked for; paths hold invitation and reset tokens. The page's name stays."""
    record = event.get("_record")
    if record is None or not record.name.startswith(("django.request", "django.security", "django.server")):
        return event
    event["event"] = str(event["event"]).partition(": /")[0]
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    event["page"] = match.view_name if match else None
    return event


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. `options` holds `level`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": [*shared, _without_address],
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        structlog.processors.JSONRenderer(serializer=_dumps),
                    ],
                }
            },
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
            "root": {"handlers": ["out"], "level": options["level"]},
            "loggers": {
                "urllib3": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                # Two lines for each of the sweeps, every five seconds; errors still come.
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
