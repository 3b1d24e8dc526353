# Two commands do everything on a fresh machine: `make check` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
READY := $(VENV)/.ready

.PHONY: check test test-all lint lock clean

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	# Where Python may not write compiled files as it runs (PYTHONDONTWRITEBYTECODE), every start would compile all of it.
	$(BIN)/python -m compileall -q src
	touch $(READY)

check: $(READY)  ## set up, then examine this repository itself
	$(BIN)/qmslint check .

test: $(READY)  ## set up, then run the fast tests
	$(BIN)/python -m pytest -m 'not slow' -n auto

$(VENV)/.validators: $(READY) requirements-validators.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-validators.lock
	touch $@

test-all: $(VENV)/.validators  ## all tests, the slow ones included
	$(BIN)/python -m pytest -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock:  ## write the lock files anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--extra dev --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--all-extras --output-file requirements-validators.lock pyproject.toml
	echo 'hatchling>=1.27' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--constraint requirements.lock --output-file requirements-run.lock pyproject.toml -

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache
