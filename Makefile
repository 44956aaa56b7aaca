# Two commands for a newcomer: `make audit` shows the product on the embedded lab, `make test` proves it.
# What is needed before: Python 3.11 or newer, git, make, and a Python package index.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that is new enough; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
LAB_INVENTORY := build/lab/inventory.yml

# Ansible ignores the settings of a folder that everybody may write, and refuses to start without a UTF-8 locale.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export LC_ALL := $(if $(filter Darwin,$(shell uname -s)),en_US.UTF-8,C.UTF-8)
export MOLECULE_GLOB := molecule/*/molecule.yml
export PATH := $(if $(filter $(CURDIR)/$(BIN):%,$(PATH)),,$(CURDIR)/$(BIN):)$(PATH)

# Most of the tests' time is spent waiting for engines and containers, so a few more workers than cores pay.
WORKERS ?= 3

say = @printf '\n== %s\n' "$(1)"

.PHONY: help
help:
	@echo 'make audit       show the audit on the embedded lab (installs requirements.txt into .venv)'
	@echo 'make lab-up      start the lab and leave it running; make lab-down stops it'
	@echo 'make test        lint, sanity, molecule (where a Docker Engine answers) and pytest'
	@echo 'make lint        ruff, mypy, yamllint, ansible-lint'
	@echo 'make sanity      ansible-test sanity'
	@echo 'make molecule    the molecule scenarios'
	@echo 'make corpus      every project of the corpus on the real engine'
	@echo 'make recall      every recorded edit of the real apps: is it found'
	@echo 'make bench       how long an audit takes, beside the least that it could take'
	@echo 'make clean       remove what these commands made'

$(BIN)/python:
	@if [ -z '$(PYTHON)' ] || ! '$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo 'Python 3.11 or newer is needed and none was found: install one, or say where it is with PYTHON=/path/to/python3.' >&2; exit 1; fi
	@if ! '$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null; then \
		echo 'This Python cannot make virtual environments: on Debian and Ubuntu, apt-get install python3-venv.' >&2; exit 1; fi
	@echo '== Making $(VENV) with $(PYTHON)'
	@'$(PYTHON)' -m venv --clear $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo '== Installing requirements.txt into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TOOLS): requirements-test.txt requirements.txt scripts/add_collections.py | $(BIN)/python
	@echo '== Installing requirements-test.txt into $(VENV)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@$(BIN)/python scripts/add_collections.py
	@touch $(RUNTIME) $@

# A lab that was up before stays up.
.PHONY: audit
audit: $(RUNTIME)
	$(call say,Auditing the lab)
	@$(BIN)/python -m lab status >/dev/null || trap '$(BIN)/python -m lab down' EXIT; \
	$(BIN)/python -m lab up && $(BIN)/ansible-playbook -i $(LAB_INVENTORY) audit.yml --check --diff

.PHONY: lab-up lab-down
lab-up: $(RUNTIME)
	@$(BIN)/python -m lab up

lab-down: $(RUNTIME)
	@$(BIN)/python -m lab down

# pytest comes last, so that its closing line is the last thing that is seen.
.PHONY: test
test:
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory sanity
	@$(MAKE) --no-print-directory molecule
	@$(MAKE) --no-print-directory pytest

.PHONY: lint
lint: $(TOOLS)
	$(call say,ruff)
	@$(BIN)/ruff check .
	$(call say,mypy)
	@$(BIN)/mypy -p ansible_collections.homelab.media_center.plugins
	@$(BIN)/mypy -p lab
	@$(BIN)/mypy -p support
	@$(BIN)/mypy scripts
	$(call say,yamllint)
	@$(BIN)/yamllint --strict .
	$(call say,ansible-lint)
	@$(BIN)/ansible-lint --offline

.PHONY: sanity
sanity: $(TOOLS)
	$(call say,ansible-test sanity)
	@$(BIN)/python scripts/sanity.py

.PHONY: molecule
molecule: $(TOOLS)
	$(call say,molecule)
	@missing="$$($(BIN)/python tests/support/docker_host/image.py --missing)"; \
	if [ -z "$$missing" ] || [ "$$CI" = true ]; then $(BIN)/molecule test --all; else echo "skipped: $$missing"; fi

.PHONY: pytest
pytest: $(TOOLS)
	$(call say,pytest)
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadscope

.PHONY: corpus
corpus: $(TOOLS)
	$(call say,corpus)
	@MEDIA_CENTER_CORPUS=all $(BIN)/pytest -s tests/integration/test_corpus.py

.PHONY: recall
recall: $(TOOLS)
	$(call say,recall)
	@MEDIA_CENTER_RECALL=all $(BIN)/pytest -s tests/integration/test_recall.py tests/integration/test_recall_lab.py

.PHONY: bench
bench: $(TOOLS)
	$(call say,bench)
	@mkdir -p build
	@$(BIN)/python tests/bench/bench.py

.PHONY: clean
clean:
	@rm -rf $(VENV) .build build .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache
