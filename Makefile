# make run: the dashboard.  make test: all tests.  make quick: the quick ones.  All make the environment first, when it is missing or out of date.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
JOBS ?= 2
HOST := localhost

.PHONY: run test quick check bench screenshots clean

run: .venv/.compiled
	$(BIN)/python -m nicviz.ui.shell.launch --server.address $(HOST) --server.port $(PORT)

test: .venv/.tests .venv/.compiled
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder --ignore tests/browser
	$(BIN)/python -m pytest -q tests/browser

quick: .venv/.tests .venv/.compiled
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder -m quick

check: .venv/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.tests .venv/.compiled
	for name in $(basename $(notdir $(wildcard tests/benchmarks/bench_*.py))); do \
		echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name || exit 1; done

screenshots: .venv/.tests .venv/.compiled
	$(BIN)/python -m tests.screenshots

clean:
	rm -rf .venv nicviz/compiled/__pycache__ .mypy_cache .ruff_cache .pytest_cache

# A stamp is written only after an install that went through, so that a broken one is taken up again.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 12) else f"nicviz needs Python 3.11 or 3.12; $(PYTHON) is {v[0]}.{v[1]}. Name another: make PYTHON=python3.11 run")'
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.tests: requirements.txt tests/requirements.txt | .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@ .venv/.runtime

.venv/.compiled: nicviz/compiled/color.py nicviz/compiled/windows.py .venv/.runtime
	$(BIN)/python -m nicviz.compiled
	@touch $@
