# Everything lives in .venv, which every target makes for itself. Windows users: see docs/how-to/windows.md.
PYTHON ?= python3
SECONDS ?= 60
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest -n 2
SOURCES := $(shell find src recipes -not -name '__pycache__' -not -name '*.pyc')
# The WebAssembly player that tests/conformance asks; without Node.js those tests say "skipped".
PLAYER := $(if $(shell command -v npm),tests/conformance/node_modules/.installed)

.PHONY: demo test test-all browser packages lint docs bench bench-capture fuzz clean

demo: .venv/.installed
	$(BIN)/triode demo --output demo --force

test: lint browser $(PLAYER)
	$(PYTEST) -m "not heavy"

test-all: lint packages $(PLAYER)
	$(PYTEST)

browser:
	tools/debian-packages browser

packages:
	tools/debian-packages

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/.installed
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: .venv/.installed $(PLAYER)
	$(PIP) onnx onnxruntime
	$(BIN)/python benchmarks/help_time.py
	$(BIN)/python benchmarks/elementwise.py
	$(BIN)/python benchmarks/engine.py

bench-capture: .venv/.installed
	$(BIN)/python benchmarks/capture_checks.py
	$(BIN)/python benchmarks/capture_alignment.py
	$(BIN)/python benchmarks/capture_alignment.py --gaps-at 700

fuzz: .venv/.installed
	$(PIP) atheris
	$(BIN)/python tests/fuzz/fuzz_nam.py -max_total_time=$(SECONDS)

clean:
	rm -rf .venv dist site demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf tests/conformance/node_modules

# A virtual environment with every dependency at the version of constraints.txt.
.venv/.dependencies: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Triode needs Python 3.11 or newer; name one with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@echo "Installing every dependency; the first time this takes some minutes."
	$(PIP) hatchling
	rm -rf dist
	$(BIN)/hatchling build --target wheel
	$(PIP) "$$(ls dist/*.whl)[capture,listen,study,dev]"
	touch $@

# Triode itself as the wheel that users get, built again whenever a source changes.
.venv/.installed: .venv/.dependencies $(SOURCES)
	rm -rf dist
	$(BIN)/hatchling build --target wheel
	$(PIP) --no-deps --force-reinstall dist/*.whl
	touch $@

tests/conformance/node_modules/.installed: tests/conformance/package-lock.json
	npm ci --prefix tests/conformance --no-audit --no-fund
	touch $@
