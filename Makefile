# Every target is one line onto one command; each sets up what it needs in .venv and costs nothing the second time.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup render check test unit pairwise accept e2e drain footprint routing-eval promtool lint format bench schemas instances pictures docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/dev ## install everything that render and test need, into .venv

render: $(VENV)/run ## environments/ -> base/, overlays/, rendered/
	@$(RUN) -m generator render

check: $(VENV)/run ## are the trees current, and does every object keep schema and rules?
	@$(RUN) -m generator check

test: $(VENV)/dev ## lint, types and the default test suite; needs no network
	@$(MAKE) --no-print-directory --jobs 2 lint unit

unit: $(VENV)/dev
	@$(PYTEST) -n auto

pairwise: $(VENV)/dev ## every switch of the environment file in combination: renders, keeps the rules, overlays build
	@$(PYTEST) -n auto tests/pairwise

accept: $(VENV)/dev ## every program takes its rendered configuration: started, probed, called (network the first time)
	@$(PYTEST) tests/real/accept

e2e: $(VENV)/dev ## the whole path on loopback: prompt, route, cache, budget, failover, traces, metrics, and what breaks
	@$(PYTEST) tests/real/e2e

drain: $(VENV)/dev ## SIGTERM in mid-stream at the real programs
	@$(RUN) -m tools.programs install node openclaw litellm otelcol redis-server redis-search
	@$(PYTEST) tests/real/drain -n 5 --dist loadfile

footprint: $(VENV)/dev ## measure memory and start-up of the real programs -> docs/footprint.md
	@$(RUN) -m tests.real.footprint

routing-eval: $(VENV)/run ## score content routing; PROMPTS=file.jsonl scores your own prompts
	@$(RUN) tools/routing/evaluate.py $(PROMPTS)

promtool: $(VENV)/dev ## alerts and their routes, judged by Prometheus' own promtool and amtool
	@PROMTOOL=1 $(PYTEST) tests/promtool

lint: $(VENV)/dev ## ruff and mypy
	@$(RUN) -m ruff check --quiet
	@$(RUN) -m ruff format --check --quiet
	@$(RUN) -m mypy --no-error-summary

format: $(VENV)/dev ## let ruff rewrite the Python sources
	@$(RUN) -m ruff check --quiet --fix
	@$(RUN) -m ruff format --quiet

bench: $(VENV)/dev ## time render and check, and the 500-object job against other tools
	@$(RUN) -m tools.bench.bench

schemas: $(VENV)/dev ## rebuild policies/schemas from pinned upstream sources (needs network and Go)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tools/schemas/requirements.txt
	@$(RUN) -m tools.schemas.build

instances: $(VENV)/dev ## rebuild the table of instance types from its pinned source (needs network and Go)
	@$(RUN) tools/instances/instances.py

pictures: $(VENV)/run ## draw docs/pictures from the rendered dashboards, with sample data
	@$(RUN) -m tools.pictures

docs: $(VENV)/run ## schema.json and the generated pages of docs/ from the model, the rules, the alerts and the edges
	@$(RUN) -m generator docs

lock: $(VENV)/dev ## pin every dependency of pyproject.toml by hash (needs network)
	@$(RUN) tools/lock.py

clean: ## remove .venv and caches
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}; set PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: on Debian and Ubuntu install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/run: requirements.txt | $(VENV)/bin/python
	@echo "installing the generator's dependencies into $(VENV)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@echo "installing the test dependencies into $(VENV)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
