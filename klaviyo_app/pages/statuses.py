"""A status as it is shown: colour, icon and word together, so that none of them stands alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, eq=False)
class Pill:
    """`tone`: neutral, info, good, warning or bad; `icon`: of Tabler's outline set.

    Compared by identity, so that a table may draw each once without translating every row's label.
    """

    label: str | Promise
    tone: str = "neutral"
    icon: str = ""
