"""The whole URL map with an address for each name, built from its converters."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RegexPattern

# Groups of patterns that are regular expressions, which have no converters.
REGEX_VALUES = {"uidb36": "1", "key": "set-password"}


@dataclass(frozen=True)
class Route:
    name: str
    converters: dict[str, Any]
    module: str

    def path(self, **values: Any) -> str:
        """The address, with `values` for the parameters that it has and made-up ones for the others."""
        kwargs = {key: values.get(key, _made_up(key, converter)) for key, converter in self.converters.items()}
        return reverse(self.name, kwargs=kwargs)

    @property
    def of_a_team(self) -> bool:
        return bool({"slug", "account_id"} & set(self.converters))


def _made_up(key: str, converter: Any) -> Any:
    if isinstance(converter, IntConverter):
        return 987654321
    if isinstance(converter, UUIDConverter):
        return uuid.UUID(int=7)
    return REGEX_VALUES.get(key, "x1")


def routes(resolver: URLResolver | None = None, above: dict[str, Any] | None = None) -> Iterator[Route]:
    """Every URL of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        converters = {**(above or {}), **entry.pattern.converters}
        if isinstance(entry.pattern, RegexPattern):
            converters |= dict.fromkeys(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from routes(entry, converters)
        elif isinstance(entry, URLPattern):
            yield Route(entry.name or "", converters, entry.callback.__module__)


ALL = sorted(routes(), key=lambda route: route.name)
