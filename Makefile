# Needs Python and make only; everything else is installed into .venv.
.DEFAULT_GOAL := help

# The commands get these variables of the caller only. Others would change what they do.
PASSED := HOME LANG LC_% LD_LIBRARY_PATH LOGNAME PATH SHELL TERM TMPDIR TZ USER XDG_% \
	COLORTERM COLUMNS LINES NO_COLOR MAKE% CI RANDOM_SEED TEST_DATABASE_URL TEST_REDIS_URL \
	%_CACHE_DIR %_CA_BUNDLE %_CERT %_PROXY %_proxy %_TIMEOUT NETRC SSL_CERT_% SSH_AUTH_SOCK \
	PIP_CONFIG_FILE PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST \
	UV_CONFIG_FILE UV_FIND_LINKS UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_INDEX% UV_INSECURE_HOST \
	UV_LINK_MODE UV_NATIVE_TLS UV_OFFLINE UV_SYSTEM_CERTS UV_PYTHON_DOWNLOADS% UV_PYTHON_INSTALL% \
	NODE_EXTRA_CA_CERTS npm_config_% ASDF_% MISE_% PYENV_%
$(foreach name,$(filter-out $(PASSED),$(.VARIABLES)),\
	$(if $(filter environment command,$(origin $(name))),$(eval unexport $(name))))

PYTHON := python3
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python .venv --constraint constraints.txt --requirement pyproject.toml

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/demo ## Create the default project in demo/, and use it from login to logout
	@$(BIN)/python -m tools.demo

.PHONY: test
test: .venv/test ## Run the tests, except those of the next three commands
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist worksteal -m "not slow and not clients and not deployment"

.PHONY: test-slow
test-slow: .venv/test ## Run the slow tests: long tests of each project, mutations, Simple JWT's own tests
	$(BIN)/pytest --numprocesses auto --dist worksteal -m slow

.PHONY: test-clients
test-clients: .venv/test ## Use projects with clients: generated, libraries, pages in a browser; needs npm
	$(BIN)/pytest --numprocesses auto --dist worksteal -m clients

.PHONY: test-deployment
test-deployment: .venv/test ## Build an image, run several instances, and follow the documents of production
	$(BIN)/pytest --numprocesses auto --dist worksteal -m deployment

.PHONY: test-all
test-all: .venv/test ## Prove every triple of options; SHARD=2/4 proves the second of four parts
	$(BIN)/pytest --numprocesses auto --dist worksteal --strength 3 $(if $(SHARD),--shard $(SHARD)) \
		tests/test_matrix.py

.PHONY: bench
bench: .venv/test ## Measure a part of docs/performance.md in a short form; needs PostgreSQL
	@$(BIN)/python -m benchmarks

.PHONY: bench-full
bench-full: .venv/test ## Measure all of docs/performance.md, and write it; takes more than an hour
	@$(BIN)/python -m benchmarks --full

.PHONY: format
format: .venv/test ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: constraints
constraints: .venv/test ## Update constraints.txt to the newest versions
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --group test --output-file constraints.txt pyproject.toml

.PHONY: clean
clean: ## Remove all files that these commands have created
	rm -rf .venv .cache demo

.venv/uv: constraints.txt
	@echo "Creating .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@echo "Installing uv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@touch $@

# A package whose installation was interrupted is incomplete, which uv does not notice.
.venv/demo .venv/test: .venv/%: .venv/uv pyproject.toml
	@echo "Installing the packages for make $* ..."
	@reinstall=$$(test ! -e .venv/incomplete || echo --reinstall); touch .venv/incomplete; \
		$(INSTALL) --group $* $$reinstall
	@mv .venv/incomplete $@
