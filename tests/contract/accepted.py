"""The one list of where the sandbox, Klaviyo's descriptions and its official SDK differ, and why we leave it so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("differences.toml")


@dataclass(frozen=True, slots=True)
class Difference:
    """`about`: played, answer, error, request, sdk, catalogue. `operation`, `what`: patterns. No `revisions`: all."""

    about: str
    operation: str
    what: str
    reason: str
    revisions: tuple[str, ...] = ()

    def covers(self, operation: str, revision: str, what: str) -> bool:
        return (
            (not self.revisions or revision in self.revisions)
            and re.fullmatch(self.operation, operation) is not None
            and re.fullmatch(self.what, what, re.DOTALL) is not None
        )


DIFFERENCES = [
    Difference(about=about, **{**one, "revisions": tuple(one.get("revisions", ()))})
    for about, listed in tomllib.loads(FILE.read_text()).items()
    for one in listed
]


def unexplained(about: str, operation: str, revision: str, wrong: list[str]) -> list[str]:
    """What is left when everything that is listed is taken away; each once."""
    listed = [one for one in DIFFERENCES if one.about == about]
    return sorted({what for what in wrong if not any(one.covers(operation, revision, what) for one in listed)})
