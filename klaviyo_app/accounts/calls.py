"""The last calls of an account, for the connection page and for support: never a body, a query or a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from klaviyo_app.accounts import noting
from klaviyo_app.accounts.models import Account, CallRecord
from klaviyo_app.gateway.client import Answer, Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query
from klaviyo_app.gateway.wire import Form

KEPT = 200


class RecordedClient(Client):
    """A client that writes a line for each call of its account."""

    account: Account

    def call(
        self,
        name: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | Form | None = None,
    ) -> Answer:
        """The call, recorded. Raises what the client raises."""
        started = timezone.now()
        try:
            answer = super().call(name, path=path, query=query, body=body)
        except GatewayError as error:
            self._record(name, started, type(error).__name__, error.status, error.speaker, error.request_id)
            noting.note(self.account, error, now=timezone.now())
            raise
        self._record(name, started, "", answer.status, "klaviyo", answer.request_id)
        served = answer.revision if self.revision == self.gateway.revision else ""
        noting.note(self.account, None, now=timezone.now(), served=served)
        return answer

    def _record(self, name: str, started: Any, error: str, status: int | None, speaker: str, request_id: str) -> None:
        CallRecord.objects.create(
            account=self.account,
            at=started,
            operation=name,
            status=status,
            error=error,
            speaker=speaker,
            request_id=request_id[:128],
            ms=int((timezone.now() - started).total_seconds() * 1000),
        )


def prune(account: Account) -> None:
    """Keep the last calls only."""
    rows = CallRecord.objects.filter(account=account).order_by("-pk")
    edge = rows.values_list("pk", flat=True)[KEPT : KEPT + 1]
    for pk in edge:
        rows.filter(pk__lte=pk).delete()
