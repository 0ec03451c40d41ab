"""The measuring of bench.pages, in one database. Run by it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, RequestFactory, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402

from bench.pages import SIZES  # noqa: E402
from bench.table import show  # noqa: E402
from dashboard.teams.models import Member, Role, Team, User  # noqa: E402
from klaviyo_app.accounts.models import Account, Health  # noqa: E402
from klaviyo_app.mirror.models import Mirrored, Sync  # noqa: E402
from klaviyo_app.mirror.sync import mirrored  # noqa: E402

TIMES = 40
KINDS = ("list", "segment", "campaign", "template", "coupon")
EXTRA: dict[str, dict[str, Any]] = {
    "campaign": {"status": "Sent", "channel": "email", "subject": "The spring letter is here"},
    "template": {"editor_type": "CODE", "size_bytes": 24_000},
    "list": {"opt_in_process": "double_opt_in"},
}


def fill(account: Account, kind: str, model: type[Mirrored], size: int) -> None:
    """As many rows as that, with names that differ and times that spread over two years."""
    now = timezone.now()
    rows = []
    for number in range(size):
        name = f"{('Spring', 'Summer', 'Autumn', 'Winter')[number % 4]} letter {number * 7919 % size:06d}"
        rows.append(
            model(
                account=account,
                klaviyo_id=f"{kind[:2]}{number:06d}",
                name=name,
                name_key=name.lower(),
                attributes={"name": name},
                created_at=now - timedelta(minutes=number * 7919 % 1_000_000),
                updated_at=now - timedelta(minutes=number * 104_729 % 1_000_000),
                fingerprint=f"{number:064d}",
                seen_at=now,
                **EXTRA.get(kind, {}),
            )
        )
        if len(rows) == 5000:
            model.objects.bulk_create(rows)
            rows.clear()
    model.objects.bulk_create(rows)
    Sync.objects.update_or_create(account=account, kind=kind, defaults={"finished_at": now})


BARE = """<!doctype html><html><body><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>
{% endfor %}</tr>{% endfor %}</table></body></html>"""


def bare(rows: list[tuple[Any, ...]]) -> Callable[[], HttpResponse]:
    """A view with nothing around it, over rows in memory."""
    template = engines["jinja2"].from_string(BARE)
    factory = RequestFactory()

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"rows": rows}))

    return lambda: view(factory.get("/bare/"))


def median_ms(act: Callable[[], Any]) -> float:
    """Median wall time of one call, in milliseconds."""
    taken = []
    for _ in range(TIMES):
        before = time.perf_counter()
        act()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken)


def one(client: Client, account: Account, model: type[Mirrored]) -> tuple[Any, ...]:
    """A row of the table: page, part, bare view, ratio, queries, bytes."""
    address = f"/a/{account.pk}/{model.kind}s/"
    part = {"HTTP_HX_REQUEST": "true"}
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    reset_queries()
    with override_settings(DEBUG=True):
        client.get(address)
        queries = len(connection.queries)
    found = model.objects.filter(account=account).order_by("-updated_at")
    rows = list(found.values_list("name", "klaviyo_id", "updated_at", "created_at", "fingerprint")[:100])
    reference = median_ms(bare(rows))
    page = median_ms(lambda: client.get(address))
    swapped = median_ms(lambda: client.get(address, **part))
    searched = median_ms(lambda: client.get(address, {"q": "letter 0042"}, **part))
    kilobytes = len(answer.content) / 1024
    return model.kind, page, swapped, searched, reference, page / reference, queries, kilobytes


def main() -> None:
    """Migrate, fill, measure, print."""
    call_command("migrate", verbosity=0, interactive=False)
    user = User.objects.create_user("bench@example.com", "bench-password-2026", name="Bench")
    team = Team.objects.create(name="Bench", slug="bench")
    Member.objects.create(team=team, user=user, role=Role.ADMIN)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with scopes_disabled():
        for size in SIZES:
            account = Account.objects.create(
                team=team,
                klaviyo_id=f"B{size}",
                name=f"Bench {size}",
                connection_id=f"none-{size}",
                health=Health.WORKING,
            )
            models = {kind: mirrored()[kind] for kind in KINDS}
            for kind, model in models.items():
                fill(account, kind, model, size)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            rows = [one(client, account, model) for model in models.values()]
            head = ("kind", "page ms", "part ms", "search ms", "bare ms", "page / bare", "queries", "kB")
            show(f"List pages of 100 rows, {size:,} mirrored rows, {os.environ['BENCH_DATABASE']}", head, rows)


if __name__ == "__main__":
    main()
