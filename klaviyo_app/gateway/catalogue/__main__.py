"""`python -m klaviyo_app.gateway.catalogue > docs/operations.md`: the catalogue as a table, and who calls what."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from klaviyo_app.gateway import catalogue
from klaviyo_app.gateway.catalogue import OPERATIONS, Limit, Operation
from klaviyo_app.gateway.catalogue.asked_for import ASKED_FOR

PRODUCT = Path(__file__).resolve().parents[2]
_HEAD = """\
# Operations

Every operation of the catalogue, made by `python -m klaviyo_app.gateway.catalogue > docs/operations.md`; a test holds
it current. *Limits*: calls a second, a minute and a day. *Repeat*: `read` and `idempotent` calls are repeated when an
answer is lost, `once` never. *Revisions*: 2024-10-15 to 2026-07-15 where nothing is said. *Used by*: the modules that
call it.
"""
_COLUMNS = "| operation | call | limits | scopes | repeat | revisions | used by |\n|---|---|---|---|---|---|---|\n"


def main() -> None:
    """Print the page."""
    sys.stdout.write(page(used_by(PRODUCT)))


def page(used: Mapping[str, list[str]]) -> str:
    """The whole document. `used`: the modules by operation."""
    unreached = sorted(name for name in ASKED_FOR if not used.get(name))
    tables = "".join(
        f"\n## {family}\n\n{_COLUMNS}{''.join(_row(one, used.get(one.name, [])) for one in operations)}"
        for family, operations in _families()
    )
    return f"{_HEAD}\n{_summary(unreached, used)}{tables}"


def _families() -> Iterator[tuple[str, tuple[Operation, ...]]]:
    """The catalogue's tuples, by name: "Catalog items" of CATALOG_ITEMS."""
    for name, value in sorted(vars(catalogue).items()):
        if name.isupper() and isinstance(value, tuple):
            yield name.replace("_", " ").capitalize(), value


def used_by(product: Path) -> dict[str, list[str]]:
    """The modules of the product that name an operation, by operation; the catalogue and the sandbox do not count."""
    used: dict[str, list[str]] = {}
    for file in sorted(product.rglob("*.py")):
        parts = file.relative_to(product).with_suffix("").parts
        if parts[0] == "sandbox" or "catalogue" in parts or "migrations" in parts:
            continue
        for name in sorted(set(_words(file.read_text())) & set(OPERATIONS)):
            used.setdefault(name, []).append(".".join(parts))
    return used


def _words(source: str) -> Iterator[str]:
    """The texts of a module that are one word: names of operations are always written whole."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("[a-z_]+", node.value):
            yield node.value


def _summary(unreached: list[str], used: Mapping[str, list[str]]) -> str:
    counts = f"{len(OPERATIONS)} operations, {sum(name in used for name in OPERATIONS)} of them used."
    if not unreached:
        return f"{counts} All {len(ASKED_FOR)} that the product was asked for are reached.\n"
    listed = "".join(f"- `{name}`\n" for name in unreached)
    return f"{counts} Of the {len(ASKED_FOR)} that the product was asked for, these are not reached yet:\n\n{listed}"


def _row(operation: Operation, modules: list[str]) -> str:
    cells = (
        f"`{operation.name}`",
        f"{operation.method} `{operation.path}`",
        _limits(operation),
        ", ".join(operation.scopes),
        operation.repeat.value,
        _revisions(operation),
        ", ".join(modules) or "-",
    )
    return f"| {' | '.join(cells)} |\n"


def _limits(operation: Operation) -> str:
    """A limit as "10/150", before it what older revisions have."""
    now = _limit(operation.limit)
    oldest = _limit(operation.limit_at("2024-10-15"))
    return now if now == oldest else f"{now}, before {oldest}"


def _limit(limit: Limit) -> str:
    return "/".join(str(one) for one in (limit.burst, limit.steady, limit.daily) if one is not None)


def _revisions(operation: Operation) -> str:
    since = f"from {operation.since}" if operation.since else ""
    return " ".join(one for one in (since, f"before {operation.until}" if operation.until else "") if one)


if __name__ == "__main__":
    main()
