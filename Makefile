# `make run` shows the site with the example; `make test` proves it. `make help` lists the rest.

PYTHON := .venv/bin/python
PORT ?= $(or $(shell sed -n 's/^PORT=//p' .env 2>/dev/null),8000)
export PORT

.PHONY: help run test bench load check format setup setup-dev lock clean faults mutants audit wheels update backup verify restore
.DEFAULT_GOAL := help

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: setup ## serve the site with the example on http://127.0.0.1:8000 (PORT=... for another port)
	@.ci/serve

test: setup-dev ## everything: checks, SQLite, PostgreSQL and browser tests
	@.ci/system-packages test
	@$(MAKE) --no-print-directory check
	@.ci/tests

faults: setup-dev ## break everything for longer than `make test` does (about 20 minutes; FAULT_SECONDS=60 for more)
	@UJI_TIAP_LANGKAH=1 UJI_LAMA_GANGGUAN=$(or $(FAULT_SECONDS),20) env -u DATABASE_URL $(PYTHON) -m pytest -s tests/faults
	@UJI_TIAP_LANGKAH=1 UJI_LAMA_GANGGUAN=$(or $(FAULT_SECONDS),20) .ci/with-postgres $(PYTHON) -m pytest -s tests/faults

bench: setup-dev ## measure against baselines, in ratios (SUBJECT=list_page for one, BENCH_ROWS=100000 for more residents)
	@$(PYTHON) -m tests.bench $(SUBJECT)

load: setup-dev ## 200 people on the last day of a period, 10 minutes over PostgreSQL (LOAD_MINUTES, LOAD_ROWS)
	@.ci/system-packages test
	@.ci/with-postgres $(PYTHON) -m tests.load

check: setup-dev ## lint, formatting, templates, import contract, types, missing migrations
	@.ci/check

mutants: setup-dev ## the test of the tests: bugs put in one by one, each must be noticed (WORD=scope for some)
	@$(PYTHON) -m tests.seeded_bugs $(WORD)

audit: setup-dev ## slow attacks: all regions and requests, own semgrep rules, wapiti and sqlmap (after a build with holes)
	@.ci/audit

format: setup-dev ## put code into the one agreed form
	@$(PYTHON) -m ruff check --quiet --fix .
	@$(PYTHON) -m ruff format --quiet .

setup: ## virtual environment with the pinned packages the site needs
	@.ci/install requirements.txt
	@.ci/system-packages run

setup-dev: setup ## the same, with the tools for checking and testing
	@.ci/install requirements-dev.txt

wheels: setup ## the packages as files in wheels/, for a server without internet (there: WHEELS=folder make ...)
	@.venv/bin/python -m pip download --disable-pip-version-check --quiet --only-binary :all: --require-hashes \
		--dest wheels -r requirements.txt
	@echo "wheels/: $$(ls wheels | wc -l) packages, $$(du -sh wheels | cut -f1)"

update: ## put this release into service (see README, Deploying); cut off anywhere, it is run again
	@.ci/update

backup: ## one file with database, files and checksums (KE=folder; sealed with SANDI_CADANGAN)
	@$(PYTHON) manage.py cadangkan $(if $(KE),--ke "$(KE)")

verify: ## read a backup from its first byte to its last (DARI=file)
	@$(PYTHON) manage.py periksa_cadangan "$(DARI)"

restore: ## fill an empty database and an empty MEDIA_ROOT from a backup (DARI=file)
	@$(PYTHON) manage.py pulihkan "$(DARI)"

lock: setup ## renew the pinned versions from requirements.in and requirements-dev.in
	@.ci/lock

clean: ## remove the virtual environment, caches and collected files (never data)
	@rm -rf .venv .audit staticfiles .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
