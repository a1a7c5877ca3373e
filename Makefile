# Every target is one line onto one command; each sets up what it needs in .venv and costs nothing the second time.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest

# $(call wants,ENV,staging): what a target cannot do without, said before its command says it in words of its own.
wants = $(if $($(1)),,$(error make $@ wants $(1), e.g. make $@ $(1)="$(2)"))

.DEFAULT_GOAL := help
.PHONY: help setup render check diff review workflows-lint cost test unit thorough component-test pairwise accept cluster-test aws-test e2e drain argocd-test footprint routing-eval promtool pin-test verify-test page-test page-shots lint format bench bootstrap new-env promote bump explain show simulate schemas instances prices pictures docs lock sbom audit dist dist-test fuzz load load-test clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(VENV)/dev ## install everything that render and test need, into .venv

render: $(VENV)/run ## environments/ -> base/, overlays/, rendered/
	@$(RUN) -m generator render

check: $(VENV)/run ## are the trees current, and does every object keep schema and rules?
	@$(RUN) -m generator check

cost: $(VENV)/run ## what a month of each environment costs, line by line; ENV=prod for one, ARGS=--json for programs
	@$(RUN) -m generator cost $(ENV) $(ARGS)

prices: $(VENV)/run ## record AWS's prices of REGION=eu-central-1 for `cost`, from the public price list (needs network)
	@$(RUN) -m tools.prices.offers $(REGION)

diff: $(VENV)/run ## what environments/ changes, object by object, against BASE=HEAD; ARGS=--html for a page
	@$(RUN) -m generator diff $(or $(BASE),HEAD) $(ARGS)

review: $(VENV)/run ## the same as one comment for a pull request, against the commit where the branch left BASE=origin/main
	@$(RUN) -m generator review $(or $(BASE),origin/main) $(ARGS)

test: $(VENV)/dev ## lint, types and the default test suite; needs no network
	@$(MAKE) --no-print-directory --jobs 2 lint unit

unit: $(VENV)/dev
	@$(PYTEST) -n auto

thorough: $(VENV)/dev ## what is too long for `make test`: every mutation, change and example of the long lists
	@$(PYTEST) -n auto -m "thorough and not longest"

component-test: $(VENV)/dev ## docs/add-a-component.md, followed word by word; with what it adds the whole default suite is green
	@$(PYTEST) -m thorough tests/docs/test_add_a_component.py

pairwise: $(VENV)/dev ## every switch of the environment file in combination: renders, keeps the rules, overlays build
	@$(PYTEST) -n auto tests/pairwise

accept: $(VENV)/dev ## every program takes its rendered configuration: started, probed, called (network the first time)
	@$(PYTEST) tests/real/accept

cluster-test: $(VENV)/dev ## a real API server takes every environment and judges every policy; pods are placed and drained (compiles Kubernetes once)
	@$(RUN) -m tools.programs install kube-apiserver kube-controller-manager kube-scheduler karpenter-kwok etcd
	@$(PYTEST) tests/cluster -n 2 --dist loadgroup

aws-test: $(VENV)/dev ## the AWS layer, judged: cfn-lint, checkov, an IAM simulator; bootstrap, change and end of the stacks in moto
	@$(RUN) -m tools.programs install cfn-lint checkov awscli moto node iam-simulate
	@$(PYTEST) tests/real/aws -n 2 --dist loadfile

e2e: $(VENV)/dev ## the whole path on loopback: prompt, route, cache, budget, failover, traces, metrics, and what breaks
	@$(PYTEST) tests/real/e2e

drain: $(VENV)/dev ## SIGTERM in mid-stream at the real programs
	@$(RUN) -m tools.programs install node openclaw litellm otelcol redis-server redis-search
	@$(PYTEST) tests/real/drain -n 5 --dist loadfile

argocd-test: $(VENV)/dev ## Argo CD itself syncs staging into a Kubernetes API server: waves, drift, removal, refusal, windows
	@$(RUN) -m tools.programs install redis-server etcd kube-apiserver kube-controller-manager argocd
	@$(PYTEST) tests/argocd

footprint: $(VENV)/dev ## measure memory and start-up of the real programs -> docs/footprint.md
	@$(RUN) -m tests.real.footprint

routing-eval: $(VENV)/run ## score content routing; PROMPTS=file.jsonl scores your own prompts
	@$(RUN) tools/routing/evaluate.py $(PROMPTS)

promtool: $(VENV)/dev ## alerts and their routes, judged by Prometheus' own promtool and amtool
	@PROMTOOL=1 $(PYTEST) tests/promtool

pin-test: $(VENV)/dev ## images are pinned by what a real registry says
	@$(RUN) -m tools.programs install docker-registry
	@$(PYTEST) tests/real/pin

verify-test: $(VENV)/dev ## the checks of a live cluster understand what the real LiteLLM and OpenClaw answer
	@$(PYTEST) tests/real/verify

page-test: $(VENV)/dev ## the written pages in a browser: nothing fetched, nothing cut, everything readable, narrow and wide, light and dark
	@$(RUN) -m tools.programs install node chromium
	@$(PYTEST) tests/real/page

fuzz: $(VENV)/dev ## hostile environment files, patches and manifests: SECONDS=180 of them, by structure and by coverage (PyPI the first time)
	@$(RUN) -m tests.fuzz $(SECONDS)

bootstrap: $(VENV)/run ## the commands from an empty EKS cluster to a synced gateway; ENV=staging, ARGS=--run runs them
	@$(call wants,ENV,staging)$(RUN) -m generator bootstrap $(ENV) $(ARGS)

new-env: $(VENV)/run ## write environments/ENV.yaml, asking for what it must know; ARGS="--from prod ..."
	@$(call wants,ENV,qa)$(RUN) -m generator new-env $(ENV) $(ARGS)

promote: $(VENV)/run ## what one environment has tried into the next; ENV="staging prod", ARGS=--dry-run
	@$(call wants,ENV,staging prod)$(RUN) -m generator promote $(ENV) $(ARGS)

bump: $(VENV)/run ## another version of a component; ENV=staging (or none), ARGS="openclaw 2026.10.1", ARGS=--list
	@$(call wants,ARGS,openclaw 2026.10.1)$(RUN) -m generator bump $(ENV) $(ARGS)

explain: $(VENV)/run ## meaning, values and objects of a key; ARGS=openclaw.drain
	@$(call wants,ARGS,openclaw.drain)$(RUN) -m generator explain $(ARGS)

show: $(VENV)/run ## the values of an environment and where each comes from; ENV=prod, ARGS=llmGateway
	@$(call wants,ENV,prod)$(RUN) -m generator show $(ENV) $(ARGS)

simulate: $(VENV)/run ## months of Spot interruptions over the rendered settings, and others beside them; ENV=prod, ARGS="--what-if compute.graviton=3"
	@$(RUN) -m generator simulate $(or $(ENV),prod) $(ARGS)

workflows-lint: $(VENV)/dev ## the workflows, judged by actionlint and zizmor (network and Go the first time)
	@$(RUN) -m tools.programs install actionlint zizmor
	@$(PYTEST) tests/real/workflows

lint: $(VENV)/dev ## ruff and mypy
	@$(RUN) -m ruff check --quiet
	@$(RUN) -m ruff format --check --quiet
	@$(RUN) -m mypy --no-error-summary

format: $(VENV)/dev ## let ruff rewrite the Python sources
	@$(RUN) -m ruff check --quiet --fix
	@$(RUN) -m ruff format --quiet

bench: $(VENV)/dev ## time render and check, then 500 objects and up to 1,000 environments against other tools; half an hour, or SIZES="10 100"
	@$(RUN) -m tools.bench.bench
	@$(RUN) -m tools.bench.growth $(if $(SIZES),--sizes $(SIZES))

load: $(VENV)/dev ## drive the real gateways, as rendered and within one pod's limits, with k6; ARGS="--seconds 20 --only litellm"
	@$(RUN) -m tools.load $(ARGS)

load-test: $(VENV)/dev ## what `make load` says of a gateway is what the gateway was told to do
	@$(RUN) -m tools.programs install k6 fast-upstream
	@$(PYTEST) tests/real/load

schemas: $(VENV)/dev ## rebuild policies/schemas from pinned upstream sources (needs network and Go)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tools/schemas/requirements.txt
	@$(RUN) -m tools.schemas.build

instances: $(VENV)/dev ## rebuild the table of instance types from its pinned source (needs network and Go)
	@$(RUN) -m tools.instances.instances

pictures: $(VENV)/run ## draw docs/pictures from the rendered dashboards, with sample data
	@$(RUN) -m tools.pictures

page-shots: $(VENV)/run ## the report of staging, as a browser shows it -> docs/pictures (network the first time)
	@$(RUN) -m tools.programs install node chromium
	@$(RUN) -m tools.pictures.report

docs: $(VENV)/run ## schema.json and the generated pages of docs/ from the model, the rules, the alerts and the edges
	@$(RUN) -m generator docs

lock: $(VENV)/dev ## pin every dependency of pyproject.toml by hash (needs network)
	@$(RUN) -m tools.lock

sbom: $(VENV)/dev ## what the project is made of, runs and renders, as CycloneDX 1.6 -> build/sbom
	@$(RUN) -m tools.supply sbom

audit: $(VENV)/dev ## releases that must not run, in every lock file, program, image and chart; osv.dev where it can be reached
	@$(RUN) -m tools.supply audit

dist: $(VENV)/dev ## sdist and wheel of the commit, built twice and compared -> dist (network the first time)
	@$(RUN) -m tools.supply dist

dist-test: $(VENV)/dev ## the wheel, in an empty environment after the hash-locked packages, renders the same bytes (network)
	@$(PYTEST) tests/real/dist

clean: ## remove .venv and caches
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache build dist

$(VENV)/bin/python:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not there: install Python 3.11 or newer, or set PYTHON=/path/to/python3.11" >&2; exit 1; }
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
