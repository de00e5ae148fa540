# Every command is here; `make` alone names them. Paths are relative, so that the
# folder's own path may hold blanks and any letters.

.DEFAULT_GOAL := help
.PHONY: help html test test-all browser crashes bench scale measure versions expected translations screenshots mutants check format \
  serve linkcheck lock upgrade reproduce clean install

# The Python of a new environment; without it, that of .venv or the first that fits
PYTHON ?=
PORT ?= 8000
IN ?= en
RUN := .venv/bin/python
PYTEST := $(RUN) -m pytest --numprocesses auto

# Every process reads and writes UTF-8, whatever the locale, and imports from .venv alone;
# but CI's look into the folder GUARDS, too.
export PYTHONUTF8 := 1
export PYTHONPATH := $(GUARDS)
unexport PYTHONHOME

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1@/p' Makefile | while IFS=@ read -r name text; \
	do printf '%-19s %s\n' "$$name" "$$text"; done

html: install ## build the site; open build/html/index.html
	@$(RUN) conf/build_site.py

test: html ## build the site and test it, on all cores; TESTS=PATH: only these
	@$(PYTEST) $(or $(TESTS),-m "not thorough" tests)

test-all: html ## also the slow tests: all scripts, settings and downloads (many minutes)
	@$(PYTEST) tests gallery

expected: install ## write the scripts' expected output from a run, and show the difference
	@$(RUN) conf/write_expected.py $(SCRIPTS)

translations: install ## bring the catalogues of docs/locale/ up to date with the English
	@$(RUN) conf/catalogues.py

browser: html ## every page in a browser, as readers and judges see it (many minutes)
	@$(PYTEST) tests/browser/sweep

screenshots: html ## store what the pages look like, and name the pictures that changed
	@$(RUN) -m pytest --quiet tests/browser/sweep/test_screenshots.py --update-screenshots

mutants: install ## put small faults into the scripts and see them noticed (minutes)
	@$(RUN) -m tests.mutants $(SCRIPTS)

check: install ## lint, format and spelling, without changing a file
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) conf/format_gallery.py --check
	@$(RUN) -m codespell_lib

format: install ## format all code
	@$(RUN) -m ruff format --quiet .
	@$(RUN) conf/format_gallery.py

serve: install ## live preview, rebuilt when a file is saved; IN=zh_CN: in Chinese
	@$(RUN) -m sphinx_autobuild --conf-dir conf --watch gallery --watch conf \
	  --ignore 'docs/examples_*/*' --ignore 'docs/examples_*/**/*' \
	  --ignore 'docs/downloads/*' --ignore 'docs/locale/**/*.mo' \
	  --define language=$(IN) --doctree-dir build/doctrees/serve/$(IN) \
	  --port $(PORT) docs build/serve/$(IN)

linkcheck: install ## ask every linked site whether the address still exists
	@$(RUN) -m sphinx --builder linkcheck --quiet --conf-dir conf \
	  --doctree-dir build/doctrees/linkcheck docs build/linkcheck

crashes: install ## kill a build at many moments, and see the next one repair it (minutes)
	@$(RUN) -m pytest tests/crashes

bench: install ## compare this build with stock Sphinx-Gallery's (many minutes)
	@$(RUN) -m tests.benchmarks.compare

scale: install ## build made-up galleries of 10, 100 and 1000 scripts (many minutes)
	@PYTHONPATH=conf:. $(RUN) -m tests.benchmarks.scale

measure: install ## time a training step on this machine, for the page how_fast (minutes)
	@$(RUN) docs/measurements/measure_steps.py

versions: install ## check every cell with other versions of Python, PyTorch and NumPy (an hour)
	@nice -n 5 $(RUN) conf/check_versions.py --environments "$(ENVIRONMENTS)" --jobs "$(JOBS)" \
	  --pythons "$(PYTHONS)" $(if $(AGAIN),--again) $(if $(LIST),--list) $(SCRIPTS)

lock: ## write requirements.lock anew for requirements.txt; needs a network
	@test -x $(RUN) || $(MAKE) --no-print-directory install
	@PYTHONPATH=conf $(RUN) -m upkeep.lock

upgrade: ## try the newest versions of all packages; WRITE=1 writes them; PRE=1: pre-releases
	@test -x $(RUN) || $(MAKE) --no-print-directory install
	@PYTHONPATH=conf $(RUN) -m upkeep.upgrade $(if $(WRITE),--write) $(if $(PRE),--pre) \
	  $(if $(LOCK),--lock) $(if $(REPORT),--report "$(REPORT)")

reproduce: html ## build the last commit once more, elsewhere, and compare every byte
	@$(RUN) conf/reproduce.py

clean: ## remove all that was built, but not the environment
	@rm -rf build .cache/results .cache/social docs/downloads docs/examples_*
	@find docs/locale -name '*.mo' -delete

install:
	@python=$$(sh conf/find_python.sh "$(PYTHON)") && "$$python" -ES conf/install.py
