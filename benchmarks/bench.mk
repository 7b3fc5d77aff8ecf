# Included by the Makefile; or alone, from the top of the repository: make -f benchmarks/bench.mk bench
PYTHON ?= python3
BENCH := benchmarks/.venv

# When one package won't install, the others are installed one by one: its row then says that it is absent, and the next call tries again.
$(BENCH)/ready: benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)
	if $(BENCH)/bin/pip install -r $<; then touch $@; else grep -v '^#' $< | xargs -n 1 $(BENCH)/bin/pip install || true; fi

.PHONY: bench bench-scale bench-ondisk
bench: $(BENCH)/ready  ## compare with other libraries on MovieLens 100k
	PYTHONPATH=. $(BENCH)/bin/python benchmarks/bench.py $(ARGS)

bench-scale: $(BENCH)/ready  ## measure time and memory up to 25 million ratings
	PYTHONPATH=. $(BENCH)/bin/python benchmarks/scale.py $(ARGS)

bench-ondisk: $(BENCH)/ready  ## train on 100 million ratings in files, beside 20 million in memory
	PYTHONPATH=. OMP_NUM_THREADS=1 $(BENCH)/bin/python benchmarks/ondisk.py $(ARGS)

LISTS := benchmarks/.venv-lists
$(LISTS)/ready: benchmarks/requirements-lists.txt
	$(PYTHON) -m venv $(LISTS)
	if $(LISTS)/bin/pip install -r $<; then touch $@; else grep -v '^#' $< | xargs -n 1 $(LISTS)/bin/pip install || true; fi

.PHONY: bench-lists
bench-lists: $(LISTS)/ready  ## compare scorers and libraries for lists
	PYTHONPATH=. OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(LISTS)/bin/python benchmarks/lists.py $(ARGS)

.PHONY: bench-distributed
bench-distributed:  ## measure training on 1, 2 and 4 processes (Linux; ARGS="--part designs" or "--part memory --users 10000000")
	PYTHONPATH=. OMP_NUM_THREADS=1 .venv/bin/python benchmarks/distributed.py $(ARGS)
