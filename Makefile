# Every target sets up what it needs, so each works as the first command in a fresh clone.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## make .venv from the lock file

run: $(READY) ## open the console on the demo exchange
	@$(BIN)/polyterm

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n 2

check: $(READY) ## style, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: $(READY) ## put the style right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

snapshots: $(READY) ## take the screens' snapshots anew; look at every change before committing it
	$(BIN)/python -m pytest tests/snapshots --snapshot-update

picture: $(READY) ## take the README's picture anew, from the real console
	$(BIN)/python -m docs.picture

bench: $(READY) ## measure, each figure beside its peer or floor
	$(BIN)/python -m benchmarks

soak: $(READY) ## the long runs that the tests leave out
	$(BIN)/python -m pytest -m soak

lock: $(READY) ## resolve the dependencies anew; needs uv
	uv pip compile pyproject.toml --group dev --python-version 3.11 --universal \
		--generate-hashes --no-header --no-annotate --upgrade --output-file requirements.lock

.PHONY: help setup run test check format snapshots picture bench soak lock
