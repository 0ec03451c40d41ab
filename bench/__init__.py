"""Benchmarks: figures beside a reference of the same minute. `make bench` prints, docs/benchmarks.md keeps them."""
