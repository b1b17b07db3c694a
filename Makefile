# The lab of the statmech notebooks. `make` alone lists what there is.

PYTHON ?= python3
LAB    := $(PYTHON) lab
VENV   := .venv/bin/python lab
export CARGO_TARGET_DIR := $(shell $(PYTHON) lab/paths.py TARGET)
# Progress lines belong to notebooks, not to test logs.
export STATMECH_PROGRESS ?= off

.DEFAULT_GOAL := help
.PHONY: own-target help lab repl test check rust-tests lab-tests notebook-tests browser-test notebooks bench latency newcomer package doc book clean clean-all install

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: install ## install what is missing and open JupyterLab on notebooks/
	@STATMECH_PROGRESS=on $(VENV)/server.py

repl: ## the evcxr REPL with the same warm start
	@$(LAB)/install.py --repl
	@STATMECH_PROGRESS=on $(VENV)/launch.py --repl

test: check rust-tests book lab-tests notebook-tests browser-test ## everything: formats, lints, tests, the book, notebooks in the real kernel

# Checkouts share compiled dependencies in one target folder, where cargo tells the crates of two checkouts apart
# by file times alone: what another checkout compiled of this crate goes first.
own-target:
	@mkdir -p "$(CARGO_TARGET_DIR)"
	@test "$$(cat "$(CARGO_TARGET_DIR)/checkout" 2>/dev/null)" = "$(CURDIR)" || cargo clean --quiet --release --package statmech
	@echo "$(CURDIR)" > "$(CARGO_TARGET_DIR)/checkout"

check: own-target
	cargo fmt --check
	cargo fmt --check --manifest-path benches/Cargo.toml
	cargo clippy --release --locked --all-targets -- -D warnings
	cargo clippy --release --locked --all-targets --manifest-path benches/Cargo.toml -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps

rust-tests: own-target
	cargo test --release --locked

lab-tests:
	@$(LAB)/install.py --repl
	.venv/bin/python -m unittest discover --start-directory lab/tests

notebook-tests: install
	$(VENV)/notebooks.py check
	$(VENV)/notebooks.py check --kernel evcxr --jobs 1 --timeout 1500 notebooks/00_tour.ipynb

browser-test: install
	$(VENV)/browser.py --complete Ising::sq square

notebooks: install ## run all notebooks and save their outputs
	$(VENV)/notebooks.py save

bench: own-target ## criterion benchmarks
	RAYON_NUM_THREADS=1 cargo bench --locked --manifest-path benches/Cargo.toml

latency: install ## the table of start-up times (the hand-made way compiles for 10 to 25 minutes once)
	$(VENV)/latency.py

package: ## the published crate, unpacked in a folder of its own and tested there
	@$(LAB)/package.py

newcomer: ## from a clone to the last chapter in a fresh home with empty caches, timed (half an hour on two cores)
	@$(LAB)/newcomer.py

install:
	@$(LAB)/install.py

doc: ## the reference of all functions, in a browser
	cargo doc --release --locked --no-deps --open

book: own-target ## the notebooks as one book, with a gallery and the reference: site/index.html
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps
	@$(LAB)/environment.py book
	@.lab/book-venv/bin/python lab/book.py

clean: ## remove what this checkout made, keep the cache
	rm -rf .venv .lab site

clean-all: clean ## remove the cache folder as well
	$(LAB)/paths.py --remove-cache
