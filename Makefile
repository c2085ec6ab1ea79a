# Each routine act is one word. `make` alone prints them.
#   make run PORT=8001 DATA_DIR=/some/folder      a second copy beside the first
#   make test ARGS='tests/patients -q'            a part of the tests
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := words
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PY := .venv/bin/python
ARGS ?=
export PYTHON PORT DATA_DIR CHROMIUM
DEMO := export CLINIC_ENV=demo
# The tests sign in as the owner: they make and drop their own database. Their servers are thrown away.
TESTS := export CLINIC_ENV=test DATABASE_ROLE=clinic DATA_DIR="$${DATA_DIR:-.local/test}"

.PHONY: words
words: ## print these words
	@echo "make WORD, where WORD is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r word meaning; do printf '  %-8s %s\n' "$$word" "$$meaning"; done

.PHONY: run
run: ## serve the demo clinic on http://localhost:8000/ (PORT=, DATA_DIR=)
	@.ci/venv run
	@$(DEMO) CLINIC_UNDER_MAKE=1; exec $(PY) manage.py dev

.PHONY: test
test: ## run the tests, the long ones left out (ARGS='tests/patients -q')
	@.ci/venv dev
	@$(TESTS) CHROMIUM="$$(.ci/chromium)"; exec $(PY) -m pytest $(ARGS)

.PHONY: proof
proof: ## run the long tests: full numbers, every width, faults at full length (up to 2 hours)
	@.ci/venv dev
	@$(TESTS) CHROMIUM="$$(.ci/chromium)" PROOF=1; exec $(PY) -m pytest -m proof $(ARGS)

.PHONY: bench
bench: ## measure listing and booking with up to a million appointments; writes build/bench.json (15 minutes)
	@.ci/venv dev
	@$(TESTS); exec $(PY) -m tests.benchmarks

.PHONY: check
check: ## style, types, templates, migrations, production settings, architecture
	@.ci/venv dev
	@exec .ci/check

.PHONY: fix
fix: ## put right what ruff can put right
	@.ci/venv dev
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

.PHONY: shell
shell: ## a Python shell in the running demo
	@.ci/venv run
	@$(DEMO); exec $(PY) manage.py shell

.PHONY: doctor
doctor: ## say what this machine has and lacks, while the demo runs
	@.ci/venv run
	@$(DEMO); exec $(PY) manage.py doctor

.PHONY: reading
reading: ## name the hardest paragraphs of the public pages
	@.ci/venv run
	@$(DEMO); exec $(PY) manage.py readability

.PHONY: lock
lock: ## write requirements*.txt anew from pyproject.toml
	@.ci/lock

.PHONY: clean
clean: ## remove .venv, the demo's and the tests' data, and caches
	@.ci/clean
