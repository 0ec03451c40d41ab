"""`make bench`: every benchmark, or those named: `python -m bench client start`."""

from __future__ import annotations

import sys

import tests.environment  # noqa: F401  the suite's environment: own Redis, own database

NAMES = ("client", "pages", "start", "budget", "export", "sandbox")
LONG = ("budget-long",)  # only when asked for


def main() -> None:
    """Run the named benchmarks, all by default."""
    import importlib

    asked = sys.argv[1:] or list(NAMES)
    for name in asked:
        if name not in NAMES + LONG:
            sys.exit(f"bench: no benchmark {name!r}; there are {', '.join(NAMES + LONG)}")
        module = importlib.import_module(f"bench.{name.removesuffix('-long')}")
        module.long() if name in LONG else module.main()


if __name__ == "__main__":
    main()
