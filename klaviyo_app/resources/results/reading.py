"""A report that is asked for by a button: what stood in the way, in words."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.utils.translation import gettext as _

from klaviyo_app.gateway.errors import GatewayError, TooMany

Problem = GatewayError | str | None


def attempt(read: Callable[[], object]) -> Problem:
    """Read a report. None where it went well; a sentence of our own where Klaviyo's allowance is used up."""
    try:
        read()
    except TooMany as error:
        words = _("Klaviyo allows two reports a minute and 225 a day. Try again in %(seconds)s seconds.")
        return words % {"seconds": math.ceil(error.wait_s)}
    except GatewayError as error:
        return error
    return None


def in_page(problem: Problem) -> dict[str, object]:
    """The same for a template: `problem` for pages/_problem.html, or our own sentence as `note`."""
    ours = isinstance(problem, str)
    return {"problem": None if ours else problem, "note": problem if ours else ""}
