# Python and make are all that is needed; the rest is installed into .venv.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python .venv --constraint constraints.txt --requirement pyproject.toml

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/demo ## Make the default project in demo/, and use it from login to logout
	@$(BIN)/python -m tools.demo

.PHONY: test
test: .venv/test ## Run all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal

.PHONY: test-all
test-all: .venv/test ## Prove every triple of options; SHARD=2/4 is the second of four parts
	$(BIN)/pytest --numprocesses auto --dist worksteal --strength 3 $(if $(SHARD),--shard $(SHARD)) \
		tests/test_matrix.py

.PHONY: format
format: .venv/test ## Write the template's own code in its one style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: constraints
constraints: .venv/test ## Take the newest versions of what the tests use
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --group test --output-file constraints.txt pyproject.toml

.PHONY: clean
clean: ## Remove all that these commands made
	rm -rf .venv .cache demo

.venv/uv: constraints.txt
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@touch $@

.venv/demo .venv/test: .venv/%: .venv/uv pyproject.toml
	@echo "Installing what make $* needs ..."
	@$(INSTALL) --group $*
	@touch $@
