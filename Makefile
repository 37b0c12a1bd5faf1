# Everything a person or a machine does with this repository. 'make help' lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
# The first interpreter that fits; another one: make setup PYTHON=/path/to/python3.12
PYTHON  ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { command -v "$$name"; break; }; done)

# The demo: where it lives, and how large its operator is.
DEMO    ?= var/demo
CUSTOMERS ?= 5000
MONTHS  ?= 3
EVENTS  ?= 1000000
SEED    ?= 42
# Commands below read the demo's settings unless CONCORD_SETTINGS names others.
export CONCORD_SETTINGS ?= $(DEMO)/operator/concord.yml
export PYTHONUTF8 := 1

TESTS   ?= tests
WORKERS ?= 2

# Public samples to link come from packages that need an older pandas than the platform.
SAMPLES := .venv-benchmark
SAMPLES_READY := $(SAMPLES)/.ready
SAMPLES_LOCK  := benchmarks/identity/requirements.lock

.PHONY: help setup demo dev app browser report score sql status test lint format bench bench-identity bench-leakage lock clean distclean

help: ## List what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment (runs by itself when something needs it)

$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "error: Python 3.11, 3.12 or 3.13 is needed, and none was found" >&2; \
		echo "hint: install one, or say where it is: make setup PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "error: $(PYTHON) has no venv module" >&2; \
		echo "hint: on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$("$(PYTHON)" --version): a few minutes the first time"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## Synthetic operator → ingestion → checks → dbt → publication → leakage report
	@$(BIN)/concord demo --folder $(DEMO) --customers $(CUSTOMERS) --months $(MONTHS) --events $(EVENTS) --seed $(SEED)

dev: $(READY) ## Open Dagster's pages on the demo's lake, with the demo's systems running
	@$(BIN)/concord dev

app: $(READY) ## Open the web app for cases
	@$(BIN)/concord app

browser: ## Install Chromium, in which the app is tested, unless there is one (Debian and Ubuntu, as root)
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$name >/dev/null; then echo "The app is tested in $$(command -v $$name)"; exit 0; fi; done; \
	apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium

report: $(READY) ## Write the leakage workbook and page again
	@$(BIN)/concord report

score: $(READY) ## Compare the findings with the planted truth, and write the README's tables anew
	@$(BIN)/concord score --update README.md

sql: $(READY) ## A read-only SQL shell on the published lake
	@$(BIN)/concord sql

status: $(READY) ## Loads, freshness, checks, last publication
	@$(BIN)/concord status

test: $(READY) ## Run every test (TESTS=tests/concord for some)
	@$(BIN)/python -m pytest -n $(WORKERS) --no-loadscope-reorder $(TESTS)

lint: $(READY) ## Check style: Python and YAML
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/yamllint --strict .

format: $(READY) ## Put Python into its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## Measure ingestion against a bare copy of the same data
	@$(BIN)/python benchmarks/ingestion/run.py

bench-identity: $(READY) $(SAMPLES_READY) ## Measure identity linking: how right, stable, fast (ONLY="febrl scale" for some)
	@$(BIN)/python -m benchmarks.identity $(if $(ONLY),--only $(ONLY))

bench-leakage: $(READY) ## Measure the usage controls over many events (EVENTS_MEASURED="20000000 100000000")
	@$(BIN)/python -m benchmarks.leakage $(if $(EVENTS_MEASURED),--events $(EVENTS_MEASURED))

$(SAMPLES_READY): $(SAMPLES_LOCK)
	@test -n "$(PYTHON)" || { echo "error: Python 3.11, 3.12 or 3.13 is needed, and none was found" >&2; exit 1; }
	@echo "Setting up $(SAMPLES), for the public samples only"
	@test -x $(SAMPLES)/bin/python || "$(PYTHON)" -m venv $(SAMPLES)
	@$(SAMPLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(SAMPLES_LOCK)
	@touch $(SAMPLES_READY)

lock: $(READY) ## Pin dependencies anew (needs uv)
	@uv pip compile pyproject.toml --all-extras --universal --no-strip-extras --no-header \
		--generate-hashes -o requirements.lock
	@uv pip compile benchmarks/identity/requirements.in --universal --no-strip-extras --no-header \
		--generate-hashes -o $(SAMPLES_LOCK)

clean: ## Remove the demo and caches (a lake of your own stays)
	@rm -rf var .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs logs
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## The same, and the virtual environment
	@rm -rf $(VENV) $(SAMPLES) concord.egg-info
