"""What an operation of Klaviyo's API (or of Maton's connection API) is, as data."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")


class Repeat(enum.Enum):
    """May a call be made again when its outcome is not known?"""

    READ = "read"  # changes nothing: yes
    IDEMPOTENT = "idempotent"  # a second time changes nothing more (PUT-like, delete): yes
    ONCE = "once"  # only when it is certain that nothing was accepted


@dataclass(frozen=True, slots=True)
class Limit:
    """Fixed windows of one account and operation, in calls. None: no such window."""

    burst: int  # in one second
    steady: int  # in one minute
    daily: int | None = None


XS = Limit(1, 15)
S = Limit(3, 60)
M = Limit(10, 150)
L = Limit(75, 750)  # 700 a minute before 2026-01-15
XL = Limit(350, 3500)
REPORT = Limit(1, 2, 225)

ANY_EQUALS = ("any", "equals")
RANGE = ("greater-or-equal", "greater-than", "less-or-equal", "less-than")
EQUALS_RANGE = ("equals", *RANGE)


@dataclass(frozen=True, slots=True)
class PageRule:
    """How a collection is paged. `fixed`: page[size] is refused. Sizes in items."""

    default: int
    maximum: int
    fixed: bool = False


PAGES_OF_10 = PageRule(10, 10)
PAGES_OF_50 = PageRule(50, 50)
PAGES_OF_100 = PageRule(100, 100)
UP_TO_100 = PageRule(20, 100)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, named by Klaviyo's own operationId, as it is at revision 2026-07-15.

    What older revisions have differently stands in the `*_before` fields: a pair of the first revision that has the
    present form, and the form before it. Source: Klaviyo's published API descriptions.
    """

    name: str
    method: str
    path: str  # "/api/lists/{id}"
    repeat: Repeat
    limit: Limit
    success: tuple[int, ...]
    scopes: tuple[str, ...] = ()
    page: PageRule | None = None
    cursor: str = "page[cursor]"  # the parameter that names the next page
    page_before: tuple[str, PageRule] | None = None
    limit_before: tuple[str, Limit] | None = None
    # field -> operators: {"name": ("equals", "any")}
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required_filters: tuple[str, ...] = ()  # at least one of these must be filtered on
    sorts: tuple[str, ...] = ()  # without the minus; every one works both ways
    includes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()  # resource types that fields[...] may name
    additional_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # what came later: {"filter:name:contains": "2025-10-15", "filter:id": ..., "include:image": ...}
    newer: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None  # the JSON:API type of the request body, or None
    many: bool = False  # the body's data is a list
    form: tuple[str, ...] = ()  # the fields of a body that is multipart/form-data; `required` names those it must have
    required: tuple[str, ...] = ()  # dotted paths below data that a body must have; "[]" = each of a list
    required_before: tuple[str, tuple[str, ...]] | None = None
    since: str | None = None  # first revision that has it; None: 2024-10-15 or before
    until: str | None = None  # first revision that has it no longer
    control: bool = False  # Maton's own connection API, not Klaviyo's

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names in the path's braces, in order."""
        return tuple(_IN_BRACES.findall(self.path))

    def page_at(self, revision: str) -> PageRule | None:
        """The paging rule at a revision."""
        if self.page_before is not None and revision < self.page_before[0]:
            return self.page_before[1]
        return self.page

    def limit_at(self, revision: str) -> Limit:
        """The rate windows at a revision."""
        if self.limit_before is not None and revision < self.limit_before[0]:
            return self.limit_before[1]
        if self.limit == L and revision < "2026-01-15":
            return Limit(75, 700)
        return self.limit

    def required_at(self, revision: str) -> tuple[str, ...]:
        """What a body must have at a revision."""
        if self.required_before is not None and revision < self.required_before[0]:
            return self.required_before[1]
        return self.required

    def served_at(self, revision: str) -> bool:
        """Whether the operation exists at a revision."""
        return (self.since is None or revision >= self.since) and (self.until is None or revision < self.until)
