# The two commands: `make run` and `make test`. Both set up what they need; nothing is installed by hand.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Where it is set, every process compiles our modules anew, and a run of the tests starts hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run viewer test check packages tools types suite bench soak faults format lock clean

help:
	@echo "make run     set up and start everything; Ctrl-C stops it"
	@echo "make viewer  fetch the viewer (OHIF) anew where that failed; \`make run\` does it as well"
	@echo "make test    set up and run the test suite, but for what make faults runs"
	@echo "make check   what CI runs: format, lint, types, import rules, tests"
	@echo "make bench   measurements (none of them is a test)"
	@echo "make soak    the door under load for half an hour: nothing lost, nothing that grows"
	@echo "make faults  the long run of faults: 200 kills, Orthanc away, 100,000 hostile objects, releases"
	@echo "make format  bring the code into its format"
	@echo "make lock    write the lock files anew after a change of pyproject.toml"

run: $(VENV)/.runtime
	@requirements/system-packages orthanc
	@requirements/system-packages printing || echo "going on: meeting sheets are printed by the browser only" >&2
	@requirements/ohif $(VENV) || true
	@exec $(BIN)/osteon serve

viewer: $(VENV)/.runtime
	@requirements/ohif $(VENV)

test:
	@$(MAKE) --no-print-directory -j 2 packages tools
	@$(MAKE) --no-print-directory suite

check:
	@$(MAKE) --no-print-directory -j 2 packages tools
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	@$(MAKE) --no-print-directory -j 2 types suite

# Either of the two keeps one core busy, or waits for the network.
packages:
	@requirements/system-packages test

tools: $(VENV)/.dev
	@requirements/ohif $(VENV) || true

types:
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

suite:
	$(BIN)/pytest -n 3 --dist loadfile -m 'not long'

bench: $(VENV)/.dev
	@requirements/system-packages test
	$(BIN)/python -m benchmarks.setup_and_start
	$(BIN)/python -m benchmarks.dictionary_attack
	$(BIN)/python -m benchmarks.uid_collisions
	$(BIN)/python -m benchmarks.pseudonymisation_peers
	$(BIN)/python -m benchmarks.door
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.end_to_end
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.scores

soak: $(VENV)/.dev
	@requirements/system-packages test
	$(BIN)/python -m benchmarks.soak --minutes 30

faults: $(VENV)/.dev
	@requirements/system-packages test
	$(BIN)/python -m tests.faults.long
	$(BIN)/python -m tests.faults.release_long
	$(BIN)/pytest -m long
	$(BIN)/python -m benchmarks.upper_layer_fuzz --in-memory --conversations 1000000

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(VENV)/.dev
	requirements/lock.sh

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.made:
	@requirements/make-venv $(PYTHON) $(VENV)

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt pyproject.toml
	@requirements/install $(VENV) requirements/runtime.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements/dev.txt pyproject.toml
	@requirements/install $(VENV) requirements/dev.txt
	@touch $@ $(VENV)/.runtime
