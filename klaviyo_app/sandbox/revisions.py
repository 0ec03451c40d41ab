"""Which revision answers: the one asked for, or, where that is retired, the oldest that still lives.

Source: Klaviyo's versioning policy: two years after its release a revision is retired, and calls fall forward to the
next that lives, unless the opt-out header asks for a 410. A future or unknown date is refused (public programs). Here
the border does not move with time: it is the setting `oldest_revision`.
"""

from __future__ import annotations

from collections.abc import Mapping

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.problems import refused

RETIRED = (
    "2022-10-17",
    "2023-02-22",
    "2023-06-15",
    "2023-07-15",
    "2023-08-15",
    "2023-09-15",
    "2023-10-15",
    "2023-12-15",
    "2024-02-15",
    "2024-05-15",
    "2024-06-15",
    "2024-07-15",
    "2024-10-15",
)
LIVING = ("2025-01-15", "2025-04-15", "2025-07-15", "2025-10-15", "2026-01-15", "2026-04-15", "2026-07-15")
OPT_OUT = "x-klaviyo-revision-fall-forward-opt-out"


def served(headers: Mapping[str, str], oldest: str) -> str:
    """The revision that answers. Raises Refused: 400 for none, an unknown or a future one, 410 with the opt-out."""
    asked = headers.get("revision", "")
    if not asked:
        raise _bad("A revision header is required, in the form YYYY-MM-DD.")
    if asked not in (*RETIRED, *LIVING):
        raise _bad(f"'{asked}' is not a revision that this API has, or lies in the future.")
    if asked >= oldest:
        return asked
    if headers.get(OPT_OUT, "").strip().lower() in ("1", "true"):
        raise refused(410, "gone", "Gone.", f"The revision {asked} is retired.", pointer="/data/")
    return next((one for one in LIVING if one >= oldest), LIVING[-1])


def check(operation: Operation, asked: str, revision: str) -> None:
    """Raise Refused where an operation is not there.

    Before its first revision 400, or 404 where its address answers to other methods then; 410 or 404 after its last.
    """
    if operation.served_at(revision):
        return
    if operation.since is not None and revision < operation.since:
        if any(one.path == operation.path and one.served_at(revision) for one in OPERATIONS.values()):
            raise no_operation(operation.method)
        raise _bad(f"This endpoint needs a revision of {operation.since} or later.")
    if asked != revision:
        raise refused(410, "gone", "Gone.", f"This endpoint is gone since {operation.until}.", pointer="/data/")
    raise no_operation(operation.method)


def no_operation(method: str) -> Refused:
    """404 for what never was, or is no longer, at any revision."""
    return refused(404, "not_found", "Not found.", f"No valid revisions found for method {method}.", pointer="/data/")


def _bad(detail: str) -> Refused:
    return refused(400, "invalid", "Invalid input.", detail, parameter="revision")
