# Everything a developer types; `make help` explains.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup demo test search test-long lint types bench bench-accuracy bench-review bench-replay fuzz mutation kafka schemas docs clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "maskstream needs Python 3.11 or later: install it, or name it with PYTHON=python3.12."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment: install its venv module (Debian: apt install python3-venv)."; exit 1; }

# What is installed already is told by a copy of its lock.
$(VENV)/run.lock: requirements/demo.txt pyproject.toml $(wildcard streams/*/_*.[ch]) | $(VENV)/bin/python
	@echo "Installing maskstream into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/demo.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python build_native.py
	@cp requirements/demo.txt $@

$(VENV)/dev.lock: requirements/dev.txt $(VENV)/run.lock
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@cp requirements/dev.txt $@

setup: $(VENV)/run.lock ## Make .venv with .venv/bin/maskstream

demo: setup ## Logs through Kafka, masked, before your eyes (KEEP=1 leaves all running, LOGS=file takes your own)
	@$(BIN)/maskstream demo $(if $(KEEP),--keep) $(if $(LOGS),--logs "$(LOGS)")

test: $(VENV)/dev.lock ## Lint, types and all tests on a real Apache Kafka (installs Java 17, Maven and Chromium where it may)
	@tests/support/need-java
	@tests/support/need-chromium
	@$(MAKE) --no-print-directory lint types
	@$(PYTEST) -n $(or $(JOBS),2) --dist loadgroup -m "not long" tests/unit tests/contract tests/integration tests/acceptance

search: $(VENV)/dev.lock ## Properties with new random examples, as long as you like (ROUNDS=5); `make test` has the same each time
	@for round in $$(seq $(or $(ROUNDS),1)); do \
		HYPOTHESIS_PROFILE=search $(PYTEST) -n $(or $(JOBS),2) -m "hypothesis and not long" tests/unit tests/contract || exit 1; done

test-long: $(VENV)/dev.lock ## The long proofs: 200 000 records, ten kills, a broker killed; and new random examples
	@tests/support/need-java
	@$(MAKE) --no-print-directory search
	@$(PYTEST) -m long --timeout 3600 tests

lint: $(VENV)/dev.lock ## Style, format, import arrows
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --no-cache | tail -n 3

types: $(VENV)/dev.lock ## mypy, strict
	@$(BIN)/mypy

bench: $(VENV)/dev.lock ## How fast: engine and pipeline as ratios in one run (LOGS=file adds your own)
	@tests/support/need-java
	@$(BIN)/python -m tests.bench $(if $(LOGS),--logs "$(LOGS)") $(if $(JSON),--json "$(JSON)")

bench-review: $(VENV)/dev.lock ## A million quarantined records: building the view, asking it, 20 viewers (RECORDS=1000000)
	@tests/support/need-java
	@$(BIN)/python -m tests.bench.review_store $(if $(RECORDS),--records $(RECORDS)) $(if $(JSON),--json "$(JSON)")

bench-replay: $(VENV)/dev.lock ## What a replay costs by workers, and the live path's lag beside one, with and without brake
	@tests/support/need-java
	@$(BIN)/python -m tests.bench.replay $(if $(RECORDS),--records $(RECORDS)) $(if $(JSON),--json "$(JSON)")

.build/presidio/lock: requirements/accuracy.txt
	@echo "Installing Presidio into .build/presidio ..."
	@$(PYTHON) -m venv .build/presidio
	@.build/presidio/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/accuracy.txt
	@cp requirements/accuracy.txt $@

bench-accuracy: $(VENV)/dev.lock .build/presidio/lock ## What is found and kept: maskstream, Presidio, pasted expressions (CASES=file NAME=text)
	@$(BIN)/python -m tests.accuracy --presidio .build/presidio/bin/python \
	  $(if $(CASES),--cases "$(CASES)") $(if $(NAME),--name "$(NAME)") $(if $(JSON),--json "$(JSON)")

.build/atheris/lock: requirements/fuzz.txt | $(VENV)/bin/python
	@echo "Installing atheris into .build/atheris ..."
	@$(PIP) install --target .build/atheris --upgrade --require-hashes -r requirements/fuzz.txt
	@cp requirements/fuzz.txt $@

fuzz: $(VENV)/dev.lock .build/atheris/lock ## Throw bytes at the masking core (SECONDS=60)
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60)

.build/mutmut/lock: requirements/mutation.txt | $(VENV)/bin/python
	@echo "Installing mutmut into .build/mutmut ..."
	@$(PIP) install --target .build/mutmut --upgrade --require-hashes -r requirements/mutation.txt
	@cp requirements/mutation.txt $@

mutation: $(VENV)/dev.lock .build/mutmut/lock ## Put errors into validators, tokens and splicing: which do no tests see?
	@$(BIN)/python -m tests.mutation

kafka: $(VENV)/dev.lock ## Start a real Apache Kafka on a free loopback port, until Ctrl-C
	@tests/support/need-java
	@$(BIN)/python -m tests.support.kafka

schemas: $(VENV)/dev.lock ## Write schemas/ anew from the models
	@$(BIN)/python -m streams.cli.schemas

docs: $(VENV)/dev.lock ## Write the generated tables of docs/ anew
	@$(BIN)/python -m tests.support.docs

clean: ## Remove what was built and installed here
	@rm -rf $(VENV) .build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f streams/*/_*.so
