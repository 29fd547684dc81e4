# Crystal Call: what a person types. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
# Two cores are what the project plans for; WORKERS=8 uses more.
WORKERS ?= 2
PYTEST := $(PY) -m pytest
POSTGRES := $(PY) scripts/with_postgres.py --
CODE := src tests scripts benchmarks

say = @printf '\n\033[1m▸ %s\033[0m\n' "$(1)"

.PHONY: help demo test check test-long test-conformance bench documents clean
.PHONY: system-packages lint types script-types contracts catalogs migrations quick-tests
.PHONY: tests-sqlite tests-postgresql tests-browser

help: ## what there is to do
	@echo "Crystal Call"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo "  CRYSTALCALL_BASE_PORT=8000 and CRYSTALCALL_DATA=var let several copies run side by side."

demo: $(VENV)/.base ## set everything up and start it; Ctrl-C stops it
	@exec $(VENV)/bin/crystalcall demo

test: ## lint, types, contracts, and every test on SQLite, PostgreSQL and in a browser
	@$(MAKE) system-packages
	@$(MAKE) lint types contracts catalogs migrations
	@$(MAKE) tests-sqlite
	@$(MAKE) tests-postgresql
	@$(MAKE) tests-browser

# Types take one core, everything else the other: that is how it stays under a minute.
check: $(VENV)/.dev ## lint, types, contracts and the pure rules, in under a minute
	@$(MAKE) -j2 --output-sync=target types check-rest
	@printf '\nAll checks passed.\n'

.PHONY: check-rest
check-rest: $(VENV)/.dev
	@MAKEFLAGS= $(MAKE) --no-print-directory lint contracts catalogs migrations quick-tests

test-long: $(VENV)/.dev ## crash matrices, fuzzers and outside clients
	@scripts/system_packages.sh long
	$(call say,Long tests)
	@CRYSTALCALL_LONG=1 $(PYTEST) tests -m long -n $(WORKERS) --durations=20

# The payment gateway's own clients, unchanged, against our local one. They are not open source: they live in an
# environment of their own under build/, in no lock file, and nothing of them is part of the project.
CONFORMANCE := build/conformance
test-conformance: $(VENV)/.dev $(CONFORMANCE)/.built ## the gateway's official clients against the local Authorize.Net
	$(call say,Official clients in XML and JSON)
	@CRYSTALCALL_LONG=1 $(PYTEST) tests/conformance -m long -n0

$(CONFORMANCE)/.built: | $(VENV)/bin/python
	$(call say,Fetching the gateway's official clients into $(CONFORMANCE))
	@scripts/system_packages.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || { echo "The Python client's parts exist up to Python 3.12 only. Name another with PYTHON=…"; exit 1; }
	@rm -rf $(CONFORMANCE) && mkdir -p $(CONFORMANCE)/node
	@$(PYTHON) -m venv $(CONFORMANCE)/python
	@$(CONFORMANCE)/python/bin/python -m pip install -qq --disable-pip-version-check --no-input authorizenet==1.1.6
	@npm install --prefix $(CONFORMANCE)/node --silent --no-fund --no-audit --no-save authorizenet@1.0.10
	@touch $@

# ONLY=desk (or another name of benchmarks/__main__.py) measures one; JSON=file writes the figures for a machine, and
# PAGE=docs/performance.md enters them into the page that explains them.
bench: $(VENV)/.base ## measure what docs/performance.md claims, beside its peers, in one run
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON)) $(if $(PAGE),--page $(PAGE))

documents: $(VENV)/.dev ## write the pages of docs/ that the program writes itself
	@$(PY) scripts/with_secrets.py -- $(PY) scripts/document.py

clean: ## remove the environment and the caches (never var/)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- stages ---------------------------------------------------------------------------------------------------------

lint: $(VENV)/.dev
	$(call say,Lint: ruff)
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m ruff format --check $(CODE)
	$(call say,Lint: templates)
	@$(PY) -m djlint --lint --quiet src/crystalcall
	$(call say,Lint: spelling)
	@$(PY) -m codespell_lib src tests scripts benchmarks docs README.md Makefile

types: $(VENV)/.dev
	$(call say,Types: mypy --strict)
	@$(PY) scripts/with_secrets.py -- $(PY) -m mypy
	@$(MAKE) script-types

# The pages' own scripts are plain JavaScript with types in their comments; where node is, they are checked.
NPM := requirements/npm
script-types:
ifneq ($(shell command -v npm),)
	$(call say,Types: tsc over the pages' scripts)
	@test -x $(NPM)/node_modules/.bin/tsc || npm ci --prefix $(NPM) --silent --no-fund --no-audit
	@$(NPM)/node_modules/.bin/tsc -p $(NPM)
else
	$(call say,Types: there is no npm here so the pages' scripts go unchecked (make test installs it))
endif

contracts: $(VENV)/.dev
	$(call say,Contracts: import-linter)
	@$(VENV)/bin/lint-imports --no-logo --config .importlinter

catalogs: $(VENV)/.dev
	$(call say,Catalogs and documents)
	@$(PY) scripts/catalog.py check
	@$(PY) scripts/with_secrets.py -- $(PY) scripts/document.py --check

migrations: $(VENV)/.dev
	$(call say,Migrations)
	@$(PY) scripts/with_secrets.py -- $(PY) -m django makemigrations --check --dry-run

quick-tests: $(VENV)/.dev
	$(call say,Pure rules and house)
	@$(PYTEST) tests/rules tests/house --ignore=tests/house/mutants --ignore=tests/house/slow -m 'not long' -q -n0

tests-sqlite: $(VENV)/.dev
	$(call say,Tests on SQLite)
	@$(PYTEST) tests --ignore=tests/browser -m 'not long and not browser' -n $(WORKERS)

tests-postgresql: $(VENV)/.dev
	$(call say,Tests on PostgreSQL)
	@$(POSTGRES) $(PYTEST) tests --ignore=tests/browser --only-database -m 'not long and not browser' -n $(WORKERS)

tests-browser: $(VENV)/.dev
	$(call say,Walks in a real browser)
	@$(PYTEST) tests/browser -m 'not long' -n0

system-packages:
	@scripts/system_packages.sh

# --- the environment ------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Crystal Call needs Python 3.11 or newer: install python3 and python3-venv."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Crystal Call needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another with PYTHON=…"; exit 1; }
	$(call say,Making the environment in $(VENV))
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: install python3-venv."; rm -rf $(VENV); exit 1; }

# Every part is pinned with its hashes; the project itself is laid beside them, editable, with nothing fetched for it.
define install
	$(call say,Installing the pinned parts of requirements/$(1).lock (a minute or two the first time))
	@$(PIP) install -qq --require-hashes -r requirements/$(1).lock
	@$(PIP) install -qq --no-build-isolation --no-deps -e .
	@touch $@
endef

$(VENV)/.base: requirements/base.lock pyproject.toml | $(VENV)/bin/python
	$(call install,base)

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	$(call install,dev)
	@touch $(VENV)/.base
