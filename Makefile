# What a person does with this project, one word each. `make` alone lists them.

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?=
# More for pytest: make test ARGS="tests/rules -k snooze"
ARGS ?=
# How many that are says tests/conftest.py.
WORKERS ?= -n auto --dist worksteal
SHARED ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help demo run test check format bench torture storm fuzz reference-check pictures docs audit package-check lock clean faults mutants

help: ## list these words
	@echo "make WORD, where WORD is one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

# What the program needs, and the program itself, editable. Done again only when the lock or pyproject.toml changes.
$(VENV)/for-use: requirements.lock pyproject.toml tools/environment
	@tools/environment $(VENV) requirements.lock "$(PYTHON)"
	@touch $@

# The same, and what tests and checks need.
$(VENV)/for-work: requirements-dev.lock pyproject.toml tools/environment
	@tools/environment $(VENV) requirements-dev.lock "$(PYTHON)"
	@touch $@ $(VENV)/for-use

demo: $(VENV)/for-use ## open a throw-away inbox full of sample mail and chats
	@$(BIN)/python -m tui_inbox demo

run: $(VENV)/for-use ## open your own inbox
	@$(BIN)/python -m tui_inbox

test: $(VENV)/for-work ## run every test (ARGS="tests/rules -k snooze" for some)
	@$(BIN)/python -m pytest $(WORKERS) $(ARGS)

check: $(VENV)/for-work ## format, lint, strict types and import contracts, as CI does
	@BIN=$(BIN) tools/checks

format: $(VENV)/for-work ## put the code into the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/for-work ## measure how long a person waits, beside other programs (ARGS="--small": does it work? two minutes)
	@$(BIN)/python -m benchmarks $(ARGS)

torture: $(VENV)/for-work ## the long tests: kills at random moments, many thousand examples
	@$(BIN)/python -m pytest -m torture --hypothesis-profile=long --timeout=3600 $(ARGS)

storm: $(VENV)/for-work ## sync 500 times over ways that drop, hang, delay, split and corrupt at random bytes
	@$(BIN)/python -m pytest -m torture --timeout=3600 -s tests/torture/test_storm.py $(ARGS)

faults: $(VENV)/for-work ## seed faults in the life of a conversation, one by one, and see each found
	@$(BIN)/python tools/faults.py $(ARGS)

mutants: $(VENV)/for-work ## change the rules in one small place at a time, and name what no test notices (ARGS="when --every 8")
	@$(BIN)/python tools/mutants.py $(ARGS)

fuzz: $(VENV)/for-work ## damage samples, searches, rules, replies and look for what breaks a reader (ARGS="--minutes 10 html")
	@$(BIN)/python tools/fuzz.py $(ARGS)

reference-check: $(VENV)/for-work ## read the reference samples in SHARED (../shared) and compare with what they should say
	@test -d "$(SHARED)" || { echo "There is no folder $(SHARED) with reference samples. Say where it is: make reference-check SHARED=DIR" >&2; exit 1; }
	@failed=0; for kind in mail chats; do $(BIN)/python tools/reference_$$kind.py "$(SHARED)" || failed=1; done; exit $$failed

pictures: $(VENV)/for-work ## make a picture of every screen, in pictures/
	@$(BIN)/python tools/pictures.py $(ARGS)

docs: $(VENV)/for-use ## write docs/configuration.md and docs/keys.md anew from what they describe
	@$(BIN)/python tools/configuration.py
	@$(BIN)/python tools/keys_page.py

audit: $(VENV)/for-use ## look for known weaknesses in what the lock files name (needs the network)
	@tools/audit $(BIN)/python

package-check: $(VENV)/for-use ## build sdist and wheel, install the wheel into an empty environment, run it
	@tools/package-check $(BIN)/python

lock: ## write the lock files anew from pyproject.toml (uv must be installed)
	@tools/lock

clean: ## remove the environment and everything that was made
	rm -rf $(VENV) .venv-* build dist pictures *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
