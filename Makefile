SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# make test SLOW=1 runs the long proofs too, EXHAUSTIVE=1 also those that take hours. The longest comes first: two run at
# a time.
LONG := $(if $(EXHAUSTIVE),slow or exhaustive,slow and not exhaustive)
SUITES := $(if $(SLOW)$(EXHAUSTIVE),long-postgresql long-sqlite) test-postgresql test-sqlite
ARGS ?=
PORT ?= 8000

.DEFAULT_GOAL := help
# Recipes of these names are commands, not files.
.PHONY: help run manage test lint format test-sqlite test-postgresql long-sqlite long-postgresql clean

help: ## List the commands
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-28s %s\n", $$1, $$2}'

# Shows each package's name as it arrives. The stamp tells whether pip succeeded: a pipe forgets it.
define install
rm -f $@; { $(BIN)/python -m pip install --disable-pip-version-check -r $(1) && touch $@; } | \
while read -r verb package rest; do \
	case $$verb in \
		Collecting) printf ' %s' "$${package%%[=<>~!;]*}" ;; \
		Installing) printf '\nUnpacking them\n' ;; \
	esac; \
done; test -f $@
endef

$(BIN)/python:
	@echo "Making .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with PYTHON=")'
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt $(BIN)/python
	@printf 'Installing the requirements (once):'
	@$(call install,requirements.txt)

.venv/installed-tests: tests/requirements.txt .venv/installed
	@printf 'Installing the test requirements (once):'
	@$(call install,tests/requirements.txt)

run: .venv/installed ## Serve the application with sample data on http://127.0.0.1:8000 (PORT=8001)
	@DEBUG=$${DEBUG:-1} $(BIN)/python manage.py demo --port $(PORT)

manage: .venv/installed ## Any command of manage.py (ARGS="changepassword admin")
	@DEBUG=$${DEBUG:-1} $(BIN)/python manage.py $(ARGS)

lint: .venv/installed-tests ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@DEBUG=1 $(BIN)/mypy config prospects pipeline
	@DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/installed-tests ## Rewrite the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

test: lint ## Lint, types, and the whole suite on SQLite and on PostgreSQL (SLOW=1, EXHAUSTIVE=1)
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target $(SUITES)

test-sqlite test-postgresql: test-%: .venv/installed-tests ## The suite on one engine (ARGS="-k name")
	@$(BIN)/python -m pytest --engine=$* $(ARGS)

long-sqlite long-postgresql: long-%: .venv/installed-tests ## The long proofs on one engine (EXHAUSTIVE=1, ARGS="-k name")
	@$(BIN)/python -m pytest --engine=$* -m "$(LONG)" $(ARGS)

clean: ## Remove what the commands made, but not the database
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis static
