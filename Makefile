# Everything a person or the CI runs. `make run` and `make test` need nothing but Python; both are fast the second time.
# Settings of pip (PIP_*, pip.conf) and of the program (SELFGRAD_*) are taken as they are.

PYTHON ?= python3
ARGS ?=
WORKERS ?= auto
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --constraint constraints.txt
TORCH = $(shell grep '^torch==' constraints.txt)

.PHONY: run test lint types check bench image image-check clean help
.DEFAULT_GOAL := help

help:
	@echo 'make run          install what is needed and serve at http://127.0.0.1:8000'
	@echo 'make test         lint, types, question proofs, tests (ARGS="-k words" for some tests)'
	@echo 'make lint         ruff'
	@echo 'make types        mypy'
	@echo 'make check        prove every question'
	@echo 'make bench        the benchmarks of grading and of training'
	@echo 'make image        the container image, by docker, podman or buildah'
	@echo 'make image-check  build and run the image without a container engine (root; Debian)'
	@echo 'make clean        remove .venv and every cache'

run: $(VENV)/ready
	@exec $(PY) -m app serve

# First what takes less than a minute, side by side; then the tests in WORKERS processes, each takes a file at a time.
test: $(VENV)/ready-to-test
	@$(MAKE) --no-print-directory --jobs 3 lint types check
	$(PY) -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered $(ARGS)

lint: $(VENV)/ready-to-test
	$(PY) -m ruff check .

types: $(VENV)/ready-to-test
	$(PY) -m mypy

check: $(VENV)/ready
	$(PY) -m app check

bench: $(VENV)/ready
	$(PY) -m app bench grade
	$(PY) -m app bench train

image:
	@engine=$$(command -v docker || command -v podman || command -v buildah) \
	|| { echo 'make image needs docker, podman or buildah on the PATH.' >&2; exit 2; }; \
	"$$engine" build --tag selfgrad .

image-check:
	scripts/image-check

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage

# torch comes first and by its bare version: where pip is offered a build for the CPU alone, that one satisfies it.
$(VENV)/ready: constraints.txt pyproject.toml
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	{ echo 'No virtual environment could be made: install Python 3.11 to 3.13 with venv (Debian: python3-venv).' >&2; exit 2; }
	$(PIP) $(TORCH) setuptools
	$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready
	$(PIP) --no-build-isolation --editable '.[test]'
	@touch $@
