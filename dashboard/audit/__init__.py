"""Who did what, to what, before and after. `record` is the only way in; nothing gets out again."""

from __future__ import annotations

from enum import Enum
from typing import Any

import structlog

_SECRET = ("password", "secret", "token", "api_key", "authorization", "session_url")
_LONGEST = 2_000


def record(
    *,
    team: Any,
    actor: Any,
    action: str,
    target: str,
    account_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one line, in the caller's transaction.

    `team` is a Team (None: a person's own affair), `actor` a User (None: the site itself), `action` a dotted verb such
    as "list.renamed", `target` what a person calls the thing. `before` and `after` are JSON; values under names of
    secrets are masked and long texts are cut.
    """
    from dashboard.audit.models import Entry  # models load after the applications

    Entry.objects.create(
        team=team,
        actor=actor,
        action=action,
        target=target[:300],
        account_id=account_id,
        before=_tame(before or {}),
        after=_tame(after or {}),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:32],
    )


def _tame(value: Any, name: str = "") -> Any:
    if any(word in name.lower() for word in _SECRET):
        return "•••"
    if isinstance(value, dict):
        return {str(key): _tame(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tame(item, name) for item in value]
    if isinstance(value, Enum):  # a choice is its plain value, such as the health of an account
        value = value.value
    if isinstance(value, str):
        # A dashboard.crypto.Secret masks its repr only; anything that is more than plain text is not shown.
        text = value if type(value) is str else "•••"
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)[:_LONGEST]
