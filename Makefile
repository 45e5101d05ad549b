# Each target first brings what it needs into this folder; a second run installs nothing.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/node-bin:$(PATH)
SETUP = @$(PYTHON) -m scripts.setup
LOCK = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
       --no-header --no-annotate $(if $(UPGRADE),--upgrade)

.PHONY: demo test check bench lock

demo:
	$(SETUP) demo
	@.venv/bin/python -m scripts.demo $(if $(ONCE),--once)

test:
	$(SETUP) dev
	@.venv/bin/pytest -n auto --maxprocesses 8 --dist loadfile $(ARGS)

check:
	$(SETUP) dev
	@.venv/bin/ruff format --check --quiet --diff .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m scripts.compile --check
	@.venv/bin/pytest -q --no-header tests/docs --deselect tests/docs/test_try_it.py
	@node_modules/.bin/solhint --disc --noPoster --max-warnings 0 --config contracts/.solhint.json 'contracts/**/*.sol'
	@npm --prefix verifier/web run --silent check

bench:
	$(SETUP) dev
	@.venv/bin/python -m scripts.bench

# Writes the requirement files from pyproject.toml; UPGRADE=1 also takes newer versions.
lock:
	@$(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --group build --output-file requirements/run.txt
	$(LOCK) --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	$(LOCK) --group node --output-file requirements/node.txt
