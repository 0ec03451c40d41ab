"""What stops when an account is disconnected. Sends by Django's registry: the protocols do not import each other."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs.models import Job
from klaviyo_app.jobs.work import OPEN


@dataclass(frozen=True, slots=True)
class Stops:
    """How many open sends and jobs there are."""

    sends: int
    jobs: int


def what_stops(account: Account) -> Stops:
    """Open sends and jobs of the account."""
    sends = apps.get_model("klaviyo_app", "SendIntent").objects.filter(account=account)
    ended = ("sent", "refused", "expired", "cancelled", "stopped_by_remote")
    open_sends = sends.exclude(state__in=[*ended, *(one.upper() for one in ended)]).count()
    return Stops(open_sends, Job.objects.filter(account=account, state__in=OPEN).count())
