# Python 3.10 or newer, make and a package registry are enough: all else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
DESCRIPTION := settings.ini setup.py pyproject.toml constraints.txt
.DEFAULT_GOAL := help
.PHONY: help tutorial test attacks versions test-all prepare docs preview release clean

help:  ## say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tutorial: .venv/installed  ## train on MovieLens 100k as the tutorial does, and draw the film map
	@$(BIN)/collab_tutorial

test: .venv/installed-dev  ## run every check
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest

attacks: .venv/installed-dev  ## damage files, kill trainings, soak and ask from threads, at length: a quarter of an hour
	@for o in files kills soak threads forks ranks; do \
	    OMP_NUM_THREADS=1 $(BIN)/python -W ignore tests/attacks/$$o.py || exit 1; done

versions: .venv/installed-dev  ## run the notebooks with the oldest allowed packages, and with the newest
	@for o in oldest newest; do OMP_NUM_THREADS=1 $(BIN)/python tests/versions.py $$o || exit 1; done

test-all: export EVERY_PAGE = 1
test-all: test attacks versions  ## every check and every attack, with old and new packages

prepare: .venv/installed-dev  ## after editing a notebook: export it, clean it, render README.md
	$(BIN)/nbdev_export
	$(BIN)/nbdev_clean
	$(BIN)/python tools/build_readme.py

docs: .venv/installed-dev  ## build the website in _docs
	$(BIN)/python tools/build_docs.py

preview: docs  ## build the website and serve it on http://localhost:8000
	$(BIN)/python -m http.server -d _docs -b localhost 8000

release: .venv/installed-dev  ## build the wheel and its SBOM in dist
	@$(BIN)/pip install -q -c constraints.txt cyclonedx-bom
	@$(BIN)/python tools/release.py

clean:  ## remove all that make has made
	rm -rf .venv _docs _proc build dist *.egg-info

.venv/installed: EXTRA =
.venv/installed-dev: EXTRA = [dev]
.venv/installed .venv/installed-dev: $(DESCRIPTION) | $(BIN)/pip
	@echo 'Installing collab_lit$(EXTRA) into .venv: the first time takes a minute or more.'
	@$(BIN)/pip install -q -c constraints.txt -e '.$(EXTRA)'
	@# smalldocs asks for Python 3.11, and with one line of tools/build_docs.py runs on 3.10 as well
	@$(if $(EXTRA),$(BIN)/pip install -q -c constraints.txt --ignore-requires-python smalldocs==0.5.4)
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	    || { echo 'collab_lit needs Python 3.10 or newer. Name one so: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo 'Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }

-include benchmarks/bench.mk
