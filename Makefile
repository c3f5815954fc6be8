# make demo    the shop on this machine, with its demo store and its own card sandbox
# make test    every test, on each database engine that this machine has
# make help    the rest
#
# Only Python 3.11 (or newer) and make are needed. Everything is installed into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
PYTHON ?= $(shell for python in python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
LINTED_TYPES := $(wildcard */actions.py */actions shop/money.py payments/gateways payments/gateways.py)

.PHONY: help demo demo-reset test lint format bench messages lock install install-dev python

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target words; do \
		printf '%-20s %s\n' "$$target" "$$words"; done

demo: install ## Set up and run the demo store at http://127.0.0.1:8000 (PORT= moves it, Ctrl-C stops it)
	@exec env PYTHONUNBUFFERED=1 DEMO=1 PORT=$(PORT) $(BIN)/python manage.py demo

demo-reset: install ## Throw the demo's database and pictures away, and run it afresh
	@exec env PYTHONUNBUFFERED=1 DEMO=1 PORT=$(PORT) $(BIN)/python manage.py demo --reset

test: install-dev ## Set up and run all tests: on SQLite, and on PostgreSQL + Redis where they answer
	@$(BIN)/python tools/test.py $(ARGS)

lint: export DEMO = 1
lint: export DATABASE_URL = sqlite://:memory:
lint: install-dev ## Check style, imports between apps, types, migrations, texts and style sheets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(if $(LINTED_TYPES),$(BIN)/mypy $(LINTED_TYPES))
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python tools/check_texts.py
	$(if $(wildcard tools/check_css.py),$(BIN)/python tools/check_css.py)

format: install-dev ## Let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-dev ## Measure pages and checkout beside two floors (ARGS="--products 10000 --json FILE")
	@$(BIN)/python -m bench $(ARGS)

messages: install-dev ## Collect the texts for translators into locale/ (needs GNU gettext)
	$(BIN)/python manage.py makemessages --all --no-location --ignore=.venv --ignore=tests --ignore=var --ignore=static-built

lock: install-dev ## Compile the pinned, hashed requirement files from pyproject.toml
	$(BIN)/python -m venv var/lock && var/lock/bin/pip install --quiet uv
	var/lock/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --output-file requirements.txt
	var/lock/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra dev pyproject.toml --output-file requirements-dev.txt

install: python ## Install what the shop runs on into .venv
	@$(PYTHON) tools/install.py requirements.txt

install-dev: python ## Install that, and what its tests and checks need
	@$(PYTHON) tools/install.py requirements-dev.txt

python:
	@test -n "$(PYTHON)" || { \
		echo "Lotok needs Python 3.11 or newer, and found none on the PATH." >&2; \
		echo "Debian and Ubuntu: apt install python3.11 python3.11-venv. Elsewhere: https://www.python.org/downloads/" >&2; \
		echo "One that is called otherwise: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 1; }
