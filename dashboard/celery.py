"""The Celery application. Rows in the database are the truth; a task is only the doorbell (docs/decisions)."""

from __future__ import annotations

import os
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, before_task_publish, setup_logging, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("dashboard")
app.config_from_object("django.conf:settings", namespace="CELERY")


@before_task_publish.connect
def name_the_request(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """The id of the request that rang, and when, travel with the message."""
    if headers is not None:
        headers["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")
        headers["sent_at"] = time.time()


@task_prerun.connect
def bind_the_request(task: Any = None, task_id: str = "", **_: Any) -> None:
    """Every log line and audit row of a task names the request behind it; a sweep's, its own task id."""
    structlog.contextvars.clear_contextvars()
    asked = getattr(task.request, "request_id", "") or (task.request.headers or {}).get("request_id", "")
    structlog.contextvars.bind_contextvars(request_id=asked or task_id.replace("-", ""), task=task.name)


@task_postrun.connect
def forget_the_request(**_: Any) -> None:
    """The next task of this thread begins without it."""
    structlog.contextvars.clear_contextvars()


@beat_init.connect
def say_at_once_that_beat_is_alive(**_: Any) -> None:
    """Its first turn comes half a minute after the start; until then a new installation would not be called ready."""
    app.send_task("dashboard.tasks.beat_alive", expires=30)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django has set logging up already; Celery sets up nothing where somebody listens here."""
