# Set-up and every command. `make run` and `make test` need Python 3.11+ and nothing else.
.POSIX:
.SUFFIXES:
SHELL = /bin/sh
PYTHON = python3
BIN = .venv/bin
# Behind a company proxy with its own certificate, uv and Node must use the system's store as pip does.
export UV_SYSTEM_CERTS = 1
export NODE_USE_SYSTEM_CA = 1

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: ## start everything on this machine (sandbox gateway, or the real one where MATON_API_KEY is set)
	@PYTHON='$(PYTHON)' sh bin/setup local
	@exec $(BIN)/python -m dashboard.local

test: ## run every test but the soak runs
	@PYTHON='$(PYTHON)' sh bin/setup dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

soak: ## run the slow soak runs
	@PYTHON='$(PYTHON)' sh bin/setup dev
	$(BIN)/python -m pytest -n 0 -m slow --timeout=3600

check: ## lint, types, import rules, templates, Dockerfile, lock files
	@PYTHON='$(PYTHON)' sh bin/setup dev
	@sh bin/check

bench: ## print the figures of docs/benchmarks.md, each beside its reference
	@PYTHON='$(PYTHON)' sh bin/setup dev
	$(BIN)/python -m bench

lock: ## pin requirements again, without any registry's address
	for name in requirements requirements-local requirements-dev requirements-sdk-15; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			$$name.in -o $$name.txt || exit 1; \
	done
	npm install --package-lock-only

clean: ## remove what set-up and running made (your data in var/ too)
	rm -rf .venv .venv-sdk-15 node_modules var staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help run test soak check bench lock clean
